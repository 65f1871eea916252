"""Estimates rest on what was measured."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engine.pace import Pace, Work

works = st.builds(Work, st.integers(0, 4000), st.integers(0, 500), st.integers(1, 1000))


def measured() -> Pace:
    """Steps of 0.1 s, prefill of 0.01 s an id, answers of 100 tokens."""
    pace = Pace()
    for _ in range(100):
        pace.stepped(0.1, 4, 0)
        pace.stepped(0.1 + 1.28, 4, 128)
        pace.answered(100)
    return pace


def test_a_reply_takes_its_prefill_and_its_tokens() -> None:
    """200 ids of prefill and 100 tokens at the measured pace; half-way, half of the tokens."""
    pace = measured()
    assert pace.seconds(Work(200, 0, 1000)) == pytest.approx(200 * 0.01 + 100 * 0.1, rel=0.01)
    assert pace.seconds(Work(0, 50, 1000)) == pytest.approx(5.0, rel=0.01)
    assert pace.seconds(Work(0, 0, 10)) == pytest.approx(1.0, rel=0.01), "never more than is allowed"


def test_waits_are_the_ends_of_those_before() -> None:
    """With two places, the first waiting one gets the place that is free first, and so on."""
    pace = measured()
    waits = pace.waits([Work(0, 50, 1000), Work(0, 0, 1000)], [Work(0, 0, 1000)] * 3, 2)
    assert waits == pytest.approx([5.0, 10.0, 15.0], rel=0.01)


@given(
    st.lists(works, max_size=8),
    st.lists(works, max_size=20),
    st.integers(1, 8),
    st.lists(st.integers(1, 900)),
)
def test_waits_never_shrink_down_the_queue(
    running: list[Work], waiting: list[Work], num_places: int, lengths: list[int]
) -> None:
    """Whoever comes later is never promised an earlier place."""
    pace = Pace()
    for length in lengths:
        pace.answered(length)
    waits = pace.waits(running[:num_places], waiting, num_places)
    assert waits == sorted(waits)
    assert len(waits) == len(waiting)
    assert all(wait >= 0 for wait in waits)
