"""Measures how late the event loop comes to a small task: what stalls it stalls every chat."""

from __future__ import annotations

import asyncio

from server.metrics import LongestStall

PERIOD_SECONDS = 0.05


async def watch_stalls(stalls: LongestStall) -> None:
    """Note the lateness of every period, for ever."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + PERIOD_SECONDS
        await asyncio.sleep(PERIOD_SECONDS)
        now = loop.time()
        stalls.note(now, max(0.0, now - due))
