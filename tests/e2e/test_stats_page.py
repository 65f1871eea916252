"""The question page in a real browser: what a teacher sees, and what nobody may see."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from openpyxl import load_workbook
from playwright.async_api import Page, expect

from tests.e2e.browser import People, chinese_on, overflow_px
from tests.e2e.pupil import chatting
from tests.e2e.school import Member, School
from tests.serving import Serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

BIG, SMALL, OTHER = "七年级（三）班", "七年级（四）班", "八年级（一）班"
FIGURES = ["每天的提问", "什么时候问", "问了什么", "结果如何"]
NUM_PUPILS = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A school in which questions were asked."""

    teacher: Member
    other_teacher: Member
    big: dict[str, Any]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def asked(running_server: Serving) -> Asked:
    """Five pupils of one class, two of another and four of a third asked through the chat itself."""
    school = School(running_server)
    teacher, other = school.member("李老师", "teacher"), school.member("陈老师", "teacher")
    big = school.new_class(BIG, teacher, enrolled=42)
    small = school.new_class(SMALL, teacher)
    third = school.new_class(OTHER, other)
    school.close()

    async def pupil(code: str, *texts: str) -> None:
        async with chatting(running_server.url, class_code=code) as page:
            for text in texts:
                await page.ask(text)

    theorem, classics, blocked = "勾股定理怎么用？", "《桃花源记》里有哪些通假字？", "咕噜枣"
    await asyncio.gather(
        *(pupil(big["join_code"], theorem, classics, blocked) for _ in range(NUM_PUPILS)),
        *(pupil(small["join_code"], theorem, classics) for _ in range(2)),
        *(pupil(third["join_code"], "浮力怎么算？") for _ in range(4)),
    )
    return Asked(teacher, other, big)


async def statistics(server: Serving, people: People, who: Member, **how: Any) -> Page:
    """The question page of a teacher."""
    page = await people.open(f"{server.url}/stats", login=who.cookie, **how)
    await page.get_by_label(re.compile("^(班级|Class)$")).wait_for()
    return page


async def choose(page: Page, name: str) -> None:
    """Choose a class and wait for its numbers."""
    await page.get_by_label("班级", exact=True).select_option(label=name)
    await expect(page.locator(".results")).to_have_attribute("aria-busy", "false")


async def test_stranger_must_log_in_first(running_server: Serving, people: People) -> None:
    """Without a login /stats leads to the login page and back."""
    page = await people.open(f"{running_server.url}/stats")
    await page.wait_for_url("**/login?next=%2Fstats")


async def test_class_is_told_in_a_sentence_tiles_and_figures(
    running_server: Serving, people: People, asked: Asked
) -> None:
    """The sentence names the class and its number; four tiles and four figures say the rest."""
    page = await statistics(running_server, people, asked.teacher)
    await choose(page, BIG)
    sentence = page.locator("p.sentence")
    await expect(sentence).to_contain_text(BIG)
    await expect(sentence).to_contain_text("15")
    tiles = page.get_by_role("group", name="概况")
    await expect(tiles.get_by_role("group", name="提问", exact=True).locator("strong")).to_have_text("15")
    await expect(tiles.get_by_role("group", name="提问的人").locator("strong")).to_have_text(str(NUM_PUPILS))
    await expect(tiles.get_by_role("group", name="提问的人")).to_contain_text("共 42 人")
    await expect(tiles.get_by_role("group", name="答好了").locator("strong")).to_have_text("67%")
    await expect(tiles.get_by_role("group", name="等第一个字").locator("strong")).to_contain_text("秒")
    for name in FIGURES:
        figure = page.get_by_role("region", name=name, exact=True)
        await expect(figure.get_by_role("img")).to_be_visible()
        await expect(figure.locator("canvas").first).to_be_visible()
    await expect(page.get_by_role("img", name=re.compile("拦下 5"))).to_be_visible()


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


async def test_every_chart_has_its_table(running_server: Serving, people: People, asked: Asked) -> None:
    """The toggle shows the same numbers as a table, and the chart again."""
    page = await statistics(running_server, people, asked.teacher)
    await choose(page, BIG)
    for name, cell in zip(FIGURES, ("15", "15", "勾股定理", "问题被拦下"), strict=True):
        figure = page.get_by_role("region", name=name, exact=True)
        await figure.get_by_role("button", name=f"{name}: 看表格").click()
        await expect(figure.get_by_role("table")).to_contain_text(cell)
        await expect(figure.locator("canvas")).to_have_count(0)
        await figure.get_by_role("button", name=f"{name}: 看图").click()
        await expect(figure.get_by_role("img")).to_be_visible()


async def test_class_of_two_shows_no_number(running_server: Serving, people: People, asked: Asked) -> None:
    """Of two pupils nothing is told: no tile, no chart, no number, and why."""
    page = await statistics(running_server, people, asked.teacher)
    await choose(page, SMALL)
    await expect(page.get_by_role("heading", name="人数还不够")).to_be_visible()
    await expect(page.get_by_text("满 3 人提问之后，这里会出现图表。")).to_be_visible()
    results = page.locator(".results")
    await expect(results.get_by_role("img")).to_have_count(0)
    await expect(results.get_by_role("group")).to_have_count(0)
    sentence = (await page.locator("p.sentence").inner_text()).replace(SMALL, "").replace("3 人", "")
    assert not re.search(r"\d", sentence)


async def test_teacher_sees_own_classes_only(running_server: Serving, people: People, asked: Asked) -> None:
    """The picker lists my classes; somebody else's is refused by the server, whatever the address says."""
    people.tolerate("status of 40[34]")
    page = await statistics(running_server, people, asked.other_teacher)
    await expect(page.get_by_label("班级", exact=True).get_by_role("option")).to_have_text(["全部", OTHER])
    await expect(page.locator("p.sentence")).to_contain_text("4")
    refused = await page.evaluate(
        "async id => (await fetch(`/api/stats?class=${id}&from=2026-01-01&to=2026-12-31`)).status",
        asked.big["id"],
    )
    assert refused in (403, 404)
    await page.goto(f"{running_server.url}/stats?class={asked.big['id']}")
    await expect(page.locator("p.sentence")).to_be_visible()
    await expect(page.locator("#main")).not_to_contain_text(BIG)


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


async def test_period_without_questions_says_so(
    running_server: Serving, people: People, asked: Asked
) -> None:
    """Last week nobody asked: one sentence, no empty charts; the choice stands in the address."""
    page = await statistics(running_server, people, asked.teacher)
    await page.get_by_label("时间").select_option(label="上周")
    await expect(page.get_by_role("heading", name="这段时间没有提问")).to_be_visible()
    await expect(page.locator("canvas")).to_have_count(0)
    await page.reload()
    await expect(page.get_by_label("时间")).to_have_value("last_week")


async def test_topics_are_edited_and_kept(running_server: Serving, people: People, asked: Asked) -> None:
    """A keyword that a teacher adds is there after a reload."""
    page = await statistics(running_server, people, asked.teacher)
    await page.get_by_role("button", name="编辑主题").click()
    await page.get_by_label("查找主题或关键词").fill("勾股定理")
    subject = page.locator("details.subject").first
    keywords = subject.locator(".point").first.get_by_label("关键词（用逗号隔开）")
    before = await keywords.input_value()
    await keywords.fill(before + "，商高")
    await page.get_by_role("button", name="保存").click()
    await expect(page.get_by_text("已保存，从下一个问题开始生效").first).to_be_visible()
    await page.reload()
    await page.get_by_label("查找主题或关键词").fill("商高")
    await expect(page.locator("details.subject")).to_have_count(1)


async def test_slower_of_two_editors_decides_whose_topics_stay(
    running_server: Serving, people: People, asked: Asked
) -> None:
    """Saving over what somebody else has saved meanwhile asks first, and loses nothing that was typed."""
    people.tolerate("status of 409")
    tabs = []
    for who in (asked.teacher, asked.other_teacher):
        page = await people.open(f"{running_server.url}/stats#topics", login=who.cookie)
        await page.get_by_label("查找主题或关键词").fill("浮力")
        keywords = page.locator("details.subject .point").first.get_by_label("关键词（用逗号隔开）")
        await keywords.fill(await keywords.input_value() + f"，{who.name}的词")
        tabs.append(page)
    faster, slower = tabs
    await faster.get_by_role("button", name="保存").click()
    await expect(faster.get_by_text("已保存，从下一个问题开始生效").first).to_be_visible()
    await slower.get_by_role("button", name="保存").click()
    clash = slower.get_by_role("dialog", name="用您的主题替换别人刚保存的？")
    await clash.get_by_role("button", name="取消").click()
    await expect(slower.get_by_role("alert")).to_contain_text("别人保存了另一份")
    await expect(slower.locator("textarea").first).to_be_visible()
    await slower.get_by_role("button", name="保存").click()
    await clash.get_by_role("button", name="替换").click()
    await expect(slower.get_by_text("已保存，从下一个问题开始生效").first).to_be_visible()


async def test_page_fits_a_telephone(running_server: Serving, people: People, asked: Asked) -> None:
    """At 360 px nothing is wider than the screen, chart or table, in the dark too."""
    page = await statistics(running_server, people, asked.teacher, width=360, height=740, theme="dark")
    await choose(page, BIG)
    await expect(page.locator("canvas").first).to_be_visible()
    assert await overflow_px(page) == 0
    await page.get_by_role("button", name="每天的提问: 看表格").click()
    await expect(
        page.get_by_role("region", name="每天的提问", exact=True).get_by_role("table")
    ).to_be_visible()
    assert await overflow_px(page) == 0


async def test_english_page_is_english_throughout(
    running_server: Serving, people: People, asked: Asked
) -> None:
    """Only the names of classes and teachers, and the organisation, are Chinese on the English page."""
    page = await statistics(running_server, people, asked.teacher, lang="en")
    await page.get_by_label("Class", exact=True).select_option(label=BIG)
    await expect(page.locator("p.sentence")).to_contain_text(BIG)
    to_tables = page.get_by_role("button", name=re.compile("table", re.IGNORECASE))
    await expect(to_tables).to_have_count(len(FIGURES))
    for left_over in reversed(range(len(FIGURES))):
        await to_tables.first.click()
        await expect(to_tables).to_have_count(left_over)
    data = (BIG, SMALL, "李老师", "勾股定理", "通假字")
    left = {text for text in await chinese_on(page) if not any(each in text for each in data)}
    assert left <= {"Questions · 答疑", "答疑"}
