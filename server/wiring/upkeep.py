"""Small tasks that run as long as the house stands."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from server.errors import StorageProblem
from server.sources.types import Source

log = structlog.get_logger(__name__)

STALL_PERIOD_SECONDS = 0.01  # a shorter stall may fall between two looks
READY_PERIOD_SECONDS = 0.2
REFRESH_SECONDS = 0.25
AFTER_FAILURE_SECONDS = 5.0
SWEEP_SECONDS = 3600.0
KEEP_SECONDS = 15.0


class Refreshing(Protocol):
    """Something another process may have changed in the database."""

    async def refresh(self) -> bool: ...


class Scheduled(Protocol):
    """Something that publishes at an hour."""

    async def publish_due(self, now_ms: int) -> object: ...


class KeepsAnswers(Refreshing, Protocol):
    """Approved answers, and how often they are served."""

    async def count(self) -> None: ...


def calm_collector() -> None:
    """Keep the garbage collector from stopping every chat for a look at what will never be garbage.

    Called when everything is imported and opened: a full collection takes tens of milliseconds then, and only
    a few for what comes later.
    """
    gc.collect()
    gc.freeze()


async def tell_readiness(source: Source) -> None:
    """Log when questions can be answered, and when they no longer can."""
    began = time.monotonic()
    was_ready = False
    while True:
        status = source.status()
        if status.ready and not was_ready:
            seconds = round(time.monotonic() - began, 1)
            log.info("questions can be answered", model=status.model, after_seconds=seconds)
        elif was_ready and not status.ready:
            log.warning("questions cannot be answered", model=status.model, reason=status.note)
            began = time.monotonic()
        was_ready = status.ready
        await asyncio.sleep(READY_PERIOD_SECONDS)


async def watch_stalls(note: Callable[[float, float], None]) -> None:
    """Measure how late the event loop comes to this task: what stalls it stalls every chat."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + STALL_PERIOD_SECONDS
        await asyncio.sleep(STALL_PERIOD_SECONDS)
        now = loop.time()
        note(now, max(0.0, now - due))


async def follow(changing: Refreshing, what: str) -> None:
    """Put into effect what another process changed, within a second."""
    while True:
        await asyncio.sleep(REFRESH_SECONDS)
        try:
            if await changing.refresh():
                log.info(f"another {what} is in effect")
        except StorageProblem as problem:
            log.error(f"cannot look for a newer {what}", reason=str(problem))
        except Exception:  # a full disk, a bug: whoever never looked again would go on with what is old
            log.exception(f"a newer {what} could not be put into effect")
            await asyncio.sleep(AFTER_FAILURE_SECONDS)


async def publish_on_time(schedule: Scheduled) -> None:
    """Publish what waits for its hour, within a second of it; what came due while nothing ran, at once."""
    while True:
        try:
            if await schedule.publish_due(time.time_ns() // 1_000_000) is not None:
                log.info("a scheduled word list version is in effect")
        except StorageProblem as problem:
            log.error("cannot publish on time", reason=str(problem))
        await asyncio.sleep(REFRESH_SECONDS)


async def follow_answers(answers: KeepsAnswers) -> None:
    """Put into effect what another process wrote, and write down how often answers were served."""
    while True:
        await asyncio.sleep(REFRESH_SECONDS)
        try:
            await answers.count()
            await answers.refresh()
        except StorageProblem as problem:
            log.error("cannot follow the approved answers", reason=str(problem))


async def sweep(forget_strangers: Callable[[int], Awaitable[int]]) -> None:
    """Every hour, forget visitors who never asked anything."""
    while True:
        try:
            num_gone = await forget_strangers(time.time_ns() // 1_000_000)
            if num_gone:
                log.info("forgot visitors who asked nothing", num_visitors=num_gone)
        except StorageProblem as problem:
            log.error("cannot sweep", reason=str(problem))
        await asyncio.sleep(SWEEP_SECONDS)


async def keep_sheets(keep_up: Callable[[], Awaitable[int]]) -> None:
    """Work out the statistics of what changed before a teacher asks for them."""
    while True:
        try:
            await keep_up()
        except StorageProblem as problem:
            log.error("cannot keep the statistics", reason=str(problem))
        await asyncio.sleep(KEEP_SECONDS)
