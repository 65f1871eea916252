"""Law 1 for the whole path: whatever a model says, what is shown is what the filter released."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from filters import Action, Direction
from server.protocol.effects import TurnEnded
from tests.chat.house import word, words
from tests.protocol.talk import begin, done_of, machine, text_of

PIPELINE = words(
    word("坏蛋词", Action.BLOCK),
    word("遮住词", Action.MASK),
    word("遮住词语句", Action.MASK),
    word("换掉", Action.REPLACE, replacement="某某"),
    word("bad", Action.MASK),
    word("留意", Action.REVIEW),
)
ANSWERS = st.lists(
    st.sampled_from(
        ["坏", "蛋", "词", "遮", "住", "语", "句", "换", "掉", "bad", "b", " ", "，", "留意", "好"]
    )
    | st.sampled_from(["坏蛋词", "遮住词", "遮住词语句", "遮 住 词"])
    | st.text(max_size=3),
    max_size=25,
).map("".join)
CUTS = st.lists(st.integers(1, 5), min_size=1, max_size=60)


def pieces_of(text: str, lengths: list[int]) -> list[str]:
    """The text cut into pieces of these lengths, over and over."""
    pieces, at, turn = [], 0, 0
    while at < len(text):
        length = lengths[turn % len(lengths)]
        pieces.append(text[at : at + length])
        at, turn = at + length, turn + 1
    return pieces


@given(ANSWERS, CUTS, st.lists(st.booleans(), min_size=1, max_size=60))
def test_law_1_what_is_shown_is_always_a_prefix_of_the_filtered_answer(
    answer: str, lengths: list[int], commits: list[bool]
) -> None:
    """At every moment, for every way to cut the answer and every moment of a commit."""
    whole = PIPELINE.check(answer, Direction.ANSWER)
    one = machine()
    turn = begin(one, pipeline=PIPELINE)
    effects = one.drain()
    shown = ""
    for place, piece in enumerate(pieces_of(answer, lengths)):
        cancelled = turn.piece(piece, place)
        if commits[place % len(commits)]:
            effects += (new := one.drain())
            shown += text_of(new)
            assert whole.text.startswith(shown)
        if cancelled:
            assert whole.blocked
            turn.ended("cancelled", place)
            break
    else:
        turn.ended("stop", 0)
    effects += one.drain()
    assert text_of(effects) == whole.text
    assert done_of(effects).finish == ("filtered" if whole.blocked else "stop")
    (ended,) = [effect for effect in effects if isinstance(effect, TurnEnded)]
    assert ended.answer == whole.text, "what was shown is what is remembered"
    assert ended.exact == (whole.text == answer)


@given(ANSWERS, CUTS, st.integers(0, 60))
def test_law_1_holds_for_an_answer_that_is_stopped_anywhere(
    answer: str, lengths: list[int], stop_after: int
) -> None:
    """What is shown of a stopped answer is the filter's word on exactly what the model had said by then."""
    one = machine()
    turn = begin(one, pipeline=PIPELINE)
    said = ""
    for piece in pieces_of(answer, lengths)[:stop_after]:
        said += piece
        if turn.piece(piece, 0):
            break
    one.stop(turn.id, "stopped")
    turn.ended("cancelled", 0)
    effects = one.drain()
    heard = PIPELINE.check(said, Direction.ANSWER)
    assert text_of(effects) == heard.text
    assert done_of(effects).finish == ("filtered" if heard.blocked else "stopped")


@given(ANSWERS, CUTS)
def test_law_1_holds_when_the_source_breaks_off(answer: str, lengths: list[int]) -> None:
    """A crash of the engine releases nothing that the filter has not."""
    one = machine()
    turn = begin(one, pipeline=PIPELINE)
    for piece in pieces_of(answer, lengths):
        turn.piece(piece, 0)
    turn.failed(0)
    effects = one.drain()
    heard = PIPELINE.check(answer, Direction.ANSWER)
    assert text_of(effects) == heard.text
    assert done_of(effects).finish == ("filtered" if heard.blocked else "failed")
