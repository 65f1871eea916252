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
REFRESH_SECONDS = 0.5
PRESET_SECONDS = 2.0
SWEEP_SECONDS = 3600.0


class Refreshing(Protocol):
    """Something another process may have changed in the database."""

    async def refresh(self) -> bool: ...


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


async def follow_publications(published: Refreshing) -> None:
    """Put into effect what the command line published, within a second."""
    while True:
        await asyncio.sleep(REFRESH_SECONDS)
        try:
            if await published.refresh():
                log.info("another word list version is in effect")
        except StorageProblem as problem:
            log.error("cannot look for a newer word list", reason=str(problem))


async def follow_preset(presets: Refreshing) -> None:
    """Put into effect what another node changed in the preset, within seconds."""
    while True:
        await asyncio.sleep(PRESET_SECONDS)
        try:
            if await presets.refresh():
                log.info("other texts of the preset are in effect")
        except StorageProblem as problem:
            log.error("cannot look for a changed preset", reason=str(problem))


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
