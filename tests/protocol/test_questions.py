"""One conversation as a state machine: which questions become turns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from filters import Action, Direction
from server.errors import ClientProblem
from server.protocol.carries import FORGET_MS, FORGET_REFUSED_MS, Carry, CarryShelf
from server.protocol.conversation import Asker, Proposal, Repeat
from server.protocol.effects import FilterFailed, Hits, TurnBegan
from server.protocol.frames import Accepted, Ask, Refused
from server.protocol.rates import TokenBucket
from server.topics import private_pipeline
from tests.chat.house import DEFAULT, TEXTS, word, words
from tests.protocol.talk import BrokenPipeline, begin, frames_of, machine, propose

ZH = TEXTS["zh"]


def test_a_question_is_accepted_as_it_will_be_remembered() -> None:
    """Masked where masked, without white space around it, with its verdict for the record."""
    one = machine()
    proposal = propose(one, "  这是遮住词吗？\n")
    assert isinstance(proposal, Proposal)
    assert proposal.question == "这是***吗？"
    one.accept(proposal, "t", 5)
    began, hits, shown = one.drain()
    assert isinstance(began, TurnBegan)
    assert began.question == "这是***吗？"
    assert isinstance(hits, Hits)
    assert (hits.turn, hits.direction, hits.matches[0].action) == ("t", Direction.QUESTION, Action.MASK)
    assert shown.frame == Accepted(  # type: ignore[union-attr]
        seq=1, id="a", turn="t", text="这是***吗？", notices=["masked"]
    )


def test_the_writer_of_a_question_is_warned() -> None:
    """A word with this action passes as it is, and the page is to say something."""
    one = machine()
    warning = words(word("留意词", None, Action.WARN))
    one.accept(propose(one, "这是留意词吗？", pipeline=warning), "t", 5)
    (accepted,) = frames_of(one.drain())
    assert (accepted.text, accepted.notices) == ("这是留意词吗？", ["warned"])


def test_a_blocked_question_is_refused_and_leaves_only_its_verdict() -> None:
    """The refusal says the category and the preset's sentence, and nothing carries the text on."""
    one = machine()
    assert propose(one, "你是坏蛋词吗") is None
    hits, shown = one.drain()
    assert isinstance(hits, Hits)
    assert hits.turn is None
    assert shown.frame == Refused(  # type: ignore[union-attr]
        seq=1, id="a", code="filter", category="test", message=ZH.refusal
    )


@pytest.mark.parametrize("text", ["", " \n\t　"])
def test_an_empty_question_is_an_error(text: str) -> None:
    """There is nothing to remember, so it is no refusal."""
    with pytest.raises(ClientProblem) as caught:
        propose(machine(), text)
    assert caught.value.code == "empty_question"


def test_a_question_that_is_too_long_is_refused() -> None:
    """The sentence says how long it may be."""
    one = machine(question_chars=3)
    assert propose(one, "四个字啊") is None
    (refused,) = frames_of(one.drain())
    assert refused.code == "too_long"
    assert "3" in refused.message
    assert isinstance(propose(one, "三个字 ", "b"), Proposal)


def test_too_fast_is_refused_with_the_time_to_wait() -> None:
    """One a minute: the second has to wait for it, with the same id."""
    one, asker = machine(), Asker(ZH, (TokenBucket(1),))
    first = one.ask(Ask(id="a", text="一"), asker, DEFAULT, 0)
    assert isinstance(first, Proposal)
    assert one.ask(Ask(id="b", text="二"), asker, DEFAULT, 30_000) is None
    (refused,) = frames_of(one.drain())
    assert (refused.code, refused.retry_after_seconds) == ("too_fast", 30)
    assert isinstance(one.ask(Ask(id="b", text="二"), asker, DEFAULT, 60_000), Proposal)


def test_one_question_at_a_time() -> None:
    """While a turn runs another question is refused; after its end it is not."""
    one = machine()
    turn = begin(one)
    assert propose(one, "还有", "b") is None
    assert frames_of(one.drain())[-1].code == "busy"
    turn.ended("stop", 0)
    assert isinstance(propose(one, "还有", "b"), Proposal)


def test_a_busy_source_turns_the_question_away_and_the_same_id_may_try_again() -> None:
    """Nothing was decided about the question, so nothing is repeated."""
    one = machine()
    one.turn_away(propose(one), "忙", 5.0)
    (refused,) = frames_of(one.drain())
    assert refused == Refused(seq=1, id="a", code="busy", message="忙", retry_after_seconds=5.0)
    assert one.running is None
    assert isinstance(propose(one), Proposal)


def test_an_id_that_was_decided_is_repeated_and_not_decided_again() -> None:
    """Accepted and refused alike; also when the outcome was read back from the journal."""
    one = machine()
    begin(one)
    assert propose(one, "另一个问题", "ask-0") == Repeat(1)
    one = machine()
    propose(one, "坏蛋词")
    assert propose(one, "好的", "a") == Repeat(1)
    assert propose(machine(last_seq=9, outcomes={"a": 4})) == Repeat(4)


def test_refusals_are_remembered_up_to_a_bound() -> None:
    """Someone who sends blocked questions for ever does not fill the memory."""
    one = machine()
    for number in range(300):
        propose(one, "坏蛋词", f"id-{number}")
    assert isinstance(propose(one, "坏蛋词", "id-299"), Repeat)
    assert propose(one, "坏蛋词", "id-0") is None


def test_without_a_filter_nothing_passes() -> None:
    """Fail closed: no list, or a filter that raises."""
    one = machine()
    assert propose(one, pipeline=None) is None
    assert frames_of(one.drain())[0].code == "busy"
    assert propose(one, pipeline=BrokenPipeline(Direction.QUESTION)) is None
    failure, shown = one.drain()
    assert isinstance(failure, FilterFailed)
    assert shown.frame.code == "busy"  # type: ignore[union-attr]


def carried_asker() -> Asker:
    """Somebody whose messages are read one after the other."""
    return Asker(ZH, carry=Carry())


SPLIT_WORD = words(word("敏感词", None, Action.BLOCK))


def ask(asker: Asker, text: str, now_ms: int = 0) -> bool:
    """Whether a message passes, each in a conversation of its own: the carry is the person's."""
    one = machine()
    return isinstance(one.ask(Ask(id="a", text=text), asker, SPLIT_WORD, now_ms), Proposal)


@pytest.mark.parametrize("pieces", ["敏感|词", "敏|感|词", "请讲讲敏感|词", "敏感|词是什么意思", "敏 感|*词"])
def test_a_word_cut_in_two_by_messages_is_blocked(pieces: str) -> None:
    """Where one of the messages is little else than its part of the word; only the last piece is refused."""
    asker = carried_asker()
    *before, last = pieces.split("|")
    assert all(ask(asker, piece) for piece in before)
    assert not ask(asker, last)


@pytest.mark.parametrize("pieces", ["我的皮肤很敏感|词典在哪里可以借", "什么叫敏感？|词", "敏感词典|词"])
def test_harmless_messages_that_meet_are_not_punished(pieces: str) -> None:
    """Two whole sentences, or a sentence that ended, lead to a review at most."""
    asker = carried_asker()
    *before, last = pieces.split("|")
    for piece in before:
        ask(asker, piece)
    assert ask(asker, last)


def test_what_was_sent_before_is_forgotten_after_a_while() -> None:
    """Nobody writes the second half of a word minutes later; a clock set back forgets at once."""
    asker = carried_asker()
    assert ask(asker, "敏感", 0)
    assert ask(asker, "词", FORGET_MS)
    assert ask(asker, "敏感", FORGET_MS)
    assert ask(asker, "词", 5)


def test_who_was_refused_for_a_word_cut_in_two_may_go_on_soon() -> None:
    """The first half is forgotten half a minute after the first refusal, however often it is tried."""
    asker = carried_asker()
    assert ask(asker, "敏感", 0)
    assert not ask(asker, "词", 10)
    assert not ask(asker, "词", FORGET_REFUSED_MS)
    assert ask(asker, "词", FORGET_REFUSED_MS + 10)


def test_carries_are_bounded() -> None:
    """For each person and in number of persons."""
    shelf = CarryShelf(max_keys=2)
    first = shelf.carry("a")
    first.keep("长" * 100_000, 0)
    assert len(first.before(0)) < 100
    assert shelf.carry("a") is first
    shelf.carry("b")
    shelf.carry("c")
    assert len(shelf) == 2
    assert shelf.carry("a") is not first


def test_a_refusal_may_be_written_for_its_category() -> None:
    """The desk's own sentence stands in place of the preset's, and no filter touches it."""
    one = machine()
    texts = replace(ZH, refusals={"test": "坏蛋词请问老师。"})
    assert one.ask(Ask(id="a", text="你是坏蛋词吗"), Asker(texts), DEFAULT, 0) is None
    (refused,) = frames_of(one.drain())
    assert refused.message == "坏蛋词请问老师。"


def test_numbers_of_people_are_masked_before_anything_is_stored_or_answered() -> None:
    """The turn begins without them, its writer is told; where masking is off, the question stays as it is."""
    text = "我的手机是13812345678，123456789×2等于多少"
    for private, is_masked in ((private_pipeline(), True), (None, False)):
        one = machine()
        proposal = one.ask(Ask(id="a", text=text), Asker(ZH, private=private), DEFAULT, 0)
        assert isinstance(proposal, Proposal)
        assert ("13812345678" in proposal.question) is not is_masked
        assert "123456789×2" in proposal.question
        one.accept(proposal, "t", 5)
        (accepted,) = frames_of(one.drain())
        assert accepted.text == proposal.question
        assert accepted.notices == (["masked"] if is_masked else None)
