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

from server.topics.periods import Period
from server.topics.sheets import OUTCOMES, Place, Sheet
from server.topics.taxonomy import TopicNode
from server.topics.wording import Lang

_EMPTY = Sheet()


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
    first_token_ms: FirstToken
    hidden_topics: int
    hidden: int
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
        self._weeks = [
            [sheets.get((class_id, week), _EMPTY) for class_id in class_ids] for week in period.weeks
        ]
        self._sheets = [sheet for week in self._weeks for sheet in week]

    @property
    def complete(self) -> bool:
        """Whether the number of questions leaves nothing out."""
        return all(sheet.num_questions is not None for sheet in self._sheets)

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
    def answered(self) -> tuple[int, int] | None:
        """How many were answered of how many, as far as both may be shown."""
        pairs = [
            (answered, sheet.num_questions)
            for sheet in self._sheets
            if sheet.num_questions and (answered := sheet.outcomes.get("answered", 0)) is not None
        ]
        return (sum(a for a, _ in pairs), sum(n for _, n in pairs)) if pairs else None

    @property
    def answered_complete(self) -> bool:
        """Whether `answered` leaves nothing out."""
        return all(sheet.outcomes.get("answered", 0) is not None for sheet in self._sheets)

    def days(self) -> list[int | None]:
        """Questions of every day of the period, in order."""
        return [add(sheet.days.get(day, 0) for sheet in week) for week in self._weeks for day in range(7)]

    def hours(self) -> list[HourCell]:
        """Questions by hour of the week."""
        keys = sorted({key for sheet in self._sheets for key in sheet.hours})
        cells = ((key, add(sheet.hours.get(key, 0) for sheet in self._sheets)) for key in keys)
        return [HourCell(weekday=w, hour=h, questions=number) for (w, h), number in cells]

    def outcomes(self) -> list[OutcomeCell]:
        """Questions by what became of them."""
        return [
            OutcomeCell(outcome=name, questions=add(sheet.outcomes.get(name, 0) for sheet in self._sheets))
            for name in OUTCOMES
        ]

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
