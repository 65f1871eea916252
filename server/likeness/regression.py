"""Logistic regression with a pull towards nothing, for a few signals and a thousand pairs. Pure."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

PULL: Final = 0.01  # by which a weight of standardised signals is held back
_MOST_STEPS: Final = 50
_ENOUGH: Final = 1e-10

Floats = NDArray[np.float64]


def fitted(rows: Floats, same: Floats, pull: float = PULL) -> tuple[Floats, float]:
    """The weight of every column, and what is added to their sum.

    Args:
        rows: the signals of each pair.
        same: 1 where people say that both are one, else 0.
        pull: how strongly weights are held back.
    """
    mean, spread = rows.mean(0), rows.std(0) + 1e-9
    standard = np.hstack([(rows - mean) / spread, np.ones((len(rows), 1))])
    pulls = np.append(np.full(rows.shape[1], 2 * pull), 0.0)
    weights = np.zeros(standard.shape[1])
    for _ in range(_MOST_STEPS):  # Newton's
        likely = 1 / (1 + np.exp(-standard @ weights))
        slope = standard.T @ (likely - same) / len(same) + pulls * weights
        bend = (standard.T * (likely * (1 - likely))) @ standard / len(same) + np.diag(pulls)
        step = np.linalg.solve(bend, slope)
        weights -= step
        if float(np.abs(step).max()) < _ENOUGH:
            break
    scaled: Floats = weights[:-1] / spread
    return scaled, float(weights[-1] - scaled @ mean)
