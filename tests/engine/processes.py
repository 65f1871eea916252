"""Engine processes under test, and what tests wait for."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from server.engine.client import EngineClient
from server.engine.job import Job
from server.engine.types import (
    EngineOptions,
    Event,
    Patience,
    Sampling,
    Tokens,
)

QUICK = Patience(first_pause_seconds=0.01)
SLOW = Sampling(temperature=1.0, top_p=1.0, top_k=0, repetition_penalty=1.0, max_tokens=150, seed=5)


@asynccontextmanager
async def engine(
    folder: Path, patience: Patience = QUICK, *, ready: bool = True, **options: Any
) -> AsyncIterator[EngineClient]:
    """A client with its process, ready unless told otherwise."""
    wanted = {"threads": 1, "window_tokens": 512, "system": "Be brief.", **options}
    client = EngineClient(EngineOptions(folder, **wanted), patience)
    await client.start()
    try:
        if ready:
            await client.ready()
        yield client
    finally:
        await client.close()


async def collect(job: Job) -> list[Event]:
    """All events of a reply."""
    return [event async for event in job]


async def until_tokens(job: Job, count: int) -> tuple[list[Event], AsyncIterator[Event]]:
    """The events up to the count-th token, and the iterator that goes on."""
    events, iterator = [], aiter(job)
    while sum(isinstance(event, Tokens) for event in events) < count:
        events.append(await anext(iterator))
    return events, iterator


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what the client gives no event for."""
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.001)


def kill(client: EngineClient) -> None:
    """SIGKILL the engine process."""
    assert client.pid is not None
    os.kill(client.pid, signal.SIGKILL)
