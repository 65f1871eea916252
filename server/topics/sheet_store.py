"""Sheets of classes and weeks from the database: kept ones where they are true, else counted and kept.

The database itself notes which of them are outdated, in the transaction that changes a fact. Where a page
asks for them, or in the background before it does, they are worked out again. What somebody was shown is
noted before it is shown, and decides what the next one may see (`told`). It does not know who asks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from server.errors import StorageProblem
from server.storage import facts, kept, told
from server.storage.database import Connection, Database
from server.topics.kept_sheets import sheet_of, written
from server.topics.sheets import Place, Sheet, make_sheets
from server.topics.told import next_sheet, told_of, written_told

log = structlog.get_logger(__name__)

AT_ONCE: Final = 40  # places that are counted together in the background
AT_A_LOOK: Final = 3  # places that are counted while somebody waits; for more, what was kept last is shown
TRIES: Final = 20  # to note what is shown before it changes again


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
        `keep_up` makes them anew within seconds. What is shown is noted first.

        Raises:
            StorageProblem: the database refused; nothing may be shown that cannot be noted.
        """
        if not places:
            return {}, frozenset()
        for _ in range(TRIES):
            found, old = await self._found(places)
            tellings = [each.telling for each in found.values() if each.telling is not None]
            if not tellings or await self._told(tellings):
                return {place: each.sheet for place, each in found.items()}, old
        raise StorageProblem("questions come in faster than sheets of them can be noted")

    async def _told(self, tellings: Collection[told.Telling]) -> bool:
        async with self._database.write() as connection:
            return await told.tell(connection, tellings, self._small_group) == len(tellings)

    async def _found(self, places: Collection[Place]) -> tuple[dict[Place, _Found], frozenset[Place]]:
        async with self._database.read() as connection:
            rows = await self._rows(connection, places)
        old = {
            place: row
            for place, row in rows.items()
            # Only what is noted question by question can be shown though it is not true any more.
            if row.content is None and row.before is not None and row.told_round is not None
        }
        if len(old) <= AT_A_LOOK:
            return await self._sheets(places), frozenset()
        shown = await asyncio.to_thread(_before, {place: old[place] for place in places if place in old})
        return await self._sheets([each for each in places if each not in shown]) | shown, frozenset(shown)

    async def sheets(self, places: Collection[Place]) -> dict[Place, Sheet]:
        """What a look would show of every place; an empty sheet where nobody asked.

        Raises:
            StorageProblem: the database refused.
        """
        return {place: found.sheet for place, found in (await self._sheets(places)).items()}

    async def _sheets(self, places: Collection[Place]) -> dict[Place, _Found]:
        if not places:
            return {}
        async with self._database.read() as connection:
            # One consistent state: what is counted here is of the rounds that are read here.
            rows = await self._rows(connection, places)
            found = await asyncio.to_thread(_known, places, rows)
            outdated = [place for place in places if place not in found]
            seen = await told.read(connection, outdated, self._small_group)
            asked = {place: await told.questions(connection, place) for place in seen}
            counts = [await facts.count(connection, within) for within in _spans(set(outdated) - seen.keys())]
        if outdated:
            own_groups = await self.own_groups()
            made = await asyncio.to_thread(self._make, counts, own_groups)
            for place, row in seen.items():  # one after the other: others want a thread, too
                k = own_groups.get(place[0] or "", self._small_group)
                made[place] = await asyncio.to_thread(_next, row, asked[place], k)
            fresh = {place: made.get(place) or _Next(Sheet()) for place in outdated}
            await self._keep(fresh, rows)
            found |= {place: _found(place, each, rows.get(place)) for place, each in fresh.items()}
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

    def _make(self, counts: Iterable[facts.Counts], own_groups: Mapping[str, int]) -> dict[Place, _Next]:
        made: dict[Place, Sheet] = {}
        for each in counts:
            made |= make_sheets(each, self._small_group, own_groups)
        return {place: _Next(sheet) for place, sheet in made.items()}

    async def _keep(self, fresh: Mapping[Place, _Next], rows: Mapping[Place, kept.KeptRow]) -> None:
        made = await asyncio.to_thread(
            lambda: [
                kept.Made(
                    place, rows[place].round, written(each.sheet), each.upon_round, each.edition, each.basis
                )
                for place, each in fresh.items()
                if place in rows
            ]
        )
        try:
            async with self._database.write() as connection:
                await kept.keep(connection, made, self._small_group)
        except StorageProblem as problem:  # it is made again for the next one
            log.warning("sheets not kept", problem=str(problem))


@dataclass(frozen=True, slots=True)
class _Next:
    """A sheet that may be shown upon what was shown in a round (0: nothing was)."""

    sheet: Sheet
    upon_round: int = 0
    edition: int = 1
    basis: str = ""


@dataclass(frozen=True, slots=True)
class _Found:
    """A sheet, and what has to be noted when it is shown."""

    sheet: Sheet
    telling: told.Telling | None = None


def _next(row: told.ToldRow, asked: list[told.FactRow], small_group: int) -> _Next:
    """What may be shown upon what was."""
    sheet = sheet_of(row.content)
    if sheet is None:
        raise StorageProblem("a sheet that was shown is of a format that nobody knows")
    known = told_of(row.basis) if row.basis else None
    sheet, after = next_sheet(sheet, known, row.last_fact_id, asked, small_group)
    if after is None:
        return _Next(sheet, row.round, row.edition)
    return _Next(sheet, row.round, after.edition, written_told(after))


def _found(place: Place, made: _Next, row: kept.KeptRow | None) -> _Found:
    is_told = row is None or (row.told_round is not None and made.edition == row.told_edition)
    if row is None or is_told or made.sheet.num_questions is None:
        return _Found(made.sheet)  # what is hidden as a whole binds nobody
    return _Found(made.sheet, told.Telling(place, row.round, row.told_round, made.edition))


def _known(places: Collection[Place], rows: Mapping[Place, kept.KeptRow]) -> dict[Place, _Found]:
    """Kept sheets that are true, and empty ones where there are no facts."""
    found: dict[Place, _Found] = {}
    for place in places:
        row = rows.get(place)
        if row is None:
            found[place] = _Found(Sheet())
        elif row.content is not None and (sheet := sheet_of(row.content)) is not None:
            found[place] = _kept(place, sheet, row)
    return found


def _before(rows: Mapping[Place, kept.KeptRow]) -> dict[Place, _Found]:
    """What was kept last of these places, as far as this release can read it."""
    read = {place: sheet_of(row.before) for place, row in rows.items() if row.before is not None}
    return {place: _kept(place, sheet, rows[place]) for place, sheet in read.items() if sheet is not None}


def _kept(place: Place, sheet: Sheet, row: kept.KeptRow) -> _Found:
    if row.is_told or sheet.num_questions is None:
        return _Found(sheet)
    return _Found(sheet, told.Telling(place, row.kept_round, row.told_round, row.edition))


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
