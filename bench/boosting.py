"""Fits a sum of small trees to rows of numbers and yes or no: gradient boosting, trees two questions deep.

Pure, and the same each time. What the numbers mean is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from server.likeness.trees import Tree

_NUM_BINS: Final = 48  # between which a tree may cut
_LEAST_SURE: Final = 2.0  # how many undecided rows must lie on each side of a cut
_GAIN: Final = 1e-9

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Boosting:
    """How trees are fitted.

    Args:
        num_trees: how many.
        rate: how much of what it finds each tree may add.
        pull: by how many rows each leaf is pulled towards nothing.
        of_rows: the share of rows that a tree sees.
        of_columns: the share of numbers that a tree may ask for.
        seed: which rows and numbers each tree sees.
        signs: of each number 1 where more of it may only speak for it, -1 against it, 0 where either may be.
    """

    num_trees: int = 300
    rate: float = 0.1
    pull: float = 2.0
    of_rows: float = 0.6
    of_columns: float = 0.35
    seed: int = 1
    signs: tuple[int, ...] = ()

    def fit(self, rows: Floats, said: Floats, weights: Floats) -> tuple[Tree, ...]:
        """The trees whose sum says best which rows are so, each row counting by its weight."""
        dice = np.random.default_rng(self.seed)
        num_rows, num_columns = rows.shape
        bins = _Bins(rows, self.pull, self.signs)
        total = np.zeros(num_rows)
        trees = []
        for _ in range(self.num_trees):
            likely = 1 / (1 + np.exp(-total))
            lack, bend = weights * (said - likely), weights * likely * (1 - likely)
            seen = np.flatnonzero(dice.random(num_rows) < self.of_rows)
            columns = np.sort(
                dice.choice(num_columns, max(2, int(num_columns * self.of_columns)), replace=False)
            )
            first, cut = bins.best(seen, columns, lack, bend) or (int(columns[0]), 0)
            low = bins.is_low(first, cut)
            cells: list[float] = [first, bins.upto(first, cut)]
            for side in (low, ~low):
                then, cut_then = bins.best(seen[side[seen]], columns, lack, bend) or (first, cut)
                cells += [then, bins.upto(then, cut_then)]
                for leaf in (side & bins.is_low(then, cut_then), side & ~bins.is_low(then, cut_then)):
                    chosen = seen[leaf[seen]]
                    adds = self.rate * lack[chosen].sum() / (bend[chosen].sum() + self.pull)
                    total[leaf] += adds
                    cells.append(float(adds))
            trees.append(Tree(*cells))  # type: ignore[arg-type]
        return tuple(trees)


class _Bins:
    """Rows of numbers, put into few bins a column, so that every cut can be tried at once."""

    def __init__(self, rows: Floats, pull: float, signs: tuple[int, ...]) -> None:
        self._pull = pull
        self._signs = np.array(signs or [0] * rows.shape[1])[:, np.newaxis]
        self._cuts = [_cuts(column) for column in rows.T]
        self._bins = np.stack(
            [np.searchsorted(cuts, column) for cuts, column in zip(self._cuts, rows.T, strict=True)], 1
        )
        self._flat = self._bins + np.arange(rows.shape[1]) * _NUM_BINS

    def is_low(self, column: int, cut: int) -> NDArray[np.bool_]:
        """Which rows lie below a cut."""
        low: NDArray[np.bool_] = self._bins[:, column] <= cut
        return low

    def upto(self, column: int, cut: int) -> float:
        """The number up to which a row lies below a cut."""
        cuts = self._cuts[column]
        return float(cuts[cut]) if cut < len(cuts) else float("inf")

    def best(self, seen: Places, columns: Places, lack: Floats, bend: Floats) -> tuple[int, int] | None:
        """The column and the cut that part the rows best, or None where no cut is worth it."""
        flat = self._flat[np.ix_(seen, columns)].ravel()
        size = self._flat.shape[1] * _NUM_BINS
        low_lack, low_bend = (
            np.bincount(flat, np.repeat(each[seen], len(columns)), size)
            .reshape(-1, _NUM_BINS)[columns]
            .cumsum(1)
            for each in (lack, bend)
        )
        all_lack, all_bend = low_lack[:, -1:], low_bend[:, -1:]
        gain = (
            low_lack**2 / (low_bend + self._pull)
            + (all_lack - low_lack) ** 2 / (all_bend - low_bend + self._pull)
            - all_lack**2 / (all_bend + self._pull)
        )
        rises = (all_lack - low_lack) / (all_bend - low_bend + self._pull) - low_lack / (
            low_bend + self._pull
        )
        gain[rises * self._signs[columns] < 0] = 0
        gain[(low_bend < _LEAST_SURE) | (all_bend - low_bend < _LEAST_SURE)] = 0
        place, cut = np.unravel_index(int(gain.argmax()), gain.shape)
        return (int(columns[place]), int(cut)) if gain[place, cut] > _GAIN else None


def _cuts(column: Floats) -> Floats:
    """Where a column may be cut: between its values, or between equal shares of the rows."""
    values = np.unique(column)
    between: Floats = (values[1:] + values[:-1]) / 2
    if len(between) < _NUM_BINS:
        return between
    return np.unique(np.quantile(column, np.linspace(0, 1, _NUM_BINS + 1)[1:-1]))
