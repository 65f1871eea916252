"""Which cells of a table may not be shown, so that no small group of people can be made out.

Pure. A *cell* is a number of questions together with the people who asked them; the cells of a
table add up to a total that is shown. It does not know what the cells mean.

What is guaranteed: from the total and the cells that stay visible, nobody can work out the number
in a hidden cell, and the hidden cells together always stand for `small_group` people or more.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Cell:
    """So many questions, asked by these people."""

    num_questions: int
    askers: frozenset[str]


def hidden_cells(
    cells: Mapping[Key, Cell],
    small_group: int,
    unpublished: Iterable[Cell] = (),
    forced: Collection[Key] = (),
) -> frozenset[Key] | None:
    """The keys to hide; None when the whole table must go, its zeros included.

    A cell with no questions shows nobody and stays. A cell of fewer than `small_group` people is
    hidden. Where the rest could be subtracted from the total to get at it, further cells are
    hidden with it, those of the fewest people first.

    Args:
        cells: the table, whose total is shown and stands for at least `small_group` people.
        small_group: fewest people a number may stand for.
        unpublished: parts of the total that the table has no cell for (questions without a topic).
        forced: keys to hide in any case, since another table would give something away with them.
    """
    candidates = sorted(
        (key for key, cell in cells.items() if len(cell.askers) >= small_group and key not in forced),
        key=lambda key: (len(cells[key].askers), cells[key].num_questions, str(key)),
    )
    hidden = {key for key, cell in cells.items() if cell.askers and len(cell.askers) < small_group}
    hidden |= cells.keys() & set(forced)
    beside = [cell for cell in unpublished if cell.askers]
    while not holds([cells[key] for key in hidden] + beside, small_group):
        if not candidates:
            return None
        hidden.add(candidates.pop(0))
    return frozenset(hidden)


def holds(unseen: list[Cell], small_group: int) -> bool:
    """Whether cells may be unseen together when their sum can be had by subtracting."""
    if all(len(cell.askers) >= small_group for cell in unseen):
        return True  # nothing among them needs hiding
    people = frozenset[str]().union(*(cell.askers for cell in unseen))
    # Every unseen cell is known to hold one question or more; were there no further ones, all would be known.
    spare = sum(cell.num_questions for cell in unseen) - len(unseen)
    return len(unseen) > 1 and len(people) >= small_group and spare > 0


def together(cells: Iterable[Cell]) -> Cell:
    """The questions of several cells that have none in common."""
    cells = list(cells)
    return Cell(
        sum(cell.num_questions for cell in cells),
        frozenset[str]().union(*(cell.askers for cell in cells)),
    )
