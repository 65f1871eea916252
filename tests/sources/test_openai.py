"""`openai:` against a scripted fake: answers, cancels and the queue, as every source has them."""

from __future__ import annotations

import asyncio

import pytest

from server.errors import SourceProblem
from server.sources.openai_link import Patience
from server.sources.openai_prompt import session_mark
from server.sources.types import (
    Begun,
    Ended,
    PastTurn,
    Piece,
    SourceEvent,
    Waiting,
)
from tests.sources.asking_openai import USAGE, ask, end_of, opened, text_of, whole
from tests.sources.scripted_openai import (
    HANG,
    Script,
    ScriptedServer,
    answer,
    event,
    refusal,
    stream,
)


async def test_answer_comes_in_pieces_with_the_counts_of_the_server(fake: ScriptedServer) -> None:
    """Begun, the text, an end that tells how much of the prompt was cached."""
    fake.scripts = [answer("你", "好😀", usage=USAGE)]
    async with opened(fake) as source:
        events = await whole(source.reply(ask(turns=(PastTurn("前问", "前答"),))))
    assert isinstance(events[0], Begun)
    assert [said.text for said in events[1:-1] if isinstance(said, Piece)] == ["你", "好😀"]
    assert events[-1] == Ended("stop", None, 30, 24, 2)


async def test_question_carries_the_whole_conversation_and_its_mark(fake: ScriptedServer) -> None:
    """System prompt, past turns and question; the header is equal for each turn and is not the id."""
    async with opened(fake, "sk-key") as source:
        await whole(source.reply(ask("一")))
        await whole(source.reply(ask("二", (PastTurn("一", "你好"),))))
    first, second = fake.asked
    assert [message["content"] for message in second.body["messages"]] == ["系统", "一", "你好", "二"]
    assert first.headers["x-session-id"] == second.headers["x-session-id"] == session_mark("c1")
    assert second.headers["authorization"] == "Bearer sk-key"
    assert second.body["model"] == "m"


async def test_without_a_key_none_is_sent(fake: ScriptedServer) -> None:
    """Not even an empty one."""
    async with opened(fake) as source:
        await whole(source.reply(ask()))
    assert "authorization" not in fake.asked[0].headers


@pytest.mark.parametrize(
    ("script", "finish"),
    [
        (answer("好", finish="length"), "length"),
        (answer("好", finish="content_filter"), "length"),
        (stream(event("好"), event(finish="stop")), "stop"),
        (stream(event("好", finish="stop"), b"data: {half"), "stop"),
        (stream(event("好", finish="stop"), HANG), "stop"),
        (stream(b"\n: still here\n\n", event("好", finish="stop").removesuffix(b"\n\n")), "stop"),
        (stream(event("好", finish="stop"), kind="text/plain"), "stop"),
    ],
)
async def test_answer_is_whole_however_the_server_ends_it(
    fake: ScriptedServer, script: Script, finish: str
) -> None:
    """With or without `[DONE]`, counts, a last empty line, or a closed connection: the text is all there."""
    fake.scripts = [script]
    async with opened(fake, patience=Patience(last_seconds=0.1)) as source:
        events = await whole(source.reply(ask()))
    assert (text_of(events), end_of(events).finish) == ("好", finish)


async def test_server_that_does_not_stream_is_answered_from(fake: ScriptedServer) -> None:
    """One JSON body is one piece."""
    body = {"choices": [{"message": {"content": "你好"}, "finish_reason": "length"}], "usage": USAGE}
    fake.scripts = [refusal(200, body, Content_Type="application/json")]
    async with opened(fake) as source:
        events = await whole(source.reply(ask()))
    assert (text_of(events), end_of(events).finish, end_of(events).prompt_tokens) == ("你好", "length", 30)


async def test_tokens_are_estimated_where_the_server_counts_none(fake: ScriptedServer) -> None:
    """Pieces for the answer; for the prompt what was reckoned before it was sent."""
    fake.scripts = [answer("你", "好")]
    async with opened(fake) as source:
        end = end_of(await whole(source.reply(ask())))
    assert (end.reused_tokens, end.generated_tokens) == (0, 2)
    assert end.prompt_tokens > 3


async def test_cancel_closes_the_line_at_once(fake: ScriptedServer) -> None:
    """The other server must not compute for nobody. Twice is once, and an end follows."""
    fake.scripts = [stream(event("你"), HANG)]
    async with opened(fake) as source:
        reply = source.reply(ask())
        events: list[SourceEvent] = []
        async with asyncio.timeout(60):
            async for said in reply:
                events.append(said)
                if isinstance(said, Piece):
                    reply.cancel()
                    reply.cancel()
            await fake.gone.wait()
        assert (text_of(events), end_of(events).finish) == ("你", "cancelled")
        assert source.status().running == 0


async def test_abandoned_iteration_closes_the_line(fake: ScriptedServer) -> None:
    """Who stops reading needs no more text."""
    fake.scripts = [stream(event("你"), HANG)]
    async with opened(fake) as source:
        events = source.reply(ask()).__aiter__()
        while not isinstance(await anext(events), Piece):
            pass
        await events.aclose()  # type: ignore[attr-defined]
        await asyncio.wait_for(fake.gone.wait(), 60)
        assert source.status().running == 0


async def test_waiting_replies_learn_their_place_and_can_leave(fake: ScriptedServer) -> None:
    """One at a time is asked; a waiting one that is cancelled is never asked."""
    fake.scripts = [answer("好")]
    async with opened(fake, max_running=1, max_waiting=2) as source:
        replies = [source.reply(ask(user=f"u{number}")) for number in range(3)]
        with pytest.raises(SourceProblem) as caught:
            source.reply(ask(user="u9"))
        assert caught.value.code == "busy"
        assert (source.status().running, source.status().waiting) == (1, 2)
        replies[1].cancel()
        events = await asyncio.gather(*map(whole, replies))
        assert (source.status().running, source.status().waiting) == (0, 0)
    places = [[said.position for said in one if isinstance(said, Waiting)] for one in events]
    assert places[0] == places[1] == [] and places[2] == [0]
    assert [end_of(one).finish for one in events] == ["stop", "cancelled", "stop"]
    assert len(fake.asked) == 2


async def test_close_ends_what_is_under_way(fake: ScriptedServer) -> None:
    """No task and no connection outlives the source."""
    fake.scripts = [stream(event("你"), HANG)]
    async with opened(fake) as source:
        events = source.reply(ask()).__aiter__()
        while not isinstance(await anext(events), Piece):
            pass
        await source.close()
        assert await anext(events) == Ended("cancelled", None, 19, 0, 1)
        with pytest.raises(SourceProblem, match="closed"):
            source.reply(ask())
