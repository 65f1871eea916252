"""One class in one week: the unit in which statistics are made public.

A sheet holds only what may be shown. Everything anyone ever sees is a sum of sheets, and sheets
never overlap: whatever is subtracted from whatever, no more comes out than the sheets say
themselves. It does not know where facts are kept, nor what a page or an export looks like.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from server.storage.facts import Count, Counts
from server.topics.suppression import Cell, hidden_cells

OUTCOMES = ("answered", "filtered", "stopped", "blocked", "failed")
WEEKDAYS = range(7)
HOURS = range(24)

Place = tuple[str | None, int]  # class and week
_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class TopicCount:
    """A topic in one class and week."""

    num_questions: int
    num_askers: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """What may be shown of a class and week; None is a hidden number, an absent key is a zero."""

    num_questions: int | None = 0
    num_askers: int | None = 0
    days: Mapping[int, int | None] = field(default_factory=dict)  # by weekday
    hours: Mapping[tuple[int, int], int | None] = field(default_factory=dict)  # by weekday and hour
    outcomes: Mapping[str, int | None] = field(default_factory=dict)
    topics: Mapping[str, TopicCount | None] = field(default_factory=dict)
    first_tokens: Mapping[int, int] = field(default_factory=dict)  # how many questions took so many ms


def make_sheets(counts: Counts, small_group: int) -> dict[Place, Sheet]:
    """Sheets for every class and week in which anyone asked."""
    tables = [_by_place(table) for table in (counts.hours, counts.outcomes, counts.topics)]
    times: dict[Place, Counter[int]] = defaultdict(Counter)
    for time in counts.first_tokens:
        times[time.class_id, time.week][time.first_token_ms] += time.num_questions
    sheets = {}
    for place in tables[0]:
        by_hour, by_outcome, by_topic = (table[place] for table in tables)
        timed = times[place] if counts.timed_askers.get(place, 0) >= small_group else Counter[int]()
        sheets[place] = _make_sheet(by_hour, by_outcome, by_topic, timed, small_group)
    return sheets


_Table = dict[tuple[object, ...], Cell]


def _by_place(counts: Iterable[Count]) -> dict[Place, _Table]:
    tables: dict[Place, _Table] = defaultdict(dict)
    for count in counts:
        tables[count.class_id, count.week][count.key] = Cell(count.num_questions, count.askers)
    return tables


def _make_sheet(
    by_hour: _Table, by_outcome: _Table, by_topic: _Table, times: Mapping[int, int], small_group: int
) -> Sheet:
    whole = _together(by_hour.values())
    if len(whole.askers) < small_group:
        return _hidden_sheet()
    hours = {(int(str(w)), int(str(h))): cell for (w, h), cell in by_hour.items()}
    days = {w: _together(cell for (day, _), cell in hours.items() if day == w) for w in WEEKDAYS}
    shown_days = _shown(days, small_group)
    shown_hours: dict[tuple[int, int], int | None] = {}
    for weekday, num_questions in shown_days.items():
        row = {(weekday, hour): hours.get((weekday, hour), Cell(0, frozenset())) for hour in HOURS}
        # The hours of a day add up to the day: they are shown only where the day is.
        shown_hours |= dict.fromkeys(row, None) if num_questions is None else _shown(row, small_group)
    outcomes = {name: by_outcome.get((name,), Cell(0, frozenset())) for name in OUTCOMES}
    return Sheet(
        num_questions=whole.num_questions,
        num_askers=len(whole.askers),
        days=shown_days,
        hours={key: number for key, number in shown_hours.items() if number != 0},
        outcomes=_shown(outcomes, small_group),
        topics=_shown_topics(by_topic, small_group),
        first_tokens=dict(times),
    )


def _hidden_sheet() -> Sheet:
    return Sheet(
        num_questions=None,
        num_askers=None,
        days=dict.fromkeys(WEEKDAYS),
        hours=dict.fromkeys((weekday, hour) for weekday in WEEKDAYS for hour in HOURS),
        outcomes=dict.fromkeys(OUTCOMES),
    )


def _shown(cells: Mapping[_Key, Cell], small_group: int) -> dict[_Key, int | None]:
    hidden = hidden_cells(cells, small_group)
    if hidden is None:
        return dict.fromkeys(cells)
    return {key: None if key in hidden else cell.num_questions for key, cell in cells.items()}


def _shown_topics(by_topic: _Table, small_group: int) -> dict[str, TopicCount | None]:
    cells = {str(topic): cell for (topic,), cell in by_topic.items() if topic is not None}
    without_topic = [cell for (topic,), cell in by_topic.items() if topic is None]
    # A question may touch two topics, so these do not quite add up to the total; they are treated
    # as if they did, because often enough they do.
    hidden = hidden_cells(cells, small_group, without_topic)
    return {
        topic: None if hidden is None or topic in hidden else TopicCount(cell.num_questions, len(cell.askers))
        for topic, cell in cells.items()
    }


def _together(cells: Iterable[Cell]) -> Cell:
    cells = list(cells)
    return Cell(
        sum(cell.num_questions for cell in cells),
        frozenset[str]().union(*(cell.askers for cell in cells)),
    )
