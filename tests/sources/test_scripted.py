"""The scripted source behaves like a real one: order, cancel, reuse, queue, failure."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import SourceProblem
from server.sources.scripted import HANG, ScriptedSource
from server.sources.types import (
    Begun,
    Ended,
    PastTurn,
    Piece,
    Reply,
    ReplyRequest,
    Sampling,
    SourceEvent,
    Waiting,
)


def ask(
    question: str, *, conversation: str = "c", turns: tuple[PastTurn, ...] = (), **more: object
) -> ReplyRequest:
    return ReplyRequest("r", conversation, "u", "系统", question, turns, **more)  # type: ignore[arg-type]


async def whole(reply: Reply) -> list[SourceEvent]:
    return [event async for event in reply]


def text_of(events: list[SourceEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, Piece))


async def test_mapping_answers_its_questions_and_echoes_others() -> None:
    """A mapping is the script of its questions; whatever else is asked is repeated."""
    source = ScriptedSource({"你好": ["您", "好！"]})
    assert text_of(await whole(source.reply(ask("你好")))) == "您好！"
    assert "再见" in text_of(await whole(source.reply(ask("再见"))))
    assert [request.question for request in source.requests] == ["你好", "再见"]


async def test_events_come_in_order_and_end_once() -> None:
    """Begun, pieces, Ended: and the counts agree with the text."""
    events = await whole(ScriptedSource(lambda request: "一二三四五").reply(ask("问")))
    assert isinstance(events[0], Begun)
    assert all(isinstance(event, Piece) for event in events[1:-1])
    assert isinstance(events[-1], Ended)
    assert (events[-1].finish, events[-1].generated_tokens) == ("stop", 5)


@settings(max_examples=50)
@given(answer=st.text(max_size=40), max_tokens=st.integers(1, 20))
async def test_answer_is_cut_at_max_tokens_and_nowhere_else(answer: str, max_tokens: int) -> None:
    """`length` exactly when the limit was reached."""
    request = ask("问", sampling=Sampling(max_tokens=max_tokens))
    events = await whole(ScriptedSource(lambda _: answer).reply(request))
    assert text_of(events) == answer[:max_tokens]
    assert isinstance(events[-1], Ended)
    assert events[-1].finish == ("length" if len(answer) >= max_tokens else "stop")


async def test_second_turn_reuses_all_of_the_first() -> None:
    """The reuse report is that of a ledger: everything said before is cached."""
    source = ScriptedSource(lambda _: "答案")
    first = await whole(source.reply(ask("问题")))
    second = await whole(source.reply(ask("再问", turns=(PastTurn("问题", "答案"),))))
    assert first[0] == Begun(0, len("系统问题"), "new")
    assert second[0] == Begun(len("系统问题答案"), len("再问"), "hit")


async def test_changed_history_reuses_only_what_is_the_same() -> None:
    """An answer that was masked before it was shown is told as `filtered`."""
    source = ScriptedSource(lambda _: "答案")
    await whole(source.reply(ask("问题")))
    events = await whole(source.reply(ask("再问", turns=(PastTurn("问题", "答*"),), hint="filtered")))
    assert events[0] == Begun(len("系统问题答"), len("*再问"), "filtered")


async def test_forgotten_conversation_starts_anew() -> None:
    """After `forget` nothing is reused."""
    source = ScriptedSource(lambda _: "答案")
    await whole(source.reply(ask("问题")))
    source.forget("c")
    events = await whole(source.reply(ask("再问", turns=(PastTurn("问题", "答案"),))))
    assert isinstance(events[0], Begun)
    assert (events[0].reused, events[0].reason) == (0, "restart")
    assert source.forgotten == ["c"]


async def test_failure_is_raised_where_the_script_has_it() -> None:
    """The text before it came; the place is free afterwards."""
    source = ScriptedSource(
        lambda _: ["半", SourceProblem("unavailable", "the engine is gone")], max_running=1
    )
    got = ""
    with pytest.raises(SourceProblem, match="engine is gone"):
        async for event in source.reply(ask("问")):
            got += event.text if isinstance(event, Piece) else ""
    assert got == "半"
    assert source.status().running == 0


async def test_hanging_reply_ends_when_it_is_cancelled() -> None:
    """Only a cancel frees it, and it still says so at its end."""
    source = ScriptedSource(lambda _: ["半", HANG, "不会"])
    reply = source.reply(ask("问"))
    asyncio.get_running_loop().call_later(0.02, reply.cancel)
    events = await asyncio.wait_for(whole(reply), 2)
    assert text_of(events) == "半"
    assert isinstance(events[-1], Ended)
    assert events[-1].finish == "cancelled"


async def test_cancel_twice_and_before_the_start_is_one_cancel() -> None:
    """A reply that never ran ends as cancelled, without text, and holds no place."""
    source = ScriptedSource(max_running=1)
    reply = source.reply(ask("问"))
    reply.cancel()
    reply.cancel()
    assert source.status().running == 0
    events = await whole(reply)
    assert [type(event) for event in events] == [Ended]


async def test_waiting_replies_learn_their_place_and_move_up() -> None:
    """With one running, the second waits at 0, the third at 1, and both get their turn."""
    source = ScriptedSource(lambda _: "答", max_running=1, delay_seconds=0.01)
    replies = [source.reply(ask(str(n), conversation=str(n))) for n in range(3)]
    assert (source.status().running, source.status().waiting) == (1, 2)
    events = await asyncio.wait_for(asyncio.gather(*map(whole, replies)), 5)
    places = [[event.position for event in one if isinstance(event, Waiting)] for one in events]
    assert places == [[], [0], [1, 0]]
    assert all(isinstance(one[-1], Ended) and one[-1].finish == "stop" for one in events)


async def test_full_queue_is_busy_and_a_cancel_makes_room() -> None:
    """`max_waiting` holds; a waiting reply that is cancelled gives its place away."""
    source = ScriptedSource(lambda _: [HANG], max_running=1, max_waiting=1)
    running, waiting = source.reply(ask("1")), source.reply(ask("2"))
    with pytest.raises(SourceProblem) as caught:
        source.reply(ask("3"))
    assert caught.value.code == "busy"
    waiting.cancel()
    source.reply(ask("3")).cancel()
    running.cancel()
    assert (source.status().running, source.status().waiting) == (0, 0)


async def test_abandoned_iteration_frees_its_place() -> None:
    """Who stops reading in the middle without a cancel does not block the others."""
    source = ScriptedSource(lambda _: "一二三四五六七八九", max_running=1)
    events = source.reply(ask("问")).__aiter__()
    await anext(events)
    await events.aclose()  # type: ignore[attr-defined]
    assert source.status().running == 0


async def test_source_that_is_not_ready_says_so() -> None:
    """`unavailable` until ready, and again after close."""
    source = ScriptedSource(ready=False)
    with pytest.raises(SourceProblem, match="not ready"):
        source.reply(ask("问"))
    source.become_ready()
    source.reply(ask("问"))
    await source.close()
    assert not source.status().ready
    with pytest.raises(SourceProblem, match="closed"):
        source.reply(ask("问"))
