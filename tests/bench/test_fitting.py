"""The weights that questions are compared with are those that fitting gives."""

from __future__ import annotations

import pytest

from bench.fitting import fit, fitted_on
from server.likeness import BIAS, WEIGHTS


def test_weights_are_the_fitted_ones() -> None:
    """Whoever changes the pairs, the lists of words or the signals fits again: `python -m bench.fitting`."""
    weights, bias = fit(fitted_on())
    assert pytest.approx(weights, abs=0.006) == WEIGHTS
    assert pytest.approx(bias, abs=0.006) == BIAS


def test_pairs_that_judge_are_not_fitted_on() -> None:
    """A judge that has seen the answers is none."""
    assert not {pair.half for pair in fitted_on()} & {"judge", "blind"}
