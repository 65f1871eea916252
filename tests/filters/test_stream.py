"""Streams: what is held, for how long, and what happens at a block or a fault."""

from __future__ import annotations

import pytest

from filters import Action, Direction
from tests.filters.lists import pipeline, word


def released(filter_, *pieces: str) -> list[str]:
    """What each piece lets out, and the flush."""
    stream = filter_.stream(Direction.ANSWER)
    return [*(stream.feed(piece) for piece in pieces), stream.flush()]


def test_only_the_beginning_of_a_word_is_held():
    """What cannot become a word goes out with the piece that brought it."""
    assert released(pipeline("敏感词"), "很敏", "感", "的人") == ["很", "", "敏感的人", ""]
    assert released(pipeline("敏感词"), "很敏", "感", "词吗") == ["很", "", "***吗", ""]


def test_no_letter_is_lost_when_a_candidate_fails():
    """The known trap: word aab, pieces a, b."""
    assert released(pipeline("aab"), "a", "b") == ["", "ab", ""]
    assert "".join(released(pipeline(word("aab", match="substring")), *"aaab")) == "a***"


def test_a_whole_word_waits_for_its_right_boundary():
    """`SB` may still become `SBS`; the end of the text is a boundary."""
    assert released(pipeline("SB"), "SB", "S") == ["", "SBS", ""]
    assert released(pipeline("SB"), "SB", "吧") == ["", "**吧", ""]
    assert released(pipeline("SB"), "SB") == ["", "**"]
    assert released(pipeline("SB"), "US", "B") == ["US", "B", ""]


def test_a_match_waits_while_an_allow_phrase_lives():
    """And no longer."""
    filter_ = pipeline("敏感", allow=("不敏感肌",))
    assert released(filter_, "不敏感", "肌肤") == ["不", "敏感肌肤", ""]
    assert released(filter_, "不敏感", "的") == ["不", "**的", ""]
    assert released(filter_, "很敏感") == ["很**", ""]


def test_a_certain_mask_goes_out_though_it_may_grow():
    """中国 is masked whatever follows; a block may still begin there, so then it waits."""
    assert released(pipeline("中国", "中国人"), "中国", "人") == ["**", "*", ""]
    blocking = pipeline("中国", word("国人", Action.BLOCK))
    assert released(blocking, "中国", "人") == ["*", "", ""]
    assert released(blocking, "中国", "家") == ["*", "*家", ""]


def test_words_that_only_report_hold_nothing():
    """Review, warn and log are found in passing."""
    stream = pipeline(*(word(a.value + "敏感", a) for a in (Action.LOG, Action.WARN, Action.REVIEW))).stream(
        Direction.ANSWER
    )
    assert stream.feed("log敏") == "log敏"
    assert stream.feed("感 ") == "感 "
    assert [m.word for m in stream.matches] == ["log敏感"]


def test_a_block_lets_out_what_stands_before_it_and_nothing_more():
    """For ever, whatever still comes."""
    stream = pipeline("脏", word("坏人", Action.BLOCK)).stream(Direction.ANSWER)
    assert stream.feed("很脏的坏") == "很*的"
    assert stream.feed("人在") == ""
    assert stream.blocked
    assert stream.feed("哪里") == stream.flush() == ""
    assert stream.held_chars == 0
    assert stream.raw_text == "很脏的坏人在哪里"
    assert [m.word for m in stream.matches] == ["脏", "坏人"]


def test_a_block_waits_for_a_word_that_began_before_it():
    """Its text is still undecided, so the stream is not blocked yet."""
    stream = pipeline("天气坏了", word("坏", Action.BLOCK)).stream(Direction.ANSWER)
    assert (stream.feed("天气坏"), stream.blocked) == ("", False)
    assert (stream.feed("了"), stream.blocked) == ("**", True)


@pytest.mark.parametrize(
    "endless",
    [
        " " * 10_000,
        "敏" * 10_000,
        "敏 " * 5_000,
        "敏\u200b" * 5_000,
        "敏" + "\u200b" * 10_000,
        "a" * 10_000,
        "\ud83d" * 10_000,
    ],
)
def test_hold_is_bounded_whatever_comes(endless):
    """Spaces, near matches, invisible floods, half characters: the hold never grows with the text."""
    words = ["敏敏敏敏感", "敏感词", "a" * 30 + "b", word("敏敏敏", Action.REPLACE, replacement="x")]
    filter_ = pipeline(*words, allow=("敏敏敏敏敏词",))
    stream = filter_.stream(Direction.ANSWER)
    for char in endless:
        stream.feed(char)
        assert stream.held_chars <= filter_.longest_hold_chars


def test_matches_of_a_stream_are_those_of_the_whole_text():
    """Positions count from the beginning of the text, across pieces."""
    filter_ = pipeline("敏感", "词")
    stream = filter_.stream(Direction.ANSWER)
    for piece in ("😀很敏", "", "-感", "词", "呀"):
        stream.feed(piece)
    stream.flush()
    assert stream.matches == filter_.check("😀很敏-感词呀", Direction.ANSWER).matches


def test_a_stream_that_failed_lets_nothing_out():
    """Fail closed: the fault is raised to the caller, and the stream counts as blocked."""
    stream = pipeline("敏感").stream(Direction.ANSWER)
    assert stream.feed("很敏") == "很"
    with pytest.raises(TypeError):
        stream.feed(None)
    assert stream.blocked
    assert stream.feed("好") == stream.flush() == ""


def test_feeding_after_flush_is_a_fault():
    """Flushing twice is not."""
    stream = pipeline("敏感").stream(Direction.ANSWER)
    stream.feed("好")
    assert stream.flush() == stream.flush() == ""
    with pytest.raises(ValueError, match="after flush"):
        stream.feed("好")
