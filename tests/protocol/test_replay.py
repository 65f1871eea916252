"""What is sent again after a cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.protocol.frames import Accepted, Delta, Done, Refused, Usage, dump, parse_server
from server.protocol.replay import answer_of, joined, outcomes_of

FRAMES = st.lists(
    st.builds(
        lambda turn, text: ("delta", turn, text), st.sampled_from("ab"), st.text(min_size=1, max_size=4)
    )
    | st.builds(lambda turn: ("done", turn, ""), st.sampled_from("ab")),
    max_size=30,
)


def written(frames: list[tuple[str, str, str]]) -> list[tuple[int, str]]:
    """These frames as the journal has them."""
    return [
        (seq, dump(Delta(seq=seq, turn=turn, text=text)))
        if kind == "delta"
        else (seq, dump(Done(seq=seq, turn=turn, finish="stop", usage=Usage())))
        for seq, (kind, turn, text) in enumerate(frames, start=1)
    ]


def shown(frames: list[tuple[int, str]], turn: str) -> str:
    """What a page shows of a turn."""
    parsed = [parse_server(text) for _, text in frames]
    return "".join(frame.text for frame in parsed if isinstance(frame, Delta) and frame.turn == turn)


@given(FRAMES, st.integers(0, 30))
def test_law_6_joining_changes_no_text_wherever_the_cut_was(
    frames: list[tuple[str, str, str]], cut: int
) -> None:
    """What came before the cut and what is replayed after it is the same text as without a cut."""
    journal = written(frames)
    replayed = list(joined(journal[cut:]))
    for turn in "ab":
        assert shown(journal[:cut], turn) + shown(replayed, turn) == shown(journal, turn)
        assert answer_of(turn, journal) == shown(journal, turn)
    numbers = [seq for seq, _ in replayed]
    assert numbers == sorted(set(numbers))
    assert numbers[-1:] == [seq for seq, _ in journal[cut:]][-1:]
    assert [parse_server(text).seq for _, text in replayed] == numbers  # type: ignore[union-attr]
    neighbours = [parse_server(text) for _, text in replayed]
    for one, other in pairwise(neighbours):
        assert not (isinstance(one, Delta) and isinstance(other, Delta) and one.turn == other.turn)


def test_other_frames_are_replayed_byte_for_byte() -> None:
    """Only deltas are rewritten."""
    done = dump(Done(seq=1, turn="a", finish="stop", usage=Usage()))
    assert list(joined([(1, done)])) == [(1, done)]


def test_decisions_are_read_back_from_the_journal() -> None:
    """Accepted, and refused for good; what may be tried again was no decision."""
    frames = [
        (1, dump(Accepted(seq=1, id="a", turn="t", text="x"))),
        (2, dump(Refused(seq=2, id="b", code="filter", message=""))),
        (3, dump(Refused(seq=3, id="c", code="busy", message=""))),
    ]
    assert outcomes_of(frames) == ({"a": 1}, {"b": 2})


@pytest.mark.parametrize("text", ['{"type":"delta","seq":1,"text":"很秘密"}', '{"type":"delta","很秘密'])
def test_a_damaged_frame_is_reported_without_its_text(text: str) -> None:
    """The error goes into the log as a bug; what was said does not."""
    with pytest.raises(ValueError, match="validation error") as caught:
        list(joined([(1, text)]))
    assert "秘密" not in str(caught.value)
