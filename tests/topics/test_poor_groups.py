"""The groups behind a reason: nothing of few people is shown, nor can be had by subtracting."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from server.topics.poor_groups import shown_poor
from server.topics.suppression import Cell, hidden_cells

SMALL_GROUP = 3
REASONS = ("rated_down", "asked_again", None)
GROUPS = ("g1", "g2", "g3", None)
asked = st.lists(
    st.tuples(st.sampled_from(REASONS), st.sampled_from(GROUPS), st.sampled_from("abcdef")), max_size=60
)


def cells_of(questions: list[tuple[str | None, str | None, str]], *parts: int) -> dict[object, Cell]:
    """Questions added up by reason, by group or by both."""
    found: dict[object, Cell] = {}
    for question in questions:
        key = tuple(question[part] for part in parts)
        old = found.get(key, Cell(0, frozenset()))
        found[key] = Cell(old.num_questions + 1, old.askers | {question[2]})
    return found


@settings(deadline=None, max_examples=300)
@given(asked)
def test_nothing_of_few_people_is_shown_or_can_be_subtracted(
    questions: list[tuple[str | None, str | None, str]],
) -> None:
    """In each row and column: what is left of a shown sum is of enough people, or is more than one cell."""
    both = cells_of(questions, 0, 1)
    by_reason, by_group = cells_of(questions, 0), cells_of(questions, 1)
    reasons = {
        str(key[0]): cell.num_questions if len(cell.askers) >= SMALL_GROUP else None  # type: ignore[index]
        for key, cell in by_reason.items()
        if key != (None,)
    }
    hidden = hidden_cells({k: c for k, c in by_group.items() if k != (None,)}, SMALL_GROUP)
    groups = [str(key[0]) for key in by_group if key != (None,) and key not in (hidden or ())]  # type: ignore[index]
    groups = groups if hidden is not None else []
    shown = shown_poor(both, reasons, groups, SMALL_GROUP)  # type: ignore[arg-type]
    places = {(reason, group) for reason, row in shown.items() for group in row}
    for place in places:
        cell = both[place]
        assert len(cell.askers) >= SMALL_GROUP
        assert cell.num_questions == shown[place[0]][place[1]]
        assert reasons[place[0]] is not None
        assert place[1] in groups
    for part, totals in ((0, [r for r, n in reasons.items() if n is not None]), (1, groups)):
        for name in totals:
            line = {key: cell for key, cell in both.items() if key[part] == name}  # type: ignore[index]
            unseen = [cell for key, cell in line.items() if key not in places]
            if len(unseen) < len(line) and unseen:
                people = frozenset[str]().union(*(cell.askers for cell in unseen))
                small = any(len(cell.askers) < SMALL_GROUP for cell in unseen)
                assert not small or (len(unseen) > 1 and len(people) >= SMALL_GROUP)
