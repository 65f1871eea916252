"""Hits of words as counts: by category and action, none of few people, none of another class."""

from __future__ import annotations

import asyncio
from datetime import date
from itertools import pairwise

from server.storage import verdicts
from server.storage.database import Database
from server.storage.verdicts import StoredVerdict
from server.topics import Audience, SafetyStatistics
from tests.topics.conftest import moment


async def test_hits_are_counted_by_category_and_hidden_where_few(database: Database) -> None:
    """Three people are enough; two are not, and are not added to anything that is shown."""
    hits = [
        StoredVerdict(moment(at), None, None, asker, class_id, direction, action, category, "w", "plain", 1)
        for at, asker, class_id, direction, action, category in (
            *(("2026-11-16 00:00", asker, "7a", "question", "block", "暴力") for asker in "abc"),
            *(("2026-11-22 23:59", asker, "7a", "answer", "mask", "暴力") for asker in "ab"),
            *(("2026-11-18 09:00", asker, "7a", "question", "log", "广告") for asker in "ab"),
            *(("2026-11-23 00:00", asker, "7a", "question", "block", "暴力") for asker in "abc"),
            *(("2026-11-18 09:00", asker, "7b", "question", "block", "暴力") for asker in "abcd"),
        )
    ]
    async with database.write() as connection:
        await verdicts.record_many(connection, hits)
    safety = SafetyStatistics(database, small_group=3, timezone="Asia/Shanghai")
    report = await safety.report(Audience(("7a",)), date(2026, 11, 16), date(2026, 11, 22), lang="zh")
    violence, advertising = report.categories
    assert (violence.category, violence.questions, violence.answers) == (
        "暴力",
        {"block": 3},
        {"mask": None},
    )
    assert (violence.total, advertising.total, report.hides) == (3, None, True)


async def test_a_small_class_has_its_own_number(database: Database) -> None:
    """Where it takes fewer to see who it was, more people must stand behind a number; as in every table."""
    at_ms = moment("2026-11-18 09:00")
    hits = [
        StoredVerdict(at_ms, None, None, who, class_id, "question", "review", "暴力", "w", "plain", 1)
        for class_id, askers in (("7a", "abcd"), ("7b", "abcd"))
        for who in askers
    ]
    async with database.write() as connection:
        await verdicts.record_many(connection, hits)

    async def own_groups() -> dict[str, int]:
        return {"7b": 5}

    safety = SafetyStatistics(database, small_group=3, timezone="Asia/Shanghai", own_groups=own_groups)
    day = date(2026, 11, 18)
    shown = {}
    for class_id in ("7a", "7b"):
        (row,) = (await safety.report(Audience((class_id,)), day, day, lang="zh")).categories
        shown[class_id] = row.questions
    assert shown == {"7a": {"review": 4}, "7b": {"review": None}}


async def test_a_category_of_few_people_does_not_come_out_of_all_that_was_blocked(database: Database) -> None:
    """How many questions were blocked stands elsewhere on the page, so one category more is hidden."""
    asked = [*(("暴力", who) for who in "abcd"), *(("赌博", who) for who in "abc"), ("广告", "a")]
    at_ms = moment("2026-11-18 09:00")
    hits = [
        StoredVerdict(at_ms, None, None, who, "7a", "question", "block", category, "w", "plain", 1)
        for category, who in asked
    ]
    async with database.write() as connection:
        await verdicts.record_many(connection, hits)
    safety = SafetyStatistics(database, small_group=3, timezone="Asia/Shanghai")
    day = date(2026, 11, 18)
    report = await safety.report(Audience(("7a",)), day, day, lang="zh")
    assert {row.category: row.total for row in report.categories} == {"暴力": 4, "赌博": None, "广告": None}


async def test_one_more_hit_between_two_looks_is_not_told(database: Database) -> None:
    """Nor is it after a restart; three more people's hits are."""
    at_ms = moment("2026-11-18 09:00")
    day = date(2026, 11, 18)

    async def hit(askers: str, category: str = "暴力") -> None:
        hits = [
            StoredVerdict(at_ms, None, None, who, "7a", "question", "block", category, "w", "plain", 1)
            for who in askers
        ]
        async with database.write() as connection:
            await verdicts.record_many(connection, hits)

    async def look() -> dict[str, int | None]:
        safety = SafetyStatistics(database, small_group=3, timezone="Asia/Shanghai")
        report = await safety.report(Audience(("7a",)), day, day, lang="zh")
        return {row.category: row.total for row in report.categories}

    await hit("abcdef")
    assert await look() == {"暴力": 6}
    await hit("g")
    await hit("hh", "赌博")
    assert await look() == {"暴力": 6}
    await hit("ijk")
    assert await look() == {"暴力": 6}, "the rest of what was blocked would be one person's"
    await hit("ilm", "赌博")
    assert await look() == {"暴力": 6, "赌博": 3}
    await hit("nop")
    assert await look() == {"暴力": 9, "赌博": 3}


async def test_two_who_look_at_once_see_the_same_and_hold_up_nobody(database: Database) -> None:
    """What the first one was shown binds the second; it is worked out while others may write."""
    at_ms = moment("2026-11-18 09:00")

    async def hit(*askers: str) -> None:
        rows = [
            StoredVerdict(at_ms, None, None, who, "7a", "question", "block", "暴力", "w", "plain", 1)
            for who in askers
        ]
        async with database.write() as connection:
            await verdicts.record_many(connection, rows)

    safety = SafetyStatistics(database, small_group=3, timezone="Asia/Shanghai")
    day = date(2026, 11, 18)

    async def look() -> int:
        (row,) = (await safety.report(Audience(("7a",)), day, day, lang="zh")).categories
        return row.total or 0

    await hit(*"abc")
    seen = [await look()]
    for askers in ("d", "ef", "g"):
        one, _, other = await asyncio.gather(look(), hit(*askers), look())
        seen += [one, other]
    steps = sorted({*seen, await look()})
    assert steps[0] == 3
    assert all(after - before >= 3 for before, after in pairwise(steps))
