"""`openai:` against a scripted fake: every way in which another server can go wrong, and a way out of it."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from server.sources.openai_link import Patience
from server.sources.openai_wire import MAX_EVENT_BYTES
from server.sources.types import (
    Begun,
    PastTurn,
)
from tests.sources.asking_openai import ask, broken, opened, text_of, whole
from tests.sources.scripted_openai import (
    ABORT,
    DONE,
    HANG,
    Script,
    ScriptedServer,
    answer,
    event,
    refusal,
    stream,
)


@pytest.mark.parametrize(
    "script",
    [
        refusal(429, {}), refusal(502, b"<html>"), refusal(503, {}), refusal(504, {}), [ABORT], [],
        stream(ABORT), stream(event(), ABORT), stream(event("")),
    ],
)  # fmt: skip
async def test_what_may_pass_is_tried_again_before_the_first_text(
    fake: ScriptedServer, script: Script
) -> None:
    """Overloaded, restarting, a connection that broke: who asks notices nothing."""
    fake.scripts = [script, script, answer("好")]
    async with opened(fake) as source:
        events = await whole(source.reply(ask()))
    assert text_of(events) == "好"
    assert len(fake.asked) == 3


async def test_trying_ends(fake: ScriptedServer) -> None:
    """Four times in all; then the desk is busy."""
    fake.scripts = [refusal(429, {})]
    async with opened(fake) as source:
        _, problem = await broken(source)
    assert problem.code == "busy"
    assert len(fake.asked) == 4


async def test_server_says_when_to_ask_again(fake: ScriptedServer) -> None:
    """`Retry-After` is obeyed; one that lies beyond all patience ends the trying at once."""
    fake.scripts = [refusal(503, {}, Retry_After="1"), answer("好"), refusal(503, {}, Retry_After="3600")]
    async with opened(fake) as source:
        began = time.monotonic()
        await whole(source.reply(ask()))
        assert time.monotonic() - began >= 1.0
        await broken(source)
    assert len(fake.asked) == 3


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (refusal(500, {"error": {"message": "bug"}}), "unavailable"),
        (refusal(400, {"error": {"message": "no"}}), "bad_model"),
        (refusal(301, {}, Location="http://127.0.0.1:1/v1"), "unavailable"),
        (stream(b"<html><body>welcome to the school network</body></html>", kind="text/html"), "unavailable"),
        (stream(b'data: {"error": {"message": "out of memory"}}\n\n'), "unavailable"),
        (stream(b"data: <html>\n\n"), "unavailable"),
        (stream(b"data: \xff\xfe\n\n"), "unavailable"),
        (stream(b"data: " + b"x" * (MAX_EVENT_BYTES + 1)), "unavailable"),
    ],
)
async def test_other_refusals_are_told_at_once(fake: ScriptedServer, script: Script, code: str) -> None:
    """Asking again would change nothing."""
    fake.scripts = [script]
    async with opened(fake) as source:
        text, problem = await broken(source)
    assert (text, problem.code, len(fake.asked)) == ("", code, 1)


async def test_unknown_field_is_left_out_from_then_on(fake: ScriptedServer) -> None:
    """A strict server costs one refusal for each field, once."""
    fake.scripts = [
        refusal(422, {"detail": "Unexpected fields in the request: {'stream_options'}"}),
        refusal(400, {"error": {"param": "max_tokens", "message": "Use 'max_completion_tokens' instead."}}),
        answer("好"),
    ]
    async with opened(fake) as source:
        assert text_of(await whole(source.reply(ask()))) == "好"
        assert text_of(await whole(source.reply(ask()))) == "好"
    assert len(fake.asked) == 4
    assert "stream_options" not in fake.asked[-1].body
    assert fake.asked[-1].body["max_completion_tokens"] == fake.asked[0].body["max_tokens"]


async def test_conversation_that_is_too_long_for_the_server_loses_its_oldest_turns(
    fake: ScriptedServer,
) -> None:
    """Its window may be smaller than ours; the latest turns stay, and fewer tokens are asked for."""
    too_long = refusal(400, {"error": {"code": "context_length_exceeded", "message": "too long"}})
    fake.scripts = [too_long, too_long, answer("好")]
    turns = tuple(PastTurn(f"第{number}问" * 20, "答" * 100) for number in range(10))
    async with opened(fake) as source:
        events = await whole(source.reply(ask("问", turns)))
    sizes = [len(asked.body["messages"]) for asked in fake.asked]
    assert sizes[0] == 22 and sizes[-1] < sizes[0]
    assert fake.asked[-1].body["messages"][-3]["content"] == turns[-1].question
    assert [said.reason for said in events if isinstance(said, Begun)] == ["new", "truncated", "truncated"]


async def test_question_that_alone_is_too_long_ends(fake: ScriptedServer) -> None:
    """After a few tries to ask for less."""
    fake.scripts = [refusal(413, {})]
    async with opened(fake) as source:
        _, problem = await broken(source)
    assert "too long" in problem.message
    assert len(fake.asked) < 10


@pytest.mark.parametrize(
    "ending",
    [
        ABORT, b"", DONE, b'data: {"choices": [{"delta": {"content": "ha', b"data: {half}\n\n",
        b'data: {"error": "x"}\n\n', event(finish="abort"), b"data: " + b"x" * (MAX_EVENT_BYTES + 1),
    ],
)  # fmt: skip
async def test_text_before_a_break_is_kept_and_nothing_is_asked_again(
    fake: ScriptedServer, ending: Any
) -> None:
    """A second answer would not continue the first. The place is free afterwards."""
    fake.scripts = [stream(event("你"), event("好"), ending), answer("再")]
    async with opened(fake, max_running=1) as source:
        text, problem = await broken(source)
        assert (text, problem.code, len(fake.asked)) == ("你好", "unavailable", 1)
        assert source.status().running == 0


@pytest.mark.parametrize(
    ("patience", "script", "text"),
    [
        (Patience(first_seconds=0.2), [HANG], ""),
        (Patience(first_seconds=0.2), stream(b": still here\n\n", HANG), ""),
        (Patience(first_seconds=0.2), stream(event(), HANG), ""),
        (Patience(piece_seconds=0.2), stream(event("你"), HANG), "你"),
    ],
)
async def test_server_that_falls_silent_is_given_up(
    fake: ScriptedServer, patience: Patience, script: Script, text: str
) -> None:
    """A time-out is told as one, never as an end, and the connection is closed."""
    fake.scripts = [script]
    async with opened(fake, patience=patience) as source:
        got, problem = await broken(source)
        assert (got, problem.code) == (text, "timed_out")
        await asyncio.wait_for(fake.gone.wait(), 60)
