"""The trees that questions are compared with are those that fitting gives."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from bench.boosting import Boosting
from bench.fitting import all_pairs, fit, fitted_on, often, write
from server.likeness import features_of, signals
from server.likeness.likeness import NAMES
from server.likeness.trees import Tree, added_up, shipped_trees


@cache
def fitted() -> tuple[Tree, ...]:
    """The trees of today's pairs, lists of words and signals."""
    return fit(fitted_on())


def test_trees_are_the_fitted_ones() -> None:
    """Whoever changes the pairs, the lists of words or the signals fits again: `python -m bench.fitting`."""
    shipped = shipped_trees(*NAMES)
    for pair in all_pairs()[::40]:
        found = signals(features_of(pair.question), features_of(pair.other))
        numbers = [float(getattr(found, name)) for name in NAMES]
        # Another processor may round otherwise, and then cut elsewhere, where both cuts are as good.
        assert added_up(fitted(), numbers) == pytest.approx(added_up(shipped, numbers), abs=0.1)


def test_trees_are_written_as_they_are_read() -> None:
    """Names stand for numbers in the file, and nothing is lost."""
    lines = write(shipped_trees(*NAMES)).splitlines()
    assert lines[0] == ",".join(Tree._fields)
    assert len(lines) == len(shipped_trees(*NAMES)) + 1
    assert lines[1].split(",")[0] in NAMES


def test_characters_are_counted_over_all_pairs() -> None:
    """How often a character is said is counted again where pairs are added."""
    assert often().splitlines()[0] == str(len({t for p in all_pairs() for t in (p.question, p.other)}))


def test_pairs_that_judge_are_not_fitted_on() -> None:
    """A judge that has seen the answers is none."""
    assert not {pair.half for pair in fitted_on()} & {"judge", "blind"}


def test_boosting_finds_what_two_numbers_say_together() -> None:
    """One of two, but not both: neither number says anything alone."""
    rows = np.random.default_rng(1).integers(0, 2, (400, 3)).astype(float)
    said = np.logical_xor(rows[:, 0] > 0, rows[:, 2] > 0).astype(float)
    trees = Boosting(num_trees=40).fit(rows, said, np.ones(len(rows)))
    assert all((added_up(trees, row) > 0) == bool(so) for row, so in zip(rows.tolist(), said, strict=True))
