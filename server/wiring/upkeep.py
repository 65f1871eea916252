"""Small tasks that run as long as the house stands."""

from __future__ import annotations

import asyncio
from typing import Protocol

import structlog

from server.errors import StorageProblem
from server.metrics import LongestStall

log = structlog.get_logger(__name__)

STALL_PERIOD_SECONDS = 0.05
REFRESH_SECONDS = 0.5


class Refreshing(Protocol):
    """Something another process may have changed in the database."""

    async def refresh(self) -> bool: ...


async def watch_stalls(stalls: LongestStall) -> None:
    """Measure how late the event loop comes to this task: what stalls it stalls every chat."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + STALL_PERIOD_SECONDS
        await asyncio.sleep(STALL_PERIOD_SECONDS)
        now = loop.time()
        stalls.note(now, max(0.0, now - due))


async def follow_publications(published: Refreshing) -> None:
    """Put into effect what the command line published, within a second."""
    while True:
        await asyncio.sleep(REFRESH_SECONDS)
        try:
            if await published.refresh():
                log.info("another word list version is in effect")
        except StorageProblem as problem:
            log.error("cannot look for a newer word list", reason=str(problem))
