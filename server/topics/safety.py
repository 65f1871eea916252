"""Words that were hit, by category and by what was done: counts alone, never a text or a name.

As everywhere, a number is a sum of classes and weeks, in each of which fewer than a small group of people are
hidden. It does not know who may ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from server.storage import verdicts
from server.storage.database import Database
from server.topics.periods import Period, period_of
from server.topics.report import add
from server.topics.sheet_store import OwnGroups, nobodys_own
from server.topics.statistics import Audience
from server.topics.wording import Lang

ACTIONS = ("block", "replace", "mask", "review", "warn", "log")


class SafetyRow(BaseModel):
    """How often words of a category were hit, by what was done; null: too few people."""

    model_config = ConfigDict(frozen=True)

    category: str
    questions: dict[str, int | None]  # what people wrote, by action
    answers: dict[str, int | None]  # what the model wrote
    total: int | None


class SafetyReport(BaseModel):
    """What `GET /api/stats/safety` answers."""

    model_config = ConfigDict(frozen=True)

    categories: list[SafetyRow]
    hides: bool
    small_group: int


class SafetyStatistics:
    """Counts of hits.

    Args:
        database: where verdicts are kept.
        small_group: fewest people a number may stand for.
        timezone: the school's.
        own_groups: the same number for classes that have one of their own: the small ones.
    """

    def __init__(
        self, database: Database, *, small_group: int, timezone: str, own_groups: OwnGroups = nobodys_own
    ) -> None:
        self._database = database
        self._small_group = small_group
        self._own_groups = own_groups
        self._zone = ZoneInfo(timezone)

    async def report(self, audience: Audience, first: date, last: date, *, lang: Lang) -> SafetyReport:
        """Hits of whole weeks in some classes.

        Raises:
            ClientProblem: `bad_period`.
            StorageProblem: the database refused.
        """
        period = period_of(first, last, lang)
        own_groups = await self._own_groups()
        cells: dict[str, dict[tuple[str, str], list[int | None]]] = {}
        async with self._database.read() as connection:
            for from_ms, to_ms in self._weeks(period):
                hits = await verdicts.count_hits(connection, audience.class_ids, from_ms, to_ms)
                hidden = _hidden(hits, self._small_group, own_groups)
                for hit in hits:
                    number = None if hit in hidden else hit.num_hits
                    place = (hit.direction, hit.action)
                    cells.setdefault(hit.category, {}).setdefault(place, []).append(number)
        rows = [_row(category, places) for category, places in cells.items()]
        rows.sort(key=lambda row: (-(row.total or 0), row.category))
        hides = any(None in numbers for places in cells.values() for numbers in places.values())
        return SafetyReport(categories=rows, hides=hides, small_group=self._small_group)

    def _weeks(self, period: Period) -> Iterable[tuple[int, int]]:
        for week in period.weeks:
            monday = date.fromordinal(week * 7 + 1)
            yield self._midnight_ms(monday), self._midnight_ms(monday + timedelta(days=7))

    def _midnight_ms(self, day: date) -> int:
        return int(datetime.combine(day, time(), self._zone).timestamp() * 1000)


def _hidden(
    hits: Sequence[verdicts.HitCount], small_group: int, own_groups: Mapping[str, int]
) -> set[verdicts.HitCount]:
    """Those of too few people, and one more beside them: how many were blocked in all is shown elsewhere."""
    lines: dict[tuple[str | None, str, str], list[verdicts.HitCount]] = {}
    for hit in hits:
        lines.setdefault((hit.class_id, hit.direction, hit.action), []).append(hit)
    hidden: set[verdicts.HitCount] = set()
    for (class_id, _, _), line in lines.items():
        fewest = own_groups.get(class_id or "", small_group)
        small = {hit for hit in line if hit.num_askers < fewest}
        others = sorted(set(line) - small, key=lambda hit: (hit.num_askers, hit.num_hits, hit.category))
        hidden |= small | set(others[:1] if small else ())
    return hidden


def _row(category: str, places: dict[tuple[str, str], list[int | None]]) -> SafetyRow:
    def by_action(direction: str) -> dict[str, int | None]:
        return {action: add(places[direction, action]) for action in ACTIONS if (direction, action) in places}

    return SafetyRow(
        category=category,
        questions=by_action("question"),
        answers=by_action("answer"),
        total=add(number for numbers in places.values() for number in numbers),
    )
