"""The report as a CSV file."""

from __future__ import annotations

import csv
import io
from datetime import date

from server.topics import Audience, Statistics, TopicDesk, export_csv, export_name
from tests.topics.conftest import Ask, moment


async def exported(statistics: Statistics, lang: str = "zh", name: str | None = None) -> list[list[str]]:
    """The rows of the file of one week, read as a spreadsheet would."""
    report = await statistics.report(
        Audience((None,), name),
        date(2026, 11, 16),
        date(2026, 11, 22),
        lang="zh",
        now_ms=moment("2026-11-25 12:00"),
    )
    data = export_csv(report, "en" if lang == "en" else "zh")
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


async def test_export_holds_what_the_page_shows(statistics: Statistics, ask: Ask) -> None:
    """The label that AI is at work, the sentence, and every table."""
    for pupil in ("ann", "bo", "cy"):
        await ask(pupil, "2026-11-16 10:00", "勾股定理")
    rows = await exported(statistics)
    assert "AI 生成" in rows[0][0]
    assert rows[1][0].startswith("上周共 3 人提了 3 个问题")
    assert ["2026-11-16", "3", "0"] in rows
    assert ["1", "10", "3"] in rows
    assert ["数学", "勾股定理", "3", "3"] in rows
    assert ["已回答", "3"] in rows


async def test_export_hides_what_the_page_hides(statistics: Statistics, ask: Ask) -> None:
    """The file is no way around the page."""
    for pupil in ("ann", "bo"):
        await ask(pupil, "2026-11-16 10:00", "勾股定理")
    rows = await exported(statistics)
    assert ["提问数", "未显示"] in rows
    assert ["2026-11-16", "未显示", "0"] in rows
    assert not any("勾股定理" in cell for row in rows for cell in row)


async def test_export_runs_no_formula(statistics: Statistics, ask: Ask, desk: TopicDesk) -> None:
    """A topic or a class called like a formula is text in a spreadsheet."""
    evil = {"id": "x", "name_zh": "=1+1", "name_en": "@x", "keywords": ["苹果"]}
    await desk.replace([evil], "zh")
    for pupil in ("ann", "bo", "cy"):
        await ask(pupil, "2026-11-16 10:00", "苹果")
    rows = await exported(statistics)
    assert ["'=1+1", "'=1+1", "3", "3"] in rows


async def test_export_is_named_after_its_weeks(statistics: Statistics) -> None:
    """Two files of two weeks do not overwrite each other."""
    report = await statistics.report(
        Audience((None,)),
        date(2026, 11, 16),
        date(2026, 11, 16),
        lang="zh",
        now_ms=moment("2026-11-25 12:00"),
    )
    assert export_name(report) == "dayi-20261116-20261122.csv"
