"""A sum of small trees over some numbers: each asks two questions and adds a bit.

Pure. `bench.fitting` writes them. What the numbers mean and what the sum is used for is not known here.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

FILE: Final = "trees.csv"


class Tree(NamedTuple):
    """Which number is looked at first, which one then, and what is added in each of the four cases."""

    first: int
    upto: float
    low: int
    low_upto: float
    low_low: float
    low_high: float
    high: int
    high_upto: float
    high_low: float
    high_high: float


@cache
def shipped_trees(*names: str) -> tuple[Tree, ...]:
    """The trees that come with the program, over numbers of these names in this order."""
    places = {name: place for place, name in enumerate(names)}
    lines = files("server.likeness").joinpath(FILE).read_text("utf-8").splitlines()
    return tuple(
        Tree(*(places[cell] if cell in places else float(cell) for cell in row))  # type: ignore[arg-type]
        for row in list(csv.reader(lines))[1:]
    )


def added_up(trees: Sequence[Tree], numbers: Sequence[float]) -> float:
    """What the trees say of these numbers."""
    total = 0.0
    for first, upto, low, low_upto, low_low, low_high, high, high_upto, high_low, high_high in trees:
        if numbers[first] <= upto:
            total += low_low if numbers[low] <= low_upto else low_high
        else:
            total += high_low if numbers[high] <= high_upto else high_high
    return total
