"""The tables of the question page in a real browser, and the files that it writes and reads."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.async_api import expect

from tests.e2e.asked import BIG, NUM_PUPILS, Asked, choose, statistics
from tests.e2e.asked import asked as asked
from tests.e2e.browser import People, overflow_px
from tests.e2e.school import School
from tests.serving import Serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_groups_are_seen_merged_and_parted(
    running_server: Serving, people: People, asked: Asked
) -> None:
    """A row for each question that enough pupils asked; merged by hand in two clicks, and taken back."""
    page = await statistics(running_server, people, asked.teacher)
    await choose(page, BIG)
    rows = page.get_by_role("region", name="相似的问题").locator("tbody tr")
    await expect(rows).to_have_count(2)
    theorem = rows.filter(has_text="勾股定理怎么用")
    await expect(theorem.locator("td").nth(1)).to_have_text(str(NUM_PUPILS))
    await expect(page.locator("#main")).not_to_contain_text("咕噜枣")
    await theorem.get_by_role("button", name="合并…").click()
    await page.get_by_role("dialog").get_by_role("button", name="合并", exact=True).click()
    await expect(rows).to_have_count(1)
    await expect(rows.first.locator("td").nth(2)).to_have_text("10")
    await page.get_by_role("button", name="撤销", exact=True).click()
    await expect(rows).to_have_count(2)
    await rows.first.get_by_role("button", name="不是一回事…").click()
    await page.get_by_label("这一组里含有某个词的问题").check()
    await page.get_by_label("含有的词").fill("证明")
    await page.get_by_role("dialog").get_by_role("button", name="分出去").click()
    await expect(page.get_by_text("以后含有「证明」的问题单独成组")).to_be_visible()


async def test_poor_answers_have_their_reasons(running_server: Serving, people: People, asked: Asked) -> None:
    """The second tab, reached by keyboard, says why and how often."""
    page = await statistics(running_server, people, asked.teacher)
    await choose(page, BIG)
    await page.get_by_role("tab", name="相似的问题").focus()
    await page.keyboard.press("ArrowRight")
    row = page.get_by_role("tabpanel").get_by_role("row", name=re.compile("问题被拦下"))
    await expect(row).to_contain_text(str(NUM_PUPILS))


async def test_export_is_a_file_for_a_spreadsheet(
    running_server: Serving, people: People, asked: Asked, tmp_path: Path
) -> None:
    """The CSV begins with a mark of its encoding, carries the AI label, the numbers and the groups."""
    page = await statistics(running_server, people, asked.teacher)
    await choose(page, BIG)
    async with page.expect_download() as download:
        await page.get_by_role("link", name="导出 CSV").click()
    file = tmp_path / "stats.csv"
    await (await download.value).save_as(file)
    content = file.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    assert "AI" in text
    assert BIG in text
    assert "咕噜枣" not in text  # nothing of a blocked question
    assert "浮力" not in text  # nor of somebody else's class
    rows = list(csv.reader(io.StringIO(text)))
    assert any("15" in row for row in rows)
    assert any("勾股定理" in cell for row in rows for cell in row)


async def test_export_is_a_workbook_too(
    running_server: Serving, people: People, asked: Asked, tmp_path: Path
) -> None:
    """The XLSX opens in a reader of such files and holds the page's numbers and groups."""
    page = await statistics(running_server, people, asked.teacher)
    await choose(page, BIG)
    async with page.expect_download() as download:
        await page.get_by_role("link", name="导出 XLSX").click()
    await (await download.value).save_as(tmp_path / "stats.xlsx")
    book = load_workbook(tmp_path / "stats.xlsx")
    cells = [str(cell) for row in book.worksheets[0].values for cell in row if cell is not None]
    assert any("勾股定理怎么用" in cell for cell in cells)
    assert "AI" in cells[0]
    assert "AI" in book.properties.description


async def test_topics_are_suggested_and_read_from_a_file(
    running_server: Serving, people: People, asked: Asked, tmp_path: Path
) -> None:
    """What a file holds replaces the draft, nothing more; the exported file can be read in again."""
    page = await statistics(running_server, people, asked.teacher)
    await page.get_by_role("button", name="编辑主题").click()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="导出主题").click()
    await (await download.value).save_as(tmp_path / "topics.json")
    await page.locator("input[type=file]").set_input_files(tmp_path / "topics.json")
    await expect(page.get_by_text("已读入，检查后保存才生效")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="没有修改")).to_be_visible()
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{}", encoding="utf-8")
    await page.locator("input[type=file]").set_input_files(wrong)
    await expect(page.get_by_text("不是主题文件")).to_be_visible()


async def test_wordings_and_weeks_are_for_those_who_may_see_them(
    running_server: Serving, people: People, asked: Asked
) -> None:
    """Without a right there is no button; with both a dialog tells both, by keyboard, on a phone."""
    school = School.known(running_server, asked.admin)
    deputy = school.member("赵老师", "admin")
    page = await statistics(running_server, people, deputy, width=360, height=800)
    await choose(page, BIG)
    rows = page.get_by_role("region", name="相似的问题").locator("tbody tr")
    await expect(rows.first).to_be_visible()
    await expect(page.get_by_role("button", name="详情…")).to_have_count(0)
    for right in ("see_text", "see_dates"):
        school.allow(deputy, right)
    school.close()
    await page.reload()
    theorem = rows.filter(has_text="勾股定理怎么用")
    details = theorem.get_by_role("button", name="详情…")
    await details.focus()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="勾股定理怎么用？")
    await expect(dialog.get_by_role("list", name="单条问法").locator("li")).to_have_text(["勾股定理怎么用？"])
    weeks = dialog.get_by_role("region", name="哪几周问过").locator("tbody tr")
    await expect(weeks.first.locator("td").first).to_have_text("5")
    assert await overflow_px(page) == 0
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(details).to_be_focused()
