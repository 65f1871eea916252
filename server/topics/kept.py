"""Sheets that outlive what they were counted from.

A sheet holds only what may be shown, and no pseudonym. When the questions of a week are removed one by one,
their sheets stay, so that the statistics of that week are ever after what they were.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from types import MappingProxyType

from server.storage import facts, removals, told
from server.storage.database import Database
from server.topics.kept_sheets import sheet_of, written
from server.topics.sheets import Place, Sheet, make_sheets


async def kept_for_good(database: Database, places: Collection[Place]) -> dict[Place, Sheet]:
    """The sheets among these that are all there is of their weeks: every `FORMAT` must stay readable.

    Raises:
        StorageProblem: the database refused.
    """
    weeks = [week for _, week in places]
    classes = list({class_id for class_id, _ in places})
    async with database.read() as connection:
        rows = await removals.kept_sheets(connection, classes, min(weeks), max(weeks))
    return {place: sheet for place, text in rows.items() if place in places and (sheet := sheet_of(text))}


async def keep_week(
    database: Database, week: int, small_group: int, own_groups: Mapping[str, int] = MappingProxyType({})
) -> int:
    """Keep the sheets of every class of a week; how many. Those kept before stay as they are.

    Where somebody has seen one, that is kept: the difference could be somebody's.

    Raises:
        StorageProblem: the database refused.
    """
    async with database.read() as connection:
        class_ids = tuple(await removals.classes_in(connection, week))
        counts = await facts.count(connection, facts.Within(class_ids, week, week))
    made = await asyncio.to_thread(make_sheets, counts, small_group, own_groups)
    sheets = {class_id: written(sheet) for (class_id, _), sheet in made.items()}
    hidden = {class_id for (class_id, _), sheet in made.items() if sheet.num_questions is None}
    async with database.write() as connection:
        seen = await told.of_week(connection, week)
        sheets |= {class_id: sheet for class_id, sheet in seen.items() if class_id not in hidden}
        await removals.keep_sheets(connection, week, sheets)
        await told.drop_week(connection, week)
    return len(sheets)
