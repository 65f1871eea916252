"""Words that were hit, by category and by what was done: counts alone, never a text or a name.

As everywhere, a number is a sum of classes and weeks, in each of which fewer than a small group of people are
hidden, and what somebody saw moves on only with enough people. It does not know who may ask.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from server.storage import told_hits
from server.storage.database import Database
from server.topics.periods import period_of
from server.topics.report import add
from server.topics.sheet_store import OwnGroups, nobodys_own
from server.topics.sheets import Place
from server.topics.statistics import Audience
from server.topics.told_hits import cells_of, first_hits, next_hits
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
        async with self._database.read() as connection:
            seen = await told_hits.seen(connection, audience.class_ids, period.first_week, period.last_week)
            changed: dict[int, dict[str | None, tuple[int, int]]] = {}
            for week in period.weeks:
                stamps = await told_hits.stamps(connection, audience.class_ids, *self._span(week))
                changed[week] = {
                    class_id: stamp
                    for class_id, stamp in stamps.items()
                    if (row := seen.get((class_id, week))) is None or (row.num_hits, row.last_id) != stamp
                }
        if any(changed.values()):
            seen |= await self._look(changed, own_groups)
        cells: dict[str, dict[tuple[str, str], list[int | None]]] = {}
        for (class_id, _), row in seen.items():
            is_shown = own_groups.get(class_id or "", self._small_group) <= row.small_group
            for (direction, action, category), number in cells_of(row.content).items():
                places = cells.setdefault(category, {})
                places.setdefault((direction, action), []).append(number if is_shown else None)
        rows = [_row(category, places) for category, places in cells.items()]
        rows.sort(key=lambda row: (-(row.total or 0), row.category))
        hides = any(None in numbers for places in cells.values() for numbers in places.values())
        return SafetyReport(categories=rows, hides=hides, small_group=self._small_group)

    async def _look(
        self,
        changed: Mapping[int, Mapping[str | None, tuple[int, int]]],
        own_groups: Mapping[str, int],
    ) -> dict[Place, told_hits.SeenHits]:
        """Work out what may be shown now, and note it; where somebody else did so meanwhile, that is shown.

        Nothing waits for it: the lock is held only while it is noted.
        """
        found: dict[Place, told_hits.SeenHits] = {}
        for week, classes in changed.items():
            if not classes:
                continue
            async with self._database.read() as connection:
                hits = await told_hits.hits(connection, classes.keys(), *self._span(week))
                before = await told_hits.seen(connection, list(classes), week, week)
            of_class: dict[str | None, list[told_hits.Hit]] = {}
            for hit in hits:
                of_class.setdefault(hit.class_id, []).append(hit)
            made: dict[Place, told_hits.SeenHits] = {}
            for class_id, those in of_class.items():
                k = own_groups.get(class_id or "", self._small_group)
                row = before.get((class_id, week))
                made[class_id, week] = await asyncio.to_thread(_shown, row, those, k)
            async with self._database.write() as connection:
                there = await told_hits.seen(connection, list(of_class), week, week)
                for place, now in made.items():
                    if there.get(place) == before.get(place):
                        await told_hits.note(connection, place, now)
                        there[place] = now
            found |= there
        return found

    def _span(self, week: int) -> tuple[int, int]:
        monday = date.fromordinal(week * 7 + 1)
        return self._midnight_ms(monday), self._midnight_ms(monday + timedelta(days=7))

    def _midnight_ms(self, day: date) -> int:
        return int(datetime.combine(day, time(), self._zone).timestamp() * 1000)


def _shown(
    row: told_hits.SeenHits | None, hits: Sequence[told_hits.Hit], small_group: int
) -> told_hits.SeenHits:
    """What may be shown now; what was shown for a smaller small group rests until that is one again."""
    if row is None:
        return told_hits.SeenHits(small_group, len(hits), hits[-1].id, first_hits(hits, small_group))
    rests = small_group > row.small_group
    content = row.content if rests else next_hits(row.content, hits, row.small_group)
    return told_hits.SeenHits(row.small_group, len(hits), hits[-1].id, content)


def _row(category: str, places: dict[tuple[str, str], list[int | None]]) -> SafetyRow:
    def by_action(direction: str) -> dict[str, int | None]:
        return {action: add(places[direction, action]) for action in ACTIONS if (direction, action) in places}

    return SafetyRow(
        category=category,
        questions=by_action("question"),
        answers=by_action("answer"),
        total=add(number for numbers in places.values() for number in numbers),
    )
