"""Sheets that outlive what they were counted from: as JSON and back, and the keeping of a whole week.

A sheet holds only what may be shown, and no pseudonym. When the questions of a week are removed one by one,
their sheets stay, so that the statistics of that week are ever after what they were.
"""

from __future__ import annotations

import asyncio
from typing import Any

from server.storage import facts, removals
from server.storage.database import Database
from server.topics.sheets import GroupCount, Sheet, TopicCount, make_sheets


def sheet_as_json(sheet: Sheet) -> dict[str, Any]:
    """The sheet in lists and texts."""
    return {
        "num_questions": sheet.num_questions,
        "num_askers": sheet.num_askers,
        "days": sorted(sheet.days.items()),
        "hours": sorted([weekday, hour, number] for (weekday, hour), number in sheet.hours.items()),
        "outcomes": dict(sheet.outcomes),
        "topics": {
            topic: None if count is None else [count.num_questions, count.num_askers]
            for topic, count in sheet.topics.items()
        },
        "first_tokens": sorted(sheet.first_tokens.items()),
        "groups": {
            group: [count.num_questions, count.num_askers, count.good, count.bad]
            for group, count in sheet.groups.items()
        },
        "hides_groups": sheet.hides_groups,
        "reasons": dict(sheet.reasons),
        "poor": {reason: dict(cells) for reason, cells in sheet.poor.items()},
    }


def sheet_from_json(kept: dict[str, Any]) -> Sheet:
    """The same sheet again."""
    return Sheet(
        num_questions=kept["num_questions"],
        num_askers=kept["num_askers"],
        days={int(day): number for day, number in kept["days"]},
        hours={(int(weekday), int(hour)): number for weekday, hour, number in kept["hours"]},
        outcomes=kept["outcomes"],
        topics={
            topic: None if count is None else TopicCount(*count) for topic, count in kept["topics"].items()
        },
        first_tokens={int(time_ms): number for time_ms, number in kept["first_tokens"]},
        groups={group: GroupCount(*count) for group, count in kept["groups"].items()},
        hides_groups=kept["hides_groups"],
        reasons=kept["reasons"],
        poor=kept.get("poor", {}),  # kept by an earlier version
    )


async def keep_week(database: Database, week: int, small_group: int) -> int:
    """Keep the sheets of every class of a week; how many. Those kept before stay as they are.

    Raises:
        StorageProblem: the database refused.
    """
    async with database.read() as connection:
        class_ids = tuple(await removals.classes_in(connection, week))
        counts = await facts.count(connection, facts.Within(class_ids, week, week))
    made = await asyncio.to_thread(make_sheets, counts, small_group)
    sheets = {class_id: sheet_as_json(sheet) for (class_id, _), sheet in made.items()}
    async with database.write() as connection:
        await removals.keep_sheets(connection, week, sheets)
    return len(sheets)
