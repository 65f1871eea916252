"""What programs look for stands in the properties of every file, beside the label that people read."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date

from server.topics import Audience, Statistics, export_csv, export_xlsx
from tests.topics.conftest import Ask, moment


async def test_exports_carry_the_label_for_people_and_for_programs(ask: Ask, statistics: Statistics) -> None:
    """In the first line of both forms, and in the workbook's own properties, as any reader unpacks them."""
    for asker in "abc":
        await ask(asker, "2026-11-18 09:30")
    day = date(2026, 11, 18)
    now_ms = moment("2026-11-20 12:00")
    report = await statistics.report(Audience((None,)), day, day, lang="zh", now_ms=now_ms)
    assert export_csv(report, "zh").decode("utf-8-sig").splitlines()[0].strip('"') == report.label
    with zipfile.ZipFile(io.BytesIO(export_xlsx(report, "zh"))) as workbook:
        properties = workbook.read("docProps/core.xml").decode()
    assert report.label in properties and "AI" in report.label
    start = properties.index("<cp:keywords>") + len("<cp:keywords>")
    found = json.loads(properties[start : properties.index("</cp:keywords>")])
    assert found["AIGC"]["Label"] == "1"
