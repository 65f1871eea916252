"""Sheets of classes and weeks from the database: kept ones where they are true, else counted and kept.

The database itself notes which of them are outdated, in the transaction that changes a fact. Where a page
asks for them, or in the background before it does, they are worked out again. It does not know who asks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Final

import structlog

from server.errors import StorageProblem
from server.storage import facts, kept
from server.storage.database import Connection, Database
from server.topics.kept_sheets import sheet_of, written
from server.topics.sheets import Place, Sheet, make_sheets

log = structlog.get_logger(__name__)

AT_ONCE: Final = 40  # places that are counted together in the background
AT_A_LOOK: Final = 8  # places that are counted while somebody waits; for more, what was kept last is shown


OwnGroups = Callable[[], Awaitable[Mapping[str, int]]]


async def nobodys_own() -> Mapping[str, int]:
    """No class has a number of its own."""
    return {}


class SheetStore:
    """The sheets of all classes.

    Args:
        database: where facts and kept sheets are.
        small_group: fewest people a number may stand for.
        own_groups: the same for classes with a number of their own. Where that changes, a sheet that was
            shown stays as it was until something in it changes.
    """

    def __init__(self, database: Database, small_group: int, own_groups: OwnGroups = nobodys_own) -> None:
        self._database = database
        self._small_group = small_group
        self.own_groups = own_groups

    async def look(self, places: Collection[Place]) -> tuple[dict[Place, Sheet], frozenset[Place]]:
        """The sheets for somebody who waits, and which of them lack the newest questions.

        Where many are outdated (a school asks in the same minute), they are shown as they were kept last;
        `keep_up` makes them anew within seconds.

        Raises:
            StorageProblem: the database refused.
        """
        async with self._database.read() as connection:
            rows = await self._rows(connection, places)
        old = {place: row for place, row in rows.items() if row.content is None and row.before is not None}
        if len(old) <= AT_A_LOOK:
            return await self.sheets(places), frozenset()
        shown = await asyncio.to_thread(_before, {place: old[place] for place in places if place in old})
        return await self.sheets([place for place in places if place not in shown]) | shown, frozenset(shown)

    async def sheets(self, places: Collection[Place]) -> dict[Place, Sheet]:
        """The sheet of every place; an empty one where nobody asked.

        Raises:
            StorageProblem: the database refused.
        """
        if not places:
            return {}
        async with self._database.read() as connection:
            # One consistent state: what is counted here is of the rounds that are read here.
            rows = await self._rows(connection, places)
            found = await asyncio.to_thread(_known, places, rows)
            outdated = [place for place in places if place not in found]
            counts = [await facts.count(connection, within) for within in _spans(outdated)]
        if outdated:
            made = await asyncio.to_thread(self._make, counts, await self.own_groups())
            fresh = {place: made.get(place) or Sheet() for place in outdated}
            await self._keep(fresh, rows)
            found |= fresh
        return found

    async def _rows(self, connection: Connection, places: Collection[Place]) -> dict[Place, kept.KeptRow]:
        weeks = [week for _, week in places]
        classes = {class_id for class_id, _ in places}
        return await kept.read(connection, classes, min(weeks), max(weeks), self._small_group)

    async def keep_up(self) -> int:
        """Work out anew whatever is outdated; how many sheets that were.

        Raises:
            StorageProblem: the database refused.
        """
        num_made = 0
        while True:
            async with self._database.read() as connection:
                outdated = await kept.stale(connection, self._small_group, AT_ONCE)
            if not outdated:
                return num_made
            await self.sheets(outdated)
            num_made += len(outdated)
            if len(outdated) < AT_ONCE:
                return num_made

    def _make(self, counts: Iterable[facts.Counts], own_groups: Mapping[str, int]) -> dict[Place, Sheet]:
        made: dict[Place, Sheet] = {}
        for each in counts:
            made |= make_sheets(each, self._small_group, own_groups)
        return made

    async def _keep(self, fresh: Mapping[Place, Sheet], rows: Mapping[Place, kept.KeptRow]) -> None:
        made = await asyncio.to_thread(
            lambda: [
                kept.Made(place, rows[place].round, written(sheet))
                for place, sheet in fresh.items()
                if place in rows
            ]
        )
        try:
            async with self._database.write() as connection:
                await kept.keep(connection, made, self._small_group)
        except StorageProblem as problem:  # whoever looks at the page has the sheets all the same
            log.warning("sheets not kept", problem=str(problem))


def _known(places: Collection[Place], rows: Mapping[Place, kept.KeptRow]) -> dict[Place, Sheet]:
    """Kept sheets that are true, and empty ones where there are no facts."""
    found: dict[Place, Sheet] = {}
    for place in places:
        row = rows.get(place)
        if row is None:
            found[place] = Sheet()
        elif row.content is not None and (sheet := sheet_of(row.content)) is not None:
            found[place] = sheet
    return found


def _before(rows: Mapping[Place, kept.KeptRow]) -> dict[Place, Sheet]:
    """What was kept last of these places, as far as this release can read it."""
    read = {place: sheet_of(row.before) for place, row in rows.items() if row.before is not None}
    return {place: sheet for place, sheet in read.items() if sheet is not None}


def _spans(places: Iterable[Place]) -> list[facts.Within]:
    """The places as few ranges: of each week the classes that are outdated, neighbouring weeks together."""
    by_week: dict[int, set[str | None]] = {}
    for class_id, week in places:
        by_week.setdefault(week, set()).add(class_id)
    spans: list[facts.Within] = []
    for week in sorted(by_week):
        classes = tuple(sorted(by_week[week], key=str))
        if spans and spans[-1].class_ids == classes and spans[-1].last_week == week - 1:
            spans[-1] = facts.Within(classes, spans[-1].first_week, week)
        else:
            spans.append(facts.Within(classes, week, week))
    return spans
