"""Law 8, between looks: whoever compares all that was ever shown of a week finds nothing about few people.

The attacker knows every number of every look, what they are made of, and which of them lie within which.
Pupils ask and rate in between, in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from server.storage.facts import Count, Counts
from server.storage.told import FactRow
from server.topics.bundles import Told
from server.topics.questions import Question, as_told, questions_of
from server.topics.sheets import Sheet, make_sheets
from server.topics.told import first_told, next_sheet, told_of, written_told

SMALL_GROUP = 3
PUPILS = "abcdefgh"
TOPIC_OF = {"g1": ("t1",), "g2": ("t1",), "g3": ("t2",), None: ()}
MONDAY = 100 * 7 + 1

asking = st.tuples(
    st.sampled_from(PUPILS),
    st.sampled_from([(0, 8), (0, 9), (1, 8)]),
    st.sampled_from(["answered", "answered", "answered", "stopped", "blocked", "filtered"]),
    st.sampled_from(["g1", "g1", "g2", "g3", None]),
    st.sampled_from([(), (), ("t1",), ("t1", "t2")]),  # besides those of the group
    st.sampled_from([None, None, 1, -1]),
)
rating = st.tuples(st.integers(0, 30), st.sampled_from([None, 1, -1]))
between_looks = st.tuples(st.lists(asking, max_size=14), st.lists(rating, max_size=4))
weeks = st.tuples(st.lists(asking, min_size=6, max_size=20), st.lists(between_looks, min_size=1, max_size=3))


@dataclass(frozen=True)
class Look:
    """What was shown, and the questions in it."""

    sheet: Sheet
    told: Told


def row_of(number: int, each: tuple[object, ...]) -> FactRow:
    """A question as the database has it."""
    asker, (day, hour), outcome, group, topics, rated = each  # type: ignore[misc]
    if outcome == "blocked":
        group, topics, rated = None, (), None
    return FactRow(
        id=number + 1,
        asker=str(asker),
        asked_at_ms=number * 100_000,
        local_day=MONDAY + day,
        local_hour=hour,
        outcome=str(outcome),
        rating=rated,
        told_rating=rated,
        group_id=group,
        first_token_ms=None,
        total_ms=9000 - number % 2 * 8000,
        topics=tuple(sorted({*TOPIC_OF[group], *topics})),
    )


def sheet_of(questions: Sequence[Question]) -> Sheet:
    """The sheet of somebody who looks for the first time."""

    def by(keys: Callable[[Question], Sequence[tuple[object, ...]]]) -> list[Count]:
        found: dict[tuple[object, ...], list[str]] = {}
        for each in questions:
            for key in keys(each):
                found.setdefault(key, []).append(each.asker)
        return [Count(None, 100, key, len(people), frozenset(people)) for key, people in found.items()]

    def value(each: Question) -> int | None:
        return {"good": 1, "bad": -1}.get(each.opinion or "")

    counts = Counts(
        hours=by(lambda each: [(each.weekday, each.hour)]),
        outcomes=by(lambda each: [(each.outcome,)]),
        topics=by(lambda each: [(topic,) for topic in each.topics or (None,)]),
        first_tokens=[],
        timed_askers={},
        groups=by(lambda each: [(each.group, value(each))]),
        reasons=by(lambda each: [(each.reason, each.group)]),
        kinds=by(lambda each: [(each.reason, each.group, each.outcome, value(each))]),
        topic_groups=by(
            lambda each: [(topic, each.group, each.outcome == "blocked") for topic in each.topics or (None,)]
        ),
    )
    return make_sheets(counts, SMALL_GROUP).get((None, 100)) or Sheet()


def looks_of(
    first: Sequence[tuple[object, ...]], later: Sequence[object]
) -> tuple[list[FactRow], list[Look]]:
    """A week that is looked at, once more after each of the later steps."""
    rows = [row_of(number, each) for number, each in enumerate(first)]
    questions = questions_of(rows)
    look = Look(sheet_of(questions), first_told(sheet_of(questions), questions))
    looks = [look]
    basis, last_id = None, rows[-1].id
    for asked, rated in later:  # type: ignore[attr-defined]
        rows = rows + [row_of(len(rows) + number, each) for number, each in enumerate(asked)]
        for number, value in rated:
            place = number % len(rows)
            if rows[place].outcome != "blocked":
                was = rows[place].told_rating if rows[place].id <= last_id else value
                rows[place] = replace(rows[place], rating=value, told_rating=was)
        sheet, told = next_sheet(look.sheet, basis, last_id, rows, SMALL_GROUP)
        if told is not None:
            assert told_of(written_told(told)) == told
            basis, look = told, Look(sheet, told)
        looks.append(look)
    return rows, looks


# --- the attacker -----------------------------------------------------------------------

Numbers = dict[object, Callable[[Question], int]]


def tables() -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Numbers that add up: each with those that lie within it."""
    days = [("day", str(day)) for day in range(2)]
    hours = [("hour", str(day), str(hour)) for day in range(2) for hour in (8, 9)]
    outcomes = [("outcome", name) for name in ("answered", "stopped", "blocked", "filtered")]
    reasons = [("reason", name) for name in ("rated_down", "asked_again", "stopped_early")]
    groups = [("group", name) for name in ("g1", "g2", "g3")]
    yield "hours", [("total",), *days, *hours]
    yield "outcomes", [("total",), *outcomes]
    yield "topics", [("total",), ("outcome", "blocked"), ("topic", "t1"), ("topic", "t2")]
    yield "groups", [("total",), ("outcome", "blocked"), *groups]
    yield "reasons", [("total",), ("outcome", "blocked"), ("outcome", "filtered"), *reasons]
    for group in groups:
        yield "opinions", [group, ("good", group[1]), ("bad", group[1])]
        yield "column", [group, *(("poor", reason, group[1]) for _, reason in reasons)]
    for reason in reasons:
        yield "row", [reason, *(("poor", reason[1], group) for _, group in groups)]


def found_out(table: str, keys: list[tuple[str, ...]], questions: list[Question], looks: list[Look]) -> bool:
    """Whether some sum of the numbers of all looks stands for one or two people."""
    columns = [(each, topic) for each in questions for topic in each.topics or (None,)]
    if table != "topics":
        columns = [(each, None) for each in questions]
    rows = []
    for look in looks:
        for key in keys:
            ids = look.told.questions(key)
            of_topic = key[1] if key[0] == "topic" else None
            rows.append([each.id in ids and of_topic in {None, topic} for each, topic in columns])
    seen = np.array(rows, dtype=float)
    rank = np.linalg.matrix_rank(seen)
    for people in combinations(PUPILS, SMALL_GROUP - 1):
        others = [place for place, (each, _) in enumerate(columns) if each.asker not in people]
        # Were the rank lower, some sum would be zero for everybody else, and not for these.
        if np.linalg.matrix_rank(seen[:, others]) < rank:
            return True
    return False


@settings(deadline=None, max_examples=40)
@given(weeks)
def test_no_sum_over_all_looks_stands_for_few_people(week: tuple[list[object], list[object]]) -> None:
    """In no table, with any weights, over any number of looks."""
    rows, looks = looks_of(*week)  # type: ignore[arg-type]
    if looks[0].sheet.num_questions is not None:
        questions = as_told(questions_of(rows), looks[-1].told)
        for table, keys in tables():
            assert not found_out(table, keys, questions, looks), (table, keys)


def crossings() -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """What two tables say of the same questions."""
    groups = ("g1", "g2", "g3")
    reasons = [("reason", name) for name in ("rated_down", "asked_again", "stopped_early")]
    yield "outcomes and reasons", [("outcome", "answered"), ("outcome", "stopped"), *reasons]
    yield "bad and down", [("reason", "rated_down"), *(("bad", group) for group in groups)]
    for group in groups:
        yield "bad and down in a group", [("poor", "rated_down", group), ("bad", group)]


@settings(deadline=None, max_examples=30)
@given(weeks)
def test_no_later_look_gives_away_what_the_first_did_not(week: tuple[list[object], list[object]]) -> None:
    """Across tables, which `crossing` keeps from giving somebody away at the first look."""
    rows, looks = looks_of(*week)  # type: ignore[arg-type]
    questions = as_told(questions_of(rows), looks[-1].told)
    for table, keys in crossings():
        if not found_out(table, keys, questions, looks[:1]):
            assert not found_out(table, keys, questions, looks), (table, keys)


def test_numbers_that_move_one_by_one_would_give_somebody_away() -> None:
    """The attacker is not blind: 3 more questions in all and 3 more in one hour are of 4 people."""
    rows, (look,) = looks_of(
        [("abcdef"[number % 6], (0, 8 + number % 2), "answered", None, (), None) for number in range(12)], []
    )
    rows += [
        row_of(12 + number, (who, (0, 9), "answered", None, (), None)) for number, who in enumerate("gha")
    ]
    questions = questions_of(rows)
    batches = dict(look.told.batches)
    for key, new in ((("total",), {13, 14, 15}), (("hour", "0", "9"), {13, 14})):
        batches[key] = (*batches[key], (2, frozenset(new)))
    looks = [look, Look(look.sheet, Told(2, batches))]
    assert found_out("hours", next(keys for _, keys in tables()), questions, looks)


@settings(deadline=None, max_examples=60)
@given(weeks)
def test_numbers_are_those_of_the_questions_that_were_told(week: tuple[list[object], list[object]]) -> None:
    """No number goes back, and each counts what was told, and nothing else."""
    _, looks = looks_of(*week)  # type: ignore[arg-type]
    for look in looks:
        numbers = shown(look.sheet)
        for key, number in numbers.items():
            assert number == len(look.told.questions(key)), key
        assert {key for key in look.told.batches if look.told.questions(key)} <= numbers.keys()
    for before, after in pairwise(looks):
        later = shown(after.sheet)
        assert all(number <= later[key] for key, number in shown(before.sheet).items())


def shown(sheet: Sheet) -> dict[tuple[str, ...], int]:
    """Every number of a sheet that is not hidden."""
    numbers: dict[tuple[str, ...], int | None] = {("total",): sheet.num_questions}
    numbers |= {("day", str(day)): number for day, number in sheet.days.items()}
    numbers |= {("hour", str(day), str(hour)): number for (day, hour), number in sheet.hours.items()}
    numbers |= {("outcome", name): number for name, number in sheet.outcomes.items()}
    numbers |= {
        ("reason", name): number
        for name, number in sheet.reasons.items()
        if name not in ("blocked", "failed", "fallback")
    }
    numbers |= {("topic", name): each and each.num_questions for name, each in sheet.topics.items()}
    for name, group in sheet.groups.items():
        numbers["group", name] = group.num_questions
        numbers |= {("good", name): group.good, ("bad", name): group.bad}
    for reason, cells in sheet.poor.items():
        numbers |= {("poor", reason, group): number for group, number in cells.items()}
    return {key: number for key, number in numbers.items() if number is not None}
