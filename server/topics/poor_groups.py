"""Which groups stand behind a reason of not being answered well, without making anybody out.

Pure. A number stands in two sums that are shown: that of its reason, and that of its group. It is hidden
where either could be used to work out a number of too few people.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from server.topics.suppression import Cell, hidden_cells

_Place = tuple[str | None, str]  # reason (None: answered well) and group


def shown_poor(
    by_reason: Mapping[tuple[object, ...], Cell],
    reasons: Mapping[str, int | None],
    groups: Collection[str],
    small_group: int,
) -> dict[str, dict[str, int]]:
    """Questions by reason and group, as far as they may be shown; nothing tells how many may not.

    Args:
        by_reason: questions by reason and group; both may be None.
        reasons: what is shown of each reason.
        groups: those that are shown.
        small_group: fewest people a number may stand for.
    """
    cells: dict[_Place, Cell] = {
        (None if reason is None else str(reason), str(group)): cell
        for (reason, group), cell in by_reason.items()
        if group is not None
    }
    beside = [
        (None if reason is None else str(reason), cell)
        for (reason, group), cell in by_reason.items()
        if group is None
    ]
    hidden: set[_Place] = {
        place
        for place in cells
        if place[0] is None or reasons.get(place[0]) is None or place[1] not in groups
    }
    rows: dict[str | None, dict[_Place, Cell]] = {}
    columns: dict[str, dict[_Place, Cell]] = {}
    for place, cell in cells.items():
        rows.setdefault(place[0], {})[place] = cell
        columns.setdefault(place[1], {})[place] = cell
    rows.pop(None, None)
    before = -1
    while len(hidden) != before:
        before = len(hidden)
        for reason, row in rows.items():
            others = [cell for name, cell in beside if name == reason]
            hidden |= _hidden_of(row, hidden, others, small_group)
        for column in columns.values():
            hidden |= _hidden_of(column, hidden, [], small_group)
    shown: dict[str, dict[str, int]] = {}
    for (reason, group), cell in cells.items():
        if reason is not None and (reason, group) not in hidden:
            shown.setdefault(reason, {})[group] = cell.num_questions
    return shown


def _hidden_of(
    line: Mapping[_Place, Cell], hidden: Collection[_Place], others: list[Cell], small_group: int
) -> set[_Place]:
    """What of a row or a column must go, where some of it is hidden already."""
    visible = {place: cell for place, cell in line.items() if place not in hidden}
    unseen = [cell for place, cell in line.items() if place in hidden] + others
    if not visible:
        return set()
    found = hidden_cells(visible, small_group, unseen)
    if found is not None and not found and len(unseen) == 1:
        # What is hidden because of its other line must not come out of this one, however many people it is.
        found = frozenset({min(visible, key=lambda place: (len(visible[place].askers), str(place)))})
    return set(visible) if found is None else set(found)
