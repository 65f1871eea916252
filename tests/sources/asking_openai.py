"""How tests ask an `openai:` source that is connected to the scripted fake."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from server.errors import SourceProblem
from server.sources.names import parse_name
from server.sources.openai import OpenAISource
from server.sources.openai_link import Patience
from server.sources.types import (
    Ended,
    PastTurn,
    Piece,
    Reply,
    ReplyRequest,
    SourceEvent,
    SourceStatus,
)
from tests.sources.scripted_openai import (
    ScriptedServer,
)

QUICK = Patience(pause_seconds=0.01)
USAGE = {"prompt_tokens": 30, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 24}}


@asynccontextmanager
async def opened(fake: ScriptedServer, key: str | None = None, **more: Any) -> AsyncIterator[OpenAISource]:
    """A source that asks the fake, ready."""
    options: dict[str, Any] = {"patience": QUICK, "probe_seconds": 0.01, **more}
    source = OpenAISource(parse_name(f"openai:{fake.base_url}#m"), key, **options)
    await source.start()
    try:
        await until(source, lambda status: status.ready)
        yield source
    finally:
        await source.close()


async def until(source: OpenAISource, holds: Any) -> SourceStatus:
    """Wait until the status is as wanted."""
    async with asyncio.timeout(60):
        while not holds(source.status()):  # noqa: ASYNC110 (a status is asked, as /readyz does)
            await asyncio.sleep(0.01)
    return source.status()


def ask(question: str = "问", turns: tuple[PastTurn, ...] = (), *, user: str = "u") -> ReplyRequest:
    return ReplyRequest("r", "c1", user, "系统", question, turns)


async def whole(reply: Reply) -> list[SourceEvent]:
    async with asyncio.timeout(60):
        return [event async for event in reply]


async def broken(source: OpenAISource, request: ReplyRequest | None = None) -> tuple[str, SourceProblem]:
    """The text that came, and why no more did."""
    text = ""
    with pytest.raises(SourceProblem) as caught:
        async with asyncio.timeout(60):
            async for said in source.reply(request or ask()):
                text += said.text if isinstance(said, Piece) else ""
    return text, caught.value


def text_of(events: list[SourceEvent]) -> str:
    return "".join(said.text for said in events if isinstance(said, Piece))


def end_of(events: list[SourceEvent]) -> Ended:
    assert isinstance(events[-1], Ended)
    return events[-1]
