"""The shapes of the statistics as they leave the server, and the summing of sheets into them.

A number is null where something is hidden and nothing may be shown; otherwise it counts what may be
shown. Pure: it does not know the database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from server.storage.poor import REASONS
from server.topics.periods import Period
from server.topics.sheets import HOURS, OUTCOMES, WEEKDAYS, GroupCount, Place, Sheet
from server.topics.taxonomy import TopicNode
from server.topics.wording import Lang

_EMPTY = Sheet()
_MOST = 0.8


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Tiles(_Shape):
    """The four tiles. Over several weeks `askers` is the number of the week with the most."""

    questions: int | None
    askers: int | None
    enrolled: int | None
    answered_share: float | None
    not_answered: int | None
    previous_questions: int | None


class DayCell(_Shape):
    """One day and the day in its place in the previous period."""

    day: date
    questions: int | None
    previous: int | None


class HourCell(_Shape):
    """An hour of the week; hours without a question are left out."""

    weekday: int
    hour: int
    questions: int | None


class TopicCell(_Shape):
    """A topic that may be shown."""

    id: str
    name: str
    parent: str | None  # the subject's name
    questions: int
    askers: int


class OutcomeCell(_Shape):
    """How many questions ended so."""

    outcome: str
    questions: int | None


class ReasonCell(_Shape):
    """How many questions were not answered well, by the first reason that holds."""

    reason: str
    questions: int | None


class FirstToken(_Shape):
    """How long people waited for the first word, in steps of 20 ms."""

    p50: int | None
    p95: int | None


class Report(_Shape):
    """What `GET /api/stats` answers."""

    sentence: str
    first_day: date = Field(serialization_alias="from")
    last_day: date = Field(serialization_alias="to")
    period: Literal["this_week", "last_week", "this_month", "weeks"]
    num_weeks: int
    running: bool  # the period is not over yet
    small_group: int
    tiles: Tiles
    days: list[DayCell]
    hours: list[HourCell]
    topics: list[TopicCell]
    outcomes: list[OutcomeCell]
    reasons: list[ReasonCell]
    first_token_ms: FirstToken
    hidden_topics: int
    hidden: int
    left_out: int  # classes with too few people in a week, which no number here counts
    label: str

    def as_json(self) -> dict[str, object]:
        """The shape of `docs/api.md`."""
        return self.model_dump(mode="json", by_alias=True)


class Figures:
    """The sheets of some classes in one period, ready to be added up."""

    def __init__(
        self, class_ids: Sequence[str | None], period: Period, sheets: Mapping[Place, Sheet]
    ) -> None:
        self.period = period
        places = [[sheets.get((class_id, week), _EMPTY) for class_id in class_ids] for week in period.weeks]
        # A class of too few people is left out beside others; it must not make their numbers disappear.
        self._weeks = [_counting(week) for week in places]
        self._sheets = _counting([sheet for week in self._weeks for sheet in week])
        self.left_out = frozenset(
            (number, class_id)
            for number, week in enumerate(places)
            for class_id, sheet in zip(class_ids, week, strict=True)
            if sheet.num_questions is None
        )

    @property
    def questions(self) -> int | None:
        """All questions."""
        return add(sheet.num_questions for sheet in self._sheets)

    @property
    def askers(self) -> int | None:
        """People who asked in the week with the most of them (people are not followed over weeks)."""
        weekly = [add(sheet.num_askers for sheet in week) for week in self._weeks]
        shown = [number for number in weekly if number is not None]
        return max(shown) if any(shown) or len(shown) == len(weekly) else None

    @property
    def answered_share(self) -> float | None:
        """The part that was answered; not told where it would rest on less than most of the questions."""
        pairs = [
            (answered, sheet.num_questions)
            for sheet in self._sheets
            if sheet.num_questions and (answered := sheet.outcomes.get("answered", 0)) is not None
        ]
        known = sum(num_questions for _, num_questions in pairs)
        if not known or known < (self.questions or 0) * _MOST:
            return None
        return sum(answered for answered, _ in pairs) / known

    @property
    def not_answered(self) -> int | None:
        """How many of the questions were not answered; None unless that is known of all that are counted."""
        answered = [sheet.outcomes.get("answered", 0) for sheet in self._sheets]
        if self.questions is None or None in answered:
            return None
        return self.questions - sum(number or 0 for number in answered)

    def days(self) -> list[int | None]:
        """Questions of every day of the period, in order."""
        return [add(sheet.days.get(day, 0) for sheet in week) for week in self._weeks for day in range(7)]

    def hours(self) -> list[HourCell]:
        """Questions by hour of the week."""
        return [cell for weekday in WEEKDAYS for cell in self._hours_of(weekday)]

    def _hours_of(self, weekday: int) -> Iterable[HourCell]:
        rows = [{hour: sheet.hours.get((weekday, hour), 0) for hour in HOURS} for sheet in self._sheets]
        # Nor does a day that one sheet hides as a whole.
        rows = [row for row in rows if any(number is not None for number in row.values())] or rows
        for hour in HOURS:
            number = add(row[hour] for row in rows)
            if number != 0:
                yield HourCell(weekday=weekday, hour=hour, questions=number)

    def outcomes(self) -> list[OutcomeCell]:
        """Questions by what became of them."""
        return [
            OutcomeCell(outcome=name, questions=add(sheet.outcomes.get(name, 0) for sheet in self._sheets))
            for name in OUTCOMES
        ]

    def reasons(self) -> list[ReasonCell]:
        """Questions that were not answered well, by why."""
        return [
            ReasonCell(reason=name, questions=add(sheet.reasons.get(name, 0) for sheet in self._sheets))
            for name in REASONS
        ]

    def group_weeks(self) -> list[dict[str, GroupCount]]:
        """The groups that may be shown, week by week; a group is of one class only."""
        return [
            {group: count for sheet in week for group, count in sheet.groups.items()} for week in self._weeks
        ]

    @property
    def hides_groups(self) -> bool:
        """Whether there are groups of too few people."""
        return any(sheet.hides_groups for sheet in self._sheets)

    def topics(self, taxonomy: Sequence[TopicNode], lang: Lang) -> tuple[list[TopicCell], int]:
        """The topics that may be shown, those of the most people first, and how many may not."""
        names = {node.id: node.name_en if lang == "en" else node.name_zh for node in taxonomy}
        parents = {node.id: names.get(node.parent_id or "") for node in taxonomy}
        touched = {topic for sheet in self._sheets for topic in sheet.topics if topic in names}
        cells = []
        for topic in touched:
            weekly = [[sheet.topics.get(topic) for sheet in week] for week in self._weeks]
            shown = [[count for count in week if count is not None] for week in weekly]
            if any(shown):
                cells.append(
                    TopicCell(
                        id=topic,
                        name=names[topic],
                        parent=parents[topic],
                        questions=sum(count.num_questions for week in shown for count in week),
                        askers=max(sum(count.num_askers for count in week) for week in shown),
                    )
                )
        cells.sort(key=lambda cell: (-cell.askers, -cell.questions, cell.id))
        return cells, len(touched) - len(cells)

    def first_token(self) -> FirstToken:
        """The middle of the waiting times, and what nineteen in twenty stay below."""
        times = sum((Counter(sheet.first_tokens) for sheet in self._sheets), Counter[int]())
        return FirstToken(p50=_percentile(times, 50), p95=_percentile(times, 95))


def _counting(sheets: list[Sheet]) -> list[Sheet]:
    """Those with questions that may be counted; where there are none, those that hide theirs."""
    shown = [sheet for sheet in sheets if sheet.num_questions]
    return shown or [sheet for sheet in sheets if sheet.num_questions is None]


def add(numbers: Iterable[int | None]) -> int | None:
    """The sum of what may be shown; None where that is nothing and something is hidden."""
    numbers = list(numbers)
    total = sum(number or 0 for number in numbers)
    return None if total == 0 and None in numbers else total


def _percentile(times: Counter[int], percent: int) -> int | None:
    rank = -(-times.total() * percent // 100)  # nearest rank, rounded up
    passed = 0
    for time_ms in sorted(times):
        passed += times[time_ms]
        if passed >= rank:
            return time_ms
    return None


def day_cells(current: Figures, previous: Figures) -> list[DayCell]:
    """The days of a period beside those of the one before."""
    return [
        DayCell(day=current.period.first_day + timedelta(days=number), questions=now, previous=before)
        for number, (now, before) in enumerate(zip(current.days(), previous.days(), strict=True))
    ]
