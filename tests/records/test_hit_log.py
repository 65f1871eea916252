"""The hit log: filtered, counted by day, paged without end, deleted in time, exported safely."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from server.records import HitQuery, Records
from server.records.days import day_of, runs, start_ms
from server.records.export import Clock, cover, export_csv, export_xlsx
from server.storage import audit
from server.storage.database import Database
from tests.records.conftest import DAY_MS, MINUTE_MS, NOW_MS, StoreHit

SHANGHAI = ZoneInfo("Asia/Shanghai")


async def _words(records: Records, query: HitQuery) -> list[str]:
    page = await records.hits.page(query, now_ms=NOW_MS, before=None, limit=100)
    assert page["total"] == len(page["hits"])
    return [hit["word"] for hit in page["hits"]]


async def test_hits_are_filtered_by_everything_that_is_known_of_them(
    records: Records, store: StoreHit
) -> None:
    """Category, action, direction, lane, list, class, the beginning of the word, and days."""
    await store(word="甲词", category="赌博", list_name="赌", lane="pinyin", class_id="7a", action="mask")
    await store(word="甲乙词", direction="answer", at_ms=NOW_MS - DAY_MS)
    await store(word="丙词", at_ms=NOW_MS - 40 * DAY_MS)
    assert await _words(records, HitQuery()) == ["甲词", "甲乙词"]
    assert await _words(records, HitQuery(word="甲乙")) == ["甲乙词"]
    for query in (
        HitQuery(category="赌博"),
        HitQuery(list_name="赌"),
        HitQuery(lane="pinyin"),
        HitQuery(class_id="7a"),
        HitQuery(action="mask"),
        HitQuery(first=day_of(NOW_MS, SHANGHAI)),
        HitQuery(category="赌博", lane="pinyin", direction="question"),
    ):
        assert await _words(records, query) == ["甲词"], query
    long_ago = day_of(NOW_MS - 40 * DAY_MS, SHANGHAI)
    assert await _words(records, HitQuery(first=long_ago, last=long_ago)) == ["丙词"]
    assert await _words(records, HitQuery(category="赌博", direction="answer")) == []


async def test_pages_follow_each_other_without_gap_or_repeat(records: Records, store: StoreHit) -> None:
    """Also where several hits came in the same millisecond."""
    for number in range(23):
        await store(word=f"词{number}", at_ms=NOW_MS - number // 5)
    seen: list[int] = []
    before = None
    while True:
        page = await records.hits.page(HitQuery(), now_ms=NOW_MS, before=before, limit=4)
        if not page["hits"]:
            break
        seen += [hit["id"] for hit in page["hits"]]
        before = (page["hits"][-1]["at_ms"], page["hits"][-1]["id"])
    assert len(seen) == len(set(seen)) == 23


async def test_whoever_is_told_days_pages_on_without_learning_a_time(
    records: Records, store: StoreHit
) -> None:
    """Pages follow each other by ids; a time that was made up leads to the beginning of its day."""
    midnight = start_ms(day_of(NOW_MS, SHANGHAI), SHANGHAI)
    for number in range(9):
        await store(word=f"词{number}", at_ms=NOW_MS - 3 * number * 3_600_000)
    seen, before = [], None
    while True:
        page = await records.hits.page(HitQuery(), now_ms=NOW_MS, before=before, limit=2, exact=False)
        if not page["hits"]:
            break
        seen += page["hits"]
        before = (page["hits"][-1]["at_ms"], page["hits"][-1]["id"])
    assert [hit["word"] for hit in seen] == [f"词{number}" for number in range(9)]
    assert {hit["at_ms"] for hit in seen} == {midnight, midnight - DAY_MS}
    pages = [
        await records.hits.page(HitQuery(), now_ms=NOW_MS, before=made_up, limit=9, exact=False)
        for made_up in ((NOW_MS - 1, 999), (midnight + 1, 999), (10**15 - 1, 999))
    ]
    assert pages[0] == pages[1] == pages[2]
    assert all(hit["at_ms"] < midnight for hit in pages[0]["hits"])


async def test_hits_are_counted_by_category_and_day(records: Records, store: StoreHit) -> None:
    """Every day of the period has a number, also where nothing happened."""
    for category, days_ago in (("自伤", 0), ("自伤", 0), ("自伤", 2), ("赌博", 1)):
        await store(category=category, at_ms=NOW_MS - days_ago * DAY_MS)
    last = day_of(NOW_MS, SHANGHAI)
    chart = await records.hits.chart(HitQuery(first=date.fromordinal(last.toordinal() - 3)), now_ms=NOW_MS)
    assert len(chart["days"]) == 4
    numbers = {each["category"]: each["numbers"] for each in chart["categories"]}
    assert numbers == {"自伤": [0, 1, 0, 2], "赌博": [0, 0, 1, 0]}
    assert chart["actions"] == {"block": 4}


@given(
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]),
    st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    st.integers(0, 250),
    st.integers(0, 10**12),
)
def test_every_moment_lies_in_its_own_day(name: str, first: date, num_days: int, moment: int) -> None:
    """Counting by dividing finds the day that the calendar says, also where clocks are changed."""
    zone = ZoneInfo(name)
    last = date.fromordinal(first.toordinal() + num_days)
    begin, end = start_ms(first, zone), start_ms(date.fromordinal(last.toordinal() + 1), zone)
    at_ms = begin + moment % (end - begin)
    (run,) = (each for each in runs(first, last, zone) if each.from_ms <= at_ms < each.to_ms)
    assert run.day((at_ms + run.offset_ms) // DAY_MS) == datetime.fromtimestamp(at_ms / 1000, zone).date()


async def test_old_hits_are_deleted_and_that_is_recorded(
    records: Records, database: Database, store: StoreHit
) -> None:
    """After so many days they are gone; the audit log has how many."""
    await store(at_ms=NOW_MS - 181 * DAY_MS)
    await store(at_ms=NOW_MS - 179 * DAY_MS)
    assert await records.hits.sweep(NOW_MS, 180) == 1
    assert await records.hits.sweep(NOW_MS, 180) == 0
    async with database.read() as connection:
        rows, total = await audit.list_page(connection, what="delete_old_hits")
    assert total == 1
    assert rows[0].detail == {"num_hits": 1, "keep_days": 180}


@pytest.mark.parametrize("word", ["=cmd()", "+1", "-1", "@x", "\t=1", "＝1"])
async def test_export_runs_no_formula(records: Records, store: StoreHit, word: str) -> None:
    """Whatever a word begins with, a spreadsheet shows it as text; both files carry the label."""
    await store(word=word, text="前文***后文", at_ms=NOW_MS - MINUTE_MS)
    found = await records.hits.all_of(HitQuery(), now_ms=NOW_MS, most=10)
    over = cover("zh", who="zhou", taken_at=datetime(2026, 11, 18, 9), label="AI 生成", num_hits=1, cut=False)
    clock = Clock(SHANGHAI, exact=True)
    read = list(csv.reader(io.StringIO(export_csv(found, over, "zh", clock, {}).decode("utf-8-sig"))))
    assert "AI 生成" in read[2]
    assert read[4][4] == "词"
    assert read[5][4] == "'" + word
    workbook = load_workbook(io.BytesIO(export_xlsx(found, over, "zh", clock, {})))
    assert "AI 生成" in workbook.properties.description
    cell = workbook.active.cell(6, 5)
    assert (cell.data_type, cell.value) == ("s", "'" + word)
    assert workbook.active.cell(6, 11).value == "前文***后文"
