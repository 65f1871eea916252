"""Law 8, on whole reports: no small group comes out of tables, periods, classes or their differences."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from server.storage.facts import Count, Counts
from server.topics.periods import Period
from server.topics.report import Figures
from server.topics.sheets import OUTCOMES, Place, Sheet, make_sheets

SMALL_GROUP = 3
CLASSES = ("7a", None)
WEEKS = Period(100, 101)
TOPICS = ("sums", "cells", None)

Question = tuple[
    str | None, int, int, int, str, str, str | None
]  # class, week, day, hour, asker, outcome, topic

questions = st.lists(
    st.tuples(
        st.sampled_from(CLASSES),
        st.sampled_from(WEEKS.weeks),
        st.sampled_from([0, 2, 5]),
        st.sampled_from([8, 9, 20]),
        st.sampled_from("abcdef"),
        st.sampled_from(OUTCOMES[:3]),
        st.sampled_from(TOPICS),
    ),
    max_size=60,
)


def counted(asked: list[Question]) -> Counts:
    """What the database would add up."""

    def by(*parts: int) -> list[Count]:
        keys = {(q[0], q[1], tuple(q[part] for part in parts)) for q in asked}
        return [
            Count(class_id, week, key, len(members), frozenset(f"{class_id}{q[4]}" for q in members))
            for class_id, week, key in keys
            if (
                members := [
                    q for q in asked if q[:2] == (class_id, week) and tuple(q[part] for part in parts) == key
                ]
            )
        ]

    return Counts(by(2, 3), by(5), by(6), [], {})


def figures(
    sheets: dict[Place, Sheet], classes: tuple[str | None, ...], period: Period
) -> dict[object, object]:
    """Every number of a report, by what it counts."""
    shown = Figures(classes, period, sheets)
    numbers: dict[object, object] = {"all": shown.questions}
    numbers |= {("day", number): value for number, value in enumerate(shown.days())}
    numbers |= {("outcome", cell.outcome): cell.questions for cell in shown.outcomes()}
    numbers |= {("hour", cell.weekday, cell.hour): cell.questions for cell in shown.hours()}
    return numbers


def spans() -> Iterator[tuple[tuple[str | None, ...], Period]]:
    """Every choice of classes and of weeks in a row that a page offers."""
    for size in (1, 2):
        for classes in combinations(CLASSES, size):
            for first in WEEKS.weeks:
                for last in range(first, WEEKS.last_week + 1):
                    yield classes, Period(first, last)


@settings(deadline=None)
@given(questions)
def test_every_report_is_a_sum_of_sheets_that_do_not_overlap(asked: list[Question]) -> None:
    """So a difference of two reports is made of numbers that were shown anyway, and of nothing else."""
    sheets = make_sheets(counted(asked), SMALL_GROUP)
    for classes, period in spans():
        whole = figures(sheets, classes, period)
        parts = [
            figures(sheets, (class_id,), Period(week, week)) for class_id in classes for week in period.weeks
        ]
        for what in ("all", *(("outcome", name) for name in OUTCOMES)):
            assert (whole[what] or 0) == sum(int(str(part[what] or 0)) for part in parts)
        for number in range(7 * len(period.weeks)):
            week, day = number // 7, number % 7
            of_day = [parts[place * len(period.weeks) + week]["day", day] for place in range(len(classes))]
            assert (whole["day", number] or 0) == sum(int(str(part or 0)) for part in of_day)


@settings(deadline=None)
@given(questions)
def test_no_number_of_a_sheet_stands_for_few_people(asked: list[Question]) -> None:
    """Totals, days, hours, outcomes and topics alike."""
    for (class_id, week), sheet in make_sheets(counted(asked), SMALL_GROUP).items():
        here = [q for q in asked if q[:2] == (class_id, week)]

        def people(part: int, value: object, among: list[Question] = here) -> int:
            return len({q[4] for q in among if q[part] == value})

        def many(shown: int | None, num_people: int) -> bool:
            return not shown or num_people >= SMALL_GROUP

        assert many(sheet.num_questions, len({q[4] for q in here}))
        assert all(many(shown, people(2, day)) for day, shown in sheet.days.items())
        assert all(many(shown, people(5, name)) for name, shown in sheet.outcomes.items())
        assert all(
            many(shown, len({q[4] for q in here if q[2:4] == place})) for place, shown in sheet.hours.items()
        )
        assert all(
            many(count.num_questions, people(6, topic)) for topic, count in sheet.topics.items() if count
        )


@settings(deadline=None)
@given(questions)
def test_days_and_hours_do_not_give_each_other_away(asked: list[Question]) -> None:
    """The hours of a day add up to the day; an attacker who fills both tables finds no single solution."""
    for (class_id, week), sheet in make_sheets(counted(asked), SMALL_GROUP).items():
        if sheet.num_questions is None:
            assert set(sheet.hours.values()) == {None}
            continue
        hidden_days = {day for day, shown in sheet.days.items() if shown is None}
        for day in range(7):
            row = [sheet.hours.get((day, hour), 0) for hour in range(24)]
            if day in hidden_days:
                assert row == [None] * 24, "nothing of a hidden day is shown, not even its quiet hours"
                continue
            unseen = (sheet.days[day] or 0) - sum(shown or 0 for shown in row)
            gaps = row.count(None)
            assert gaps != 1, (class_id, week, day)
            assert gaps in (0, 24) or unseen > gaps
        rest = sheet.num_questions - sum(shown or 0 for shown in sheet.days.values())
        assert not hidden_days or len(hidden_days) == 7 or (len(hidden_days) > 1 and rest > len(hidden_days))


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdef"),
            st.sampled_from(["g1", "g2", "g3", None]),
            st.sampled_from([None, 1, -1]),
        ),
        min_size=1,
        max_size=40,
    )
)
def test_groups_of_few_people_cannot_be_recovered(
    asked: list[tuple[str, str | None, int | None]],
) -> None:
    """A shown group has enough people; what is left of the total is none, or of several groups and people."""
    hours = [Count(None, 100, (0, 8), len(asked), frozenset(who for who, _, _ in asked))]
    groups = [
        Count(None, 100, key, len(members), frozenset(who for who, _, _ in members))
        for key in {(group, rating) for _, group, rating in asked}
        if (members := [each for each in asked if each[1:] == key])
    ]
    sheet = make_sheets(Counts(hours, [], [], [], {}, groups=groups), SMALL_GROUP)[None, 100]
    people = {group: {who for who, at, _ in asked if at == group} for group in ("g1", "g2", "g3", None)}
    for group, shown in sheet.groups.items():
        assert len(people[group]) >= SMALL_GROUP
        assert shown.num_askers == len(people[group])
        for opinion, number in ((1, shown.good), (-1, shown.bad)):
            who = {each[0] for each in asked if each[1] == group and each[2] == opinion}
            assert not number or len(who) >= SMALL_GROUP
    if sheet.num_questions is None:
        assert not sheet.groups
        return
    unseen = [group for group in people if group not in sheet.groups and people[group]]
    if any(group is not None and len(people[group]) < SMALL_GROUP for group in unseen):
        rest = sheet.num_questions - sum(shown.num_questions for shown in sheet.groups.values())
        whole = not sheet.groups  # then nothing but the total of the week is known
        assert whole or (len(unseen) > 1 and rest > len(unseen))
        assert whole or len(set().union(*(people[group] for group in unseen))) >= SMALL_GROUP
