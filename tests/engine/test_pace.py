"""Estimates rest on what was measured."""

from __future__ import annotations

import pytest

from server.engine.forecast import Work
from server.engine.pace import Pace
from server.engine.types import Measured

NEW = Work(1, 0, 1000)


def measured(num_rows: int = 1) -> Pace:
    """Steps of 0.1 s, prefill of 0.01 s an id, answers of 100 tokens."""
    pace = Pace(Measured(answer_tokens=(100,) * 50))
    for _ in range(50):
        pace.stepped(0.1, num_rows, 0)
        pace.stepped(0.1 + 1.28, num_rows, 128)
        pace.answered(100)
    return pace


def test_a_wait_is_what_is_left_of_the_one_before() -> None:
    """100 tokens at the measured pace; half-way, half of them; never more than is allowed."""
    pace = measured()
    assert pace.waits([NEW], [NEW], 1) == pytest.approx([10.0], rel=0.01)
    assert pace.waits([Work(1, 50, 1000)], [NEW], 1) == pytest.approx([5.0], rel=0.01)
    assert pace.waits([Work(1, 0, 10)], [NEW], 1) == pytest.approx([1.0], rel=0.01)


def test_a_prefill_before_one_counts() -> None:
    """256 ids and then the answer: the first of its tokens comes with the last chunk."""
    assert measured().waits([Work(256, 0, 1000)], [NEW], 1) == pytest.approx([2.56 + 9.9], rel=0.02)


def test_each_size_of_a_step_is_measured_for_itself() -> None:
    """Eight at once take what steps of eight rows took, however long those of one row are."""
    pace = measured(num_rows=8)
    for _ in range(50):
        pace.stepped(0.08, 1, 0)
    assert pace.waits([NEW] * 8, [NEW], 8) == pytest.approx([10.0], rel=0.01)


def test_one_disturbed_step_does_not_spoil_an_estimate() -> None:
    """A step of ten times the time moves a wait by less than the tenfold of one step in ten."""
    pace = measured()
    pace.stepped(1.0, 1, 0)
    assert pace.waits([NEW], [NEW], 1)[0] < 20.0


def test_what_one_engine_measured_the_next_one_knows() -> None:
    """The same waits from the start, without having computed a step."""
    pace = measured()
    heir = Pace(pace.measured)
    assert heir.waits([NEW], [NEW] * 3, 1) == pytest.approx(pace.waits([NEW], [NEW] * 3, 1), rel=0.01)
    assert heir.measured.num_steps == 0


def test_a_new_engine_has_an_estimate_without_any_measurement() -> None:
    """Before the first answer has ended there is a guess, in the right order of magnitude."""
    assert 1 < Pace().waits([NEW], [NEW], 1)[0] < 60
