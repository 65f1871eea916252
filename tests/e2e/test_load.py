"""A class asks at once on the real 0.5 B model, and the engine is killed in the middle."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

import pytest

from bench.chat import figures_of, questions_of
from bench.pupils import Asked, Seen, ask_all
from tests.e2e.test_conversation import engine_pid
from tests.serving import Serving

pytestmark = pytest.mark.model


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what the pupils see."""
    async with asyncio.timeout(120):
        while not condition():  # noqa: ASYNC110 -- it changes as frames come in
            await asyncio.sleep(0.05)


async def test_a_killed_engine_costs_nobody_the_connection(real_server: Serving) -> None:
    """Twelve at once: answers under way go on or say that they failed, and no socket closes."""
    seen = Seen()
    questions = [questions_of(place, 1) for place in range(12)]
    load = asyncio.create_task(ask_all(real_server.url, questions, 0.5, seen))
    await until(lambda: any(asked.is_running and asked.first_at for asked in seen.asked))
    running: list[Asked] = [asked for asked in seen.asked if asked.is_running]
    os.kill(engine_pid(real_server.process.pid), signal.SIGKILL)
    async with asyncio.timeout(240):
        await load
    figures = figures_of(seen)
    assert figures["dropped_connections"] == 0
    assert set(figures["finished"]) <= {"stop", "length", "failed"}
    assert sum(figures["finished"].values()) == 12
    assert running
    assert all(asked.finish in ("stop", "length") for asked in running), "one death is borne"
