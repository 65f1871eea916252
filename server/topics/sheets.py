"""One class in one week: the unit in which statistics are made public.

A sheet holds only what may be shown. Everything anyone ever sees is a sum of sheets, and sheets
never overlap: whatever is subtracted from whatever, no more comes out than the sheets say
themselves. It does not know where facts are kept, nor what a page or an export looks like.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from server.storage.facts import Count, Counts
from server.storage.poor import REASONS
from server.topics.crossing import Forced, given_away
from server.topics.poor_groups import shown_poor
from server.topics.suppression import Cell, hidden_cells, together

OUTCOMES = ("answered", "filtered", "stopped", "blocked", "failed")
WEEKDAYS = range(7)
HOURS = range(24)
TABLES = ("hours", "outcomes", "topics", "groups", "reasons", "kinds", "topic_groups")

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


def make_sheets(
    counts: Counts, small_group: int, own_groups: Mapping[str, int] = MappingProxyType({})
) -> dict[Place, Sheet]:
    """Sheets for every class and week in which anyone asked.

    Args:
        counts: what was counted.
        small_group: fewest people a number may stand for.
        own_groups: the same for classes that have a number of their own: the small ones.
    """
    tables = {name: _by_place(getattr(counts, name)) for name in TABLES}
    times: dict[Place, Counter[int]] = defaultdict(Counter)
    for time in counts.first_tokens:
        times[time.class_id, time.week][time.first_token_ms] += time.num_questions
    sheets = {}
    for place in tables["hours"]:
        k = own_groups.get(place[0] or "", small_group)
        here = {name: table[place] for name, table in tables.items()}
        timed = times[place] if counts.timed_askers.get(place, 0) >= k else Counter[int]()
        forced = Forced()
        sheet = _make_sheet(here, timed, k, forced)
        # Whatever two tables would give away together is hidden, and what that gives away in its turn.
        while more := given_away(sheet, here["kinds"], here["topic_groups"], k, forced):
            forced = forced.and_also(more)
            sheet = _make_sheet(here, timed, k, forced)
        sheets[place] = sheet
    return sheets


def _summed(by_reason: _Table) -> _Table:
    """Reasons alone, whatever the groups."""
    parts: dict[tuple[object, ...], list[Cell]] = defaultdict(list)
    for (reason, _), cell in by_reason.items():
        parts[(reason,)].append(cell)
    return {key: together(cells) for key, cells in parts.items()}


_Table = dict[tuple[object, ...], Cell]


def _by_place(counts: Iterable[Count]) -> dict[Place, _Table]:
    tables: dict[Place, _Table] = defaultdict(dict)
    for count in counts:
        tables[count.class_id, count.week][count.key] = Cell(count.num_questions, count.askers)
    return tables


def _make_sheet(
    tables: Mapping[str, _Table], times: Mapping[int, int], small_group: int, forced: Forced
) -> Sheet:
    by_hour, by_outcome = tables["hours"], tables["outcomes"]
    whole = together(by_hour.values())
    if len(whole.askers) < small_group:
        return hidden_sheet()
    hours = {(int(str(w)), int(str(h))): cell for (w, h), cell in by_hour.items()}
    days = {w: together(cell for (day, _), cell in hours.items() if day == w) for w in WEEKDAYS}
    shown_days = _shown(days, small_group)
    shown_hours: dict[tuple[int, int], int | None] = {}
    for weekday, num_questions in shown_days.items():
        row = {(weekday, hour): hours.get((weekday, hour), Cell(0, frozenset())) for hour in HOURS}
        # The hours of a day add up to the day: they are shown only where the day is.
        shown_hours |= dict.fromkeys(row, None) if num_questions is None else _shown(row, small_group)
    outcomes = {name: by_outcome.get((name,), Cell(0, frozenset())) for name in OUTCOMES}
    shown_outcomes = _shown(outcomes, small_group, forced=forced.outcomes)
    # Blocked questions have neither topic nor group: where their number is shown, it is no cover for others.
    blocked = Cell(0, frozenset()) if shown_outcomes["blocked"] is not None else outcomes["blocked"]
    groups, hides_groups = _shown_groups(tables["groups"], small_group, forced, tables["kinds"], blocked)
    reasons = _shown_reasons(_summed(tables["reasons"]), small_group, forced.reasons)
    return Sheet(
        num_questions=whole.num_questions,
        num_askers=len(whole.askers),
        days=shown_days,
        hours={key: number for key, number in shown_hours.items() if number != 0},
        outcomes=shown_outcomes,
        topics=_shown_topics(tables["topics"], small_group, forced, tables["topic_groups"], blocked),
        first_tokens=dict(times),
        groups=groups,
        hides_groups=hides_groups,
        reasons=reasons,
        poor=shown_poor(tables["reasons"], reasons, groups, small_group),
    )


def hidden_sheet() -> Sheet:
    """A sheet of too few people."""
    return Sheet(
        num_questions=None,
        num_askers=None,
        days=dict.fromkeys(WEEKDAYS),
        hours=dict.fromkeys((weekday, hour) for weekday in WEEKDAYS for hour in HOURS),
        outcomes=dict.fromkeys(OUTCOMES),
        reasons=dict.fromkeys(REASONS),
    )


def _shown(
    cells: Mapping[_Key, Cell], small_group: int, forced: Collection[_Key] = ()
) -> dict[_Key, int | None]:
    hidden = hidden_cells(cells, small_group, forced=forced)
    if hidden is None:
        return dict.fromkeys(cells)
    return {key: None if key in hidden else cell.num_questions for key, cell in cells.items()}


def _shown_topics(
    by_topic: _Table, small_group: int, forced: Forced, crossed: _Table, blocked: Cell
) -> dict[str, TopicCount | None]:
    cells = {str(topic): cell for (topic,), cell in by_topic.items() if topic is not None}
    asked = [cell for (topic, _, is_blocked), cell in crossed.items() if topic is None and not is_blocked]
    without_topic = [together(asked), blocked]
    # A question may touch two topics, so these do not quite add up to the total; they are treated
    # as if they did, because often enough they do.
    hidden = hidden_cells(cells, small_group, without_topic, forced.topics)
    return {
        topic: None if hidden is None or topic in hidden else TopicCount(cell.num_questions, len(cell.askers))
        for topic, cell in cells.items()
    }


def _shown_groups(
    by_group: _Table, small_group: int, forced: Forced, kinds: _Table, blocked: Cell
) -> tuple[dict[str, GroupCount], bool]:
    """The groups that may be shown. Nobody is told how many may not: a number of gaps is a clue."""
    rated: dict[str, dict[object, Cell]] = defaultdict(dict)
    asked = [cell for (_, group, outcome, _), cell in kinds.items() if group is None and outcome != "blocked"]
    for (group, rating), cell in by_group.items():
        if group is not None:
            opinions = rated[str(group)]
            name = _opinion(rating)
            opinions[name] = together([opinions.get(name, _NOBODY), cell])
    cells = {group: together(ratings.values()) for group, ratings in rated.items()}
    hidden = hidden_cells(cells, small_group, [together(asked), blocked], forced.groups)
    shown = {}
    for group, cell in cells.items():
        if hidden is not None and group not in hidden:
            by_opinion = {name: rated[group].get(name, _NOBODY) for name in ("good", "bad", "none")}
            ratings = _shown(by_opinion, small_group, by_opinion if group in forced.ratings else ())
            shown[group] = GroupCount(cell.num_questions, len(cell.askers), ratings["good"], ratings["bad"])
    return shown, len(shown) < len(cells)


def _opinion(rating: object) -> str:
    return "none" if not isinstance(rating, int) or rating == 0 else "good" if rating > 0 else "bad"


def _shown_reasons(by_reason: _Table, small_group: int, forced: Collection[str]) -> dict[str, int | None]:
    """Why questions were not answered well; those that were are the rest of the whole."""
    cells = {name: by_reason.get((name,), Cell(0, frozenset())) for name in REASONS}
    well = [cell for (reason,), cell in by_reason.items() if reason is None]
    hidden = hidden_cells(cells, small_group, well, forced)
    return {
        name: None if hidden is None or name in hidden else cell.num_questions for name, cell in cells.items()
    }
