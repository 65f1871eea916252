"""Law 8, on one table: no hidden number can be worked out from the total and the shown numbers."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.topics.suppression import Cell, hidden_cells


def cell(num_questions: int, *askers: str) -> Cell:
    """A cell of a table."""
    return Cell(num_questions, frozenset(askers))


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, Cell], list[Cell], int]:
    """Small tables with a total that may be shown, and the size of a small group."""
    small_group = draw(st.integers(2, 4))
    questions = draw(
        st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 4)), min_size=1, max_size=12).filter(
            lambda asked: len({who for who, _ in asked}) >= small_group
        )
    )
    cells = {
        str(key): cell(
            sum(where == key for _, where in questions), *(who for who, where in questions if where == key)
        )
        for key in range(5)
    }
    unpublished = [cells.pop("4")] if draw(st.booleans()) else []
    return cells, unpublished, small_group


@given(tables())
def test_small_cells_are_hidden(table: tuple[dict[str, Cell], list[Cell], int]) -> None:
    """Whatever else happens, a cell of too few people is never shown."""
    cells, unpublished, small_group = table
    hidden = hidden_cells(cells, small_group, unpublished)
    for key, shown in cells.items():
        if hidden is not None and key not in hidden:
            assert not shown.askers or len(shown.askers) >= small_group


@settings(deadline=None)  # it counts every way to fill the gaps
@given(tables())
def test_hidden_cells_cannot_be_recovered_by_subtracting(
    table: tuple[dict[str, Cell], list[Cell], int],
) -> None:
    """An attacker who tries every way to fill the gaps finds at least two for every hidden cell."""
    cells, unpublished, small_group = table
    hidden = hidden_cells(cells, small_group, unpublished)
    gaps = list(cells) if hidden is None else sorted(hidden)
    if not gaps:
        return
    total = sum(one.num_questions for one in [*cells.values(), *unpublished])
    rest = total - sum(one.num_questions for key, one in cells.items() if key not in gaps)
    # A gap beside shown zeros is known to be no zero; where the zeros are gaps too, nothing is known.
    least = 0 if hidden is None else 1
    places = len(gaps) + sum(1 for one in unpublished if one.askers)
    ways = [way for way in product(range(least, rest + 1), repeat=places) if sum(way) == rest]
    for place in range(len(gaps)):
        assert len({way[place] for way in ways}) > 1


@given(tables())
def test_hidden_cells_together_are_no_small_group(
    table: tuple[dict[str, Cell], list[Cell], int],
) -> None:
    """What subtraction does give, the sum of all that is hidden, stands for enough people."""
    cells, unpublished, small_group = table
    hidden = hidden_cells(cells, small_group, unpublished)
    gaps = list(cells) if hidden is None else hidden
    people = frozenset[str]().union(
        *(cells[key].askers for key in gaps), *(one.askers for one in unpublished)
    )
    assert not gaps or len(people) >= small_group


@pytest.mark.parametrize(
    ("cells", "hidden"),
    [
        ({"mon": cell(9, *"abcd"), "tue": cell(8, *"abc")}, set()),
        ({"mon": cell(9, *"abcd"), "tue": cell(0)}, set()),
        ({"mon": cell(9, *"abcd"), "tue": cell(8, *"abc"), "wed": cell(1, "a")}, {"tue", "wed"}),
        ({"mon": cell(9, *"abcd"), "tue": cell(2, *"ab"), "wed": cell(2, *"bc")}, {"tue", "wed"}),
        ({"mon": cell(9, *"abcd"), "tue": cell(2, *"ab"), "wed": cell(2, *"ab")}, {"mon", "tue", "wed"}),
        ({"mon": cell(1, "a"), "tue": cell(1, "b"), "wed": cell(1, "c"), "thu": cell(0)}, None),
    ],
)
def test_as_little_as_possible_is_hidden(cells: dict[str, Cell], hidden: set[str] | None) -> None:
    """Small cells, and with them only what would give them away."""
    assert hidden_cells(cells, 3) == hidden
