"""One turn as a state machine: what the source says, and what is shown of it."""

from __future__ import annotations

from typing import Any

import pytest

from filters import Action, Direction
from server.errors import ClientProblem
from server.protocol.effects import FilterFailed, TurnEnded
from server.protocol.frames import (
    Accepted,
    Approved,
    Attached,
    Delta,
    Done,
    Passage,
    Queued,
    Regenerate,
    Sources,
    Started,
)
from tests.chat.house import DEFAULT, TEXTS, word, words
from tests.protocol.talk import ASKER, BrokenPipeline, begin, done_of, frames_of, machine, text_of

ZH = TEXTS["zh"]


def test_a_turn_is_queued_started_told_and_done() -> None:
    """The order of frames, their numbers, and what the reply cost."""
    one = machine(last_seq=10)
    turn = begin(one)
    turn.waiting(1, 4.0)
    turn.waiting(1, 3.5)  # not worth a frame
    turn.waiting(0, 2.0)
    turn.begun(100, 7, "hit", 30)
    turn.waiting(3, 9.0)  # an engine that starts anew: the page has begun long ago
    turn.begun(0, 107, "restart", 40)
    turn.piece("你好", 50)
    turn.piece("，世界", 60)
    turn.ended("stop", 90, prompt_tokens=107, reused_tokens=100, generated_tokens=4)
    frames = frames_of(one.drain())
    assert [type(frame) for frame in frames] == [Accepted, Queued, Queued, Started, Delta, Done]
    assert [frame.seq for frame in frames] == [11, 12, 13, 14, 15, 16]
    assert frames[4].text == "你好，世界"
    assert frames[5].finish == "stop"
    assert frames[5].usage.model_dump() == {
        "prompt_tokens": 107,
        "reused_tokens": 100,
        "generated_tokens": 4,
        "queue_ms": 30,
        "first_token_ms": 50,
        "total_ms": 90,
    }


@pytest.mark.parametrize("pieces", [[], [" ", "\n"]])
def test_an_empty_answer_says_where_to_turn(pieces: list[str]) -> None:
    """A source may end without a word: the desk's own advice stands in for it."""
    one = machine()
    turn = begin(one)
    turn.begun(0, 7, "new", 0)
    for piece in pieces:
        turn.piece(piece, 0)
    turn.ended("stop", 9)
    done = done_of(one.drain())
    assert (done.finish, done.message) == ("stop", ZH.fallback)


def test_text_between_two_commits_is_joined_into_one_delta() -> None:
    """A delta for each commit, however many pieces came."""
    one = machine()
    turn = begin(one)
    one.drain()
    for piece in "一二三":
        turn.piece(piece, 0)
    assert text_of(one.drain()) == "一二三"
    assert not one.has_text
    assert one.drain() == []


def test_a_masked_answer_is_remembered_as_it_was_shown() -> None:
    """Law 5: the shown text goes into memory, and does not pass for what the model produced."""
    one = machine()
    turn = begin(one)
    turn.piece("这是遮住词。", 0)
    turn.ended("stop", 0)
    (ended,) = [effect for effect in one.drain() if isinstance(effect, TurnEnded)]
    assert ended.answer == "这是***。"
    assert not ended.exact


def test_a_blocked_answer_is_cut_before_the_word_and_the_source_is_cancelled() -> None:
    """The page is told why in the preset's words."""
    one = machine()
    turn = begin(one)
    assert not turn.piece("好的，坏蛋", 0)
    assert turn.piece("词和更多", 0)
    assert turn.piece("还有", 0)
    turn.ended("cancelled", 0)
    effects = one.drain()
    assert text_of(effects) == "好的，"
    assert (done_of(effects).finish, done_of(effects).message) == ("filtered", ZH.filtered)


def test_an_end_that_nobody_asked_for_is_a_failure() -> None:
    """A source that is cancelled by someone else did not finish the answer."""
    one = machine()
    turn = begin(one)
    turn.piece("半句", 0)
    turn.ended("cancelled", 0)
    effects = one.drain()
    assert text_of(effects) == "半句"
    assert (done_of(effects).finish, done_of(effects).message) == ("failed", ZH.failed)


@pytest.mark.parametrize(
    ("why", "finish", "message"),
    [("stopped", "stopped", None), ("gone", "stopped", None), ("closing", "failed", ZH.closing)],
)
def test_the_end_says_why(why: Any, finish: str, message: str | None) -> None:
    """Stopped by the reader, left by the page, or broken off by the server: also if the source hangs."""
    for last_word in ("ended", "failed"):
        one = machine()
        turn = begin(one)
        assert one.stop(turn.id, why)
        turn.ended("cancelled", 0) if last_word == "ended" else turn.failed(0)
        done = done_of(one.drain())
        assert (done.finish, done.message) == (finish, message)
        assert not one.stop(turn.id, why)


def test_an_answer_that_ends_before_the_stop_is_felt_is_whole() -> None:
    """The stop came too late: the answer is complete and says so."""
    one = machine()
    turn = begin(one)
    one.stop(turn.id, "stopped")
    turn.piece("完整。", 0)
    turn.ended("stop", 0)
    assert done_of(one.drain()).finish == "stop"


def test_a_filter_that_breaks_on_an_answer_shows_nothing_of_it() -> None:
    """Fail closed: the source is cancelled, the turn fails, someone is told."""
    one = machine()
    turn = begin(one, pipeline=BrokenPipeline(Direction.ANSWER))
    assert turn.piece("任何", 0)
    assert turn.piece("东西", 0)
    turn.ended("cancelled", 0)
    effects = one.drain()
    assert text_of(effects) == ""
    assert done_of(effects).finish == "failed"
    assert [type(each) for each in effects if isinstance(each, FilterFailed)] == [FilterFailed]


def test_only_the_newest_turn_is_answered_anew() -> None:
    """The same question, filtered by the list of today, replacing the earlier answer."""
    one = machine()
    turn = begin(one, "什么是光")
    again = Regenerate(turn=turn.id)
    assert one.regenerate(again, ASKER, DEFAULT, 0) is None
    turn.ended("stop", 0)
    one.drain()
    with pytest.raises(ClientProblem) as caught:
        one.regenerate(Regenerate(turn="other"), ASKER, DEFAULT, 0)
    assert caught.value.code == "no_such_turn"
    proposal = one.regenerate(again, ASKER, DEFAULT, 0)
    assert proposal is not None
    one.accept(proposal, "anew", 0)
    began, shown = one.drain()
    assert began.replaces == turn.id  # type: ignore[union-attr]
    assert shown.frame.regenerates == turn.id  # type: ignore[union-attr]
    assert shown.frame.text == "什么是光"  # type: ignore[union-attr]
    stricter = words(word("光", Action.BLOCK, Action.BLOCK))
    one.running.ended("stop", 0)  # type: ignore[union-attr]
    one.drain()
    assert one.regenerate(Regenerate(turn="anew"), ASKER, stricter, 0) is None
    assert frames_of(one.drain())[0].code == "filter"


def test_what_stands_beside_an_answer_passes_the_filter_too() -> None:
    """Quotes and titles of sources, questions to choose from, and who answers for an approved answer."""
    one = machine()
    turn = begin(one)
    quote = Passage(id="d.0.9", title="遮住词手册", heading="坏蛋词", quote="先说明，坏蛋词在后面。")
    turn.rests_on([quote])
    (sources,) = [frame for frame in frames_of(one.drain()) if isinstance(frame, Sources)]
    (passage,) = sources.passages
    assert (passage.title, passage.heading, passage.quote) == ("***手册", None, "先说明，")

    turn.said("offer", 0, offers=["补卡多少钱", "坏蛋词是什么", "遮住词是什么"])
    started = frames_of(one.drain())[-1]
    assert started.offers == ["补卡多少钱", "***是什么"]


def test_names_beside_an_approved_answer_pass_the_filter_too() -> None:
    """Its question, source and author, and the names of what is attached."""
    one = machine()
    turn = begin(one)
    attached = [Attached(name="遮住词表", url="/a/1")]
    approved = Approved(id="a", question="坏蛋词", source="遮住词手册", author="教务处", attachments=attached)
    turn.said("approved_answer", 0, approved=approved)
    shown = frames_of(one.drain())[-1].approved
    assert (shown.question, shown.source, shown.author) == ("", "***手册", "教务处")
    assert [(each.name, each.url) for each in shown.attachments] == [("***表", "/a/1")]


def test_a_filter_that_fails_beside_an_answer_lets_nothing_pass() -> None:
    """Neither sources nor the answer after them."""
    one = machine()
    turn = begin(one, pipeline=BrokenPipeline(Direction.ANSWER))
    turn.rests_on([Passage(id="d.0.9", title="手册", quote="补卡每张十元。")])
    turn.begun(0, 1, "new", 0)
    assert turn.piece("补卡每张十元。", 0)
    turn.ended("cancelled", 0)
    effects = one.drain()
    assert not [frame for frame in frames_of(effects) if isinstance(frame, Sources)]
    assert any(isinstance(effect, FilterFailed) for effect in effects)
    assert (done_of(effects).finish, text_of(effects)) == ("failed", "")
