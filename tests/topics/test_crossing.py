"""Law 8, across tables: somebody who adds and subtracts all numbers of a week finds nothing about few people.

The attacker knows every number that is shown, which of them are zero, and how the tables hang together:
that a blocked question has neither topic nor group, that a group lies within its topic, what reasons mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, product
from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from server.storage.facts import Count, Counts
from server.topics.sheets import OUTCOMES, Sheet, make_sheets

SMALL_GROUP = 3
TOPIC_OF = {"g1": "t1", "g2": "t1", "g3": "t2"}


class Kind(NamedTuple):
    """What is known of a question but who asked it."""

    outcome: str
    reason: str | None
    group: str | None
    rating: int | None
    topic: str | None


def _kinds() -> Iterator[Kind]:
    """Every kind of question that there can be."""
    fixed = {"blocked": "blocked", "failed": "failed", "filtered": "fallback"}
    for outcome, group, rating in product(OUTCOMES, (None, *TOPIC_OF), (None, 1, -1)):
        if outcome == "blocked":
            if group is None and rating is None:
                yield Kind("blocked", "blocked", None, None, None)
            continue
        reasons: list[str | None] = [fixed[outcome]] if outcome in fixed else [None]
        if outcome not in fixed and rating == -1:
            reasons = ["rated_down"]
        elif outcome not in fixed:
            reasons += ["asked_again"] if group else []
            reasons += ["stopped_early"] if outcome == "stopped" else []
        for topic in (TOPIC_OF[group],) if group else ("t1", "t2", None):
            yield from (Kind(outcome, reason, group, rating, topic) for reason in reasons)


KINDS = list(_kinds())
Question = tuple[str, Kind]
Which = Callable[[Kind], bool]

# Some kinds are common, as in a school, so that much is shown and there is something to subtract.
common = st.sampled_from([kind for kind in KINDS if kind.outcome == "answered" and kind.rating is None])
asked = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.one_of(common, common, st.sampled_from(KINDS))), max_size=40
)


def counted(questions: list[Question]) -> Counts:
    """What the database would add up."""

    def by(*parts: str) -> list[Count]:
        found: dict[tuple[object, ...], list[str]] = {}
        for who, kind in questions:
            key = tuple(
                kind.outcome == "blocked" if part == "is_blocked" else getattr(kind, part) for part in parts
            )
            found.setdefault(key, []).append(who)
        return [Count(None, 100, key, len(people), frozenset(people)) for key, people in found.items()]

    hours = [Count(None, 100, (0, 8), len(questions), frozenset(who for who, _ in questions))]
    return Counts(
        hours=hours if questions else [],
        outcomes=by("outcome"),
        topics=by("topic"),
        first_tokens=[],
        timed_askers={},
        groups=by("group", "rating"),
        reasons=by("reason", "group"),
        kinds=by("reason", "group", "outcome", "rating"),
        topic_groups=by("topic", "group", "is_blocked"),
    )


def cells() -> dict[tuple[object, ...], Which]:
    """Every cell of every table."""

    def has(**wanted: object) -> Which:
        return lambda kind: all(getattr(kind, name) == value for name, value in wanted.items())

    found: dict[tuple[object, ...], Which] = {("all",): lambda kind: True}
    found |= {("outcome", name): has(outcome=name) for name in OUTCOMES}
    reasons = sorted({kind.reason for kind in KINDS if kind.reason})
    found |= {("reason", name): has(reason=name) for name in reasons}
    found |= {("topic", name): has(topic=name) for name in ("t1", "t2")}
    found |= {("group", name): has(group=name) for name in TOPIC_OF}
    found |= {
        ("rating", name, value): has(group=name, rating=value) for name in TOPIC_OF for value in (1, -1)
    }
    found |= {
        ("poor", reason, name): has(reason=reason, group=name) for reason in reasons for name in TOPIC_OF
    }
    return found


CELLS = cells()


def shown(sheet: Sheet) -> dict[tuple[object, ...], int]:
    """The numbers of a sheet; what is absent from topics is known to be zero."""
    numbers: dict[tuple[object, ...], int | None] = {("all",): sheet.num_questions}
    numbers |= {("outcome", name): number for name, number in sheet.outcomes.items()}
    numbers |= {("reason", name): number for name, number in sheet.reasons.items()}
    for name in ("t1", "t2"):
        count = sheet.topics.get(name)
        numbers["topic", name] = 0 if name not in sheet.topics else count.num_questions if count else None
    for name, group in sheet.groups.items():
        numbers["group", name] = group.num_questions
        numbers |= {("rating", name, 1): group.good, ("rating", name, -1): group.bad}
    for reason, groups in sheet.poor.items():
        numbers |= {("poor", reason, name): number for name, number in groups.items()}
    return {key: number for key, number in numbers.items() if number is not None and key in CELLS}


def found_out(sheet: Sheet, questions: list[Question]) -> list[tuple[object, ...]]:
    """Numbers of few people that follow from what is shown, by adding and subtracting."""
    numbers = shown(sheet)
    empty = [CELLS[key] for key, number in numbers.items() if number == 0]
    kinds = [kind for kind in KINDS if not any(which(kind) for which in empty)]
    rows = np.array([[CELLS[key](kind) for kind in kinds] for key in numbers], dtype=float)
    _, sizes, basis = np.linalg.svd(rows, full_matrices=False)
    basis = basis[sizes > 1e-9]
    leaks = []
    for name, which in _secrets():
        people = {who for who, kind in questions if which(kind)}
        if not 0 < len(people) < SMALL_GROUP:
            continue
        wanted = np.array([which(kind) for kind in kinds], dtype=float)
        if np.abs(wanted - basis.T @ (basis @ wanted)).max() < 1e-6:
            leaks.append((*name, len(people)))
    return leaks


def _secrets() -> Iterator[tuple[tuple[object, ...], Which]]:
    """Cells, and what two cells have in common or not."""
    yield from (((key,), which) for key, which in CELLS.items())
    for (one, first), (other, second) in combinations(CELLS.items(), 2):
        yield (one, "and", other), lambda kind, a=first, b=second: a(kind) and b(kind)
        yield (one, "without", other), lambda kind, a=first, b=second: a(kind) and not b(kind)
        yield (other, "without", one), lambda kind, a=first, b=second: b(kind) and not a(kind)


@settings(deadline=None, max_examples=30)
@given(asked)
def test_no_number_of_few_people_follows_from_all_tables_together(questions: list[Question]) -> None:
    """Neither a hidden cell nor the difference of two cells, whichever tables they stand in."""
    sheets = make_sheets(counted(questions), SMALL_GROUP)
    if questions and sheets[None, 100].num_questions is not None:
        assert found_out(sheets[None, 100], questions) == []
