"""Every line survives the way through JSON."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engine.types import (
    Ask,
    Begun,
    Broken,
    Cancel,
    Ended,
    EngineOptions,
    EngineRequest,
    Forget,
    Line,
    Measured,
    Memory,
    Open,
    Ready,
    Sampling,
    Tokens,
    Turn,
    Waiting,
    dump_line,
    parse_line,
)

ids = st.lists(st.integers(0, 151_935), max_size=5).map(tuple)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
sizes = st.none() | st.tuples(st.integers(0), st.integers(0))
turns = st.builds(Turn, text, text, st.none() | ids, st.none() | ids, text, sizes)
requests = st.builds(
    EngineRequest,
    text,
    text,
    text,
    text,
    text,
    st.lists(turns, max_size=3).map(tuple),
    st.builds(Sampling, seed=st.none() | st.integers(0, 2**63)),
    st.sampled_from([None, "edited", "filtered"]),
    ids,
)
lines = st.one_of(
    st.builds(Open, st.builds(EngineOptions, st.just(Path("some") / "where"), text)),
    st.builds(Ask, requests),
    st.builds(Cancel, text),
    st.builds(Forget, text),
    st.builds(Ready, text),
    st.builds(Broken, text),
    st.builds(Memory, st.integers(0), st.integers(0), st.integers(0)),
    st.builds(Measured, ids, st.lists(st.floats(0, 9), max_size=3).map(tuple), st.floats(0, 9), ids),
    st.builds(Waiting, text, st.integers(0), st.floats(0, 1e6)),
    st.builds(Begun, text, st.integers(0), st.integers(0), st.just("hit"), ids),
    st.builds(Tokens, text, ids, text),
    st.builds(
        Ended,
        text,
        st.just("stop"),
        st.none() | ids,
        ids,
        st.integers(0),
        st.integers(0),
        st.integers(0),
        text,
    ),
)


@given(lines)
def test_a_line_comes_back_as_it_was(line: Line) -> None:
    """One line of bytes, and equal after parsing."""
    dumped = dump_line(line)
    assert dumped.count(b"\n") == 1
    assert parse_line(dumped) == line


@pytest.mark.parametrize("text", [b"", b"{}", b'{"kind":"Nonsense"}', b"[1]", b"\xff"])
def test_another_line_is_refused(text: bytes) -> None:
    """What is none of ours raises ValueError."""
    with pytest.raises(ValueError):
        parse_line(text)


def test_a_long_history_is_written_without_touching_every_id() -> None:
    """It happens on the server's event loop: `asdict` took a sixth of a second for this."""
    past = Turn("问" * 40, "答" * 400, tuple(range(30)), tuple(range(300)), "t")
    line = Ask(EngineRequest("id", "conversation", "user", "", "问", turns=(past,) * 400))
    assert parse_line(dump_line(line)) == line
    began = time.process_time()
    for _ in range(3):
        dump_line(line)
    spent_seconds = (time.process_time() - began) / 3
    began = time.process_time()
    for _ in range(3):
        json.dumps([[past.question_ids, past.answer_ids]] * 400)
    assert spent_seconds < 5 * (time.process_time() - began) / 3
