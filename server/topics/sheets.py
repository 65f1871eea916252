"""One class in one week: the unit in which statistics are made public.

A sheet holds only what may be shown. Everything anyone ever sees is a sum of sheets, and sheets
never overlap: whatever is subtracted from whatever, no more comes out than the sheets say
themselves. It does not know where facts are kept, nor what a page or an export looks like.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from server.storage.facts import Count, Counts
from server.storage.poor import REASONS
from server.topics.poor_groups import shown_poor
from server.topics.suppression import Cell, hidden_cells

OUTCOMES = ("answered", "filtered", "stopped", "blocked", "failed")
WEEKDAYS = range(7)
HOURS = range(24)

_NOBODY = Cell(0, frozenset())

Place = tuple[str | None, int]  # class and week
_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class TopicCount:
    """A topic in one class and week."""

    num_questions: int
    num_askers: int


@dataclass(frozen=True, slots=True)
class GroupCount:
    """A group of like questions in one class and week; ratings of too few people are None."""

    num_questions: int
    num_askers: int
    good: int | None
    bad: int | None


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
    groups: Mapping[str, GroupCount] = field(default_factory=dict)  # hidden ones are left out
    hides_groups: bool = False
    reasons: Mapping[str, int | None] = field(default_factory=dict)  # of not being answered well
    poor: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # the groups behind them, if shown


def make_sheets(counts: Counts, small_group: int) -> dict[Place, Sheet]:
    """Sheets for every class and week in which anyone asked."""
    all_counts = (counts.hours, counts.outcomes, counts.topics, counts.groups, counts.reasons)
    tables = [_by_place(table) for table in all_counts]
    times: dict[Place, Counter[int]] = defaultdict(Counter)
    for time in counts.first_tokens:
        times[time.class_id, time.week][time.first_token_ms] += time.num_questions
    sheets = {}
    for place in tables[0]:
        by_hour, by_outcome, by_topic, by_group, by_reason = (table[place] for table in tables)
        timed = times[place] if counts.timed_askers.get(place, 0) >= small_group else Counter[int]()
        sheet = _make_sheet(by_hour, by_outcome, by_topic, timed, small_group)
        if sheet.num_questions is not None:
            groups, hides_groups = _shown_groups(by_group, small_group)
            reasons = _shown_reasons(_summed(by_reason), small_group)
            sheet = replace(
                sheet,
                groups=groups,
                hides_groups=hides_groups,
                reasons=reasons,
                poor=shown_poor(by_reason, reasons, groups, small_group),
            )
        sheets[place] = sheet
    return sheets


def _summed(by_reason: _Table) -> _Table:
    """Reasons alone, whatever the groups."""
    parts: dict[tuple[object, ...], list[Cell]] = defaultdict(list)
    for (reason, _), cell in by_reason.items():
        parts[(reason,)].append(cell)
    return {key: _together(cells) for key, cells in parts.items()}


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
        reasons=dict.fromkeys(REASONS),
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


def _shown_groups(by_group: _Table, small_group: int) -> tuple[dict[str, GroupCount], bool]:
    """The groups that may be shown. Nobody is told how many may not: a number of gaps is a clue."""
    rated: dict[str, dict[object, Cell]] = defaultdict(dict)
    without_group = []
    for (group, rating), cell in by_group.items():
        if group is None:
            without_group.append(cell)
        else:
            opinions = rated[str(group)]
            name = _opinion(rating)
            opinions[name] = _together([opinions.get(name, _NOBODY), cell])
    cells = {group: _together(ratings.values()) for group, ratings in rated.items()}
    hidden = hidden_cells(cells, small_group, without_group)
    shown = {}
    for group, cell in cells.items():
        if hidden is not None and group not in hidden:
            by_opinion = {name: rated[group].get(name, _NOBODY) for name in ("good", "bad", "none")}
            ratings = _shown(by_opinion, small_group)
            shown[group] = GroupCount(cell.num_questions, len(cell.askers), ratings["good"], ratings["bad"])
    return shown, len(shown) < len(cells)


def _opinion(rating: object) -> str:
    return "none" if not isinstance(rating, int) or rating == 0 else "good" if rating > 0 else "bad"


def _shown_reasons(by_reason: _Table, small_group: int) -> dict[str, int | None]:
    """Why questions were not answered well; those that were are the rest of the whole."""
    cells = {name: by_reason.get((name,), Cell(0, frozenset())) for name in REASONS}
    well = [cell for (reason,), cell in by_reason.items() if reason is None]
    hidden = hidden_cells(cells, small_group, well)
    return {
        name: None if hidden is None or name in hidden else cell.num_questions for name, cell in cells.items()
    }


def _together(cells: Iterable[Cell]) -> Cell:
    cells = list(cells)
    return Cell(
        sum(cell.num_questions for cell in cells),
        frozenset[str]().union(*(cell.askers for cell in cells)),
    )
