"""The question page in a real browser: what a teacher sees, and what nobody may see."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.e2e.asked import BIG, FIGURES, NUM_PUPILS, OTHER, SMALL, Asked, choose, statistics
from tests.e2e.asked import asked as asked
from tests.e2e.browser import People, chinese_on, overflow_px
from tests.e2e.school import School
from tests.serving import Serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


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
    waiting = tiles.get_by_role("group", name="等教师回复")
    await expect(waiting.locator("strong")).to_have_text("0")
    await expect(waiting).to_contain_text("秒")
    for name in FIGURES:
        figure = page.get_by_role("region", name=name, exact=True)
        await expect(figure.get_by_role("img")).to_be_visible()
        await expect(figure.locator("canvas").first).to_be_visible()
    await expect(page.get_by_role("img", name=re.compile("拦下 5"))).to_be_visible()


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


async def test_what_is_said_covers_nothing_that_one_works_on(
    running_server: Serving, people: People, asked: Asked
) -> None:
    """On a phone, a note about a led session stays clear of the row that was touched, wherever that is."""
    school = School.known(running_server, asked.admin)
    room = school.new_class("六年级（一）班", asked.teacher)
    school.choose_stage(room["id"], "primary")
    school.close()
    page = await statistics(running_server, people, asked.teacher, width=360, height=560)
    await choose(page, "六年级（一）班")
    row, note = page.locator(".led"), page.locator(".toast")
    for name, top in (("带领提问", 440), ("结束带领", 120)):
        button = row.get_by_role("button", name=name)
        await button.evaluate("(it, top) => scrollTo(0, scrollY + it.getBoundingClientRect().top - top)", top)
        await button.click()
        await expect(row.get_by_role("button", name=name)).to_have_count(0)
        await note.last.wait_for()
        here, there = await row.bounding_box(), await note.last.bounding_box()
        assert here is not None and there is not None
        assert there["y"] + there["height"] <= here["y"] or here["y"] + here["height"] <= there["y"]
