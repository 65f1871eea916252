"""The word desk in a real browser: its finer settings, its looks, and how it bears many words."""

from __future__ import annotations

import re
import uuid

import pytest
from playwright.async_api import expect

from tests.e2e.browser import People, chinese_on, overflow_px
from tests.e2e.school import Member, School
from tests.e2e.word_page import NAME, OWN_DATA, add_word, desk, new_list, row
from tests.serving import Serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture(scope="module")
def staff(school: School) -> Member:
    """One of the compliance staff."""
    return school.member(NAME, "compliance")


@pytest.fixture
def list_name(school: School) -> str:
    """A name for a list of the test's own, over words as they are published."""
    school.discard_draft()
    return f"词表{uuid.uuid4().hex[:6]}"


async def test_lanes_looks_days_and_pairs_are_set_on_the_page(
    slow_server: Serving, people: People, staff: Member, list_name: str
) -> None:
    """A list's lanes, a word's own look and last day, a pair as people read it; the try-it box says why."""
    page = await desk(slow_server, people, staff)
    await new_list(page, list_name, question="打码")
    await add_word(page, "月亮枪")
    await add_word(page, "纸船 & 代写")
    tried = page.get_by_role("region", name="试一试")
    await tried.get_by_label("试验文字").fill("我要月亮木仓")
    await expect(tried.get_by_text("通道：拆字")).to_be_visible()
    await expect(tried.locator(".verdict")).to_contain_text("打码")
    await expect(row(page, "纸船 & 代写").locator(".col-word")).to_contain_text("且附近有")

    await row(page, "月亮枪").get_by_role("button", name="月亮枪 的细节").click()
    dialog = page.get_by_role("dialog", name="月亮枪")
    await dialog.get_by_label("识破变形 拆字").select_option(label="关")
    await dialog.get_by_label("打码样式").select_option(label="换成类别【…】")
    await dialog.get_by_label("最后一天").fill("2099-12-31")
    await dialog.get_by_role("button", name="保存").click()
    await expect(row(page, "月亮枪").locator(".col-particulars")).to_contain_text("至 2099-12-31")
    await expect(tried.get_by_text("没有命中，原样放行。")).to_be_visible()
    await tried.get_by_label("试验文字").fill("我要月亮枪")
    await expect(tried.locator("dd").first).to_have_text("我要【测试类】")

    await page.get_by_role("button", name=f"编辑词表 {list_name}").click()
    dialog = page.get_by_role("dialog", name="编辑词表")
    await dialog.get_by_label("拒答时说（中文）").fill("请去问老师。")
    await dialog.get_by_role("button", name="保存").click()
    await page.get_by_role("button", name="记录", exact=True).click()
    record = page.get_by_role("dialog", name="记录")
    await expect(record.get_by_role("listitem").first).to_contain_text("请去问老师。")


async def test_detectors_and_the_scope_of_allow_phrases_are_set_on_the_page(
    slow_server: Serving, people: People, staff: Member, list_name: str
) -> None:
    """A detector is chosen from a list; an allow phrase spares one category and says why."""
    page = await desk(slow_server, people, staff)
    await page.get_by_role("button", name="新建词表").first.click()
    dialog = page.get_by_role("dialog", name="新建词表")
    await dialog.get_by_label("名称").fill(list_name)
    await dialog.get_by_label("类型").select_option(label="识别器")
    await dialog.get_by_label("类别").fill("测试类")
    await dialog.get_by_role("button", name="保存").click()
    await page.get_by_label("选择识别器").select_option(label="电子邮箱")
    await page.get_by_role("button", name="添加").click()
    await expect(page.locator(".words-row .col-word", has_text="电子邮箱")).to_be_visible()
    tried = page.get_by_role("region", name="试一试")
    await tried.get_by_label("试验文字").fill("写给 a.b@example.com")
    await expect(tried.get_by_text("命中“电子邮箱”")).to_be_visible()

    lists = page.get_by_role("navigation", name="词表")
    await lists.get_by_role("button", name=re.compile("^演示词表：放行")).click()
    await row(page, "咕噜枣树").get_by_role("button", name="咕噜枣树 的细节").click()
    dialog = page.get_by_role("dialog", name="咕噜枣树")
    await dialog.get_by_role("checkbox", name="测试类").check()
    await dialog.get_by_label("理由").fill("一种树")
    await dialog.get_by_role("button", name="保存").click()
    await tried.get_by_label("试验文字").fill("咕噜枣树")
    await expect(tried.locator(".verdict")).to_contain_text("拦截")


async def test_50_000_words_open_and_scroll(
    slow_server: Serving, people: People, staff: Member, list_name: str, school: School
) -> None:
    """A list of 50,000 is there at once and can be scrolled to its end with a few dozen elements."""
    school.import_words(list_name, [f"词{number:05}条" for number in range(50_000)])
    page = await desk(slow_server, people, staff)
    lists = page.get_by_role("navigation", name="词表")
    await lists.get_by_role("button", name=re.compile(f"^{list_name}")).click()
    await expect(row(page, "词00000条")).to_be_visible()
    table = page.get_by_role("table")
    await expect(table).to_have_attribute("aria-rowcount", "50001")
    await table.evaluate("table => table.scrollTo(0, table.scrollHeight)")
    await expect(row(page, "词49999条")).to_be_visible()
    assert await table.get_by_role("row").count() < 80
    await page.get_by_label("搜索词或备注").fill("12345")
    await expect(row(page, "词12345条")).to_be_visible()
    await expect(table).to_have_attribute("aria-rowcount", "2")
    school.discard_draft()


async def test_desk_fits_a_telephone(slow_server: Serving, people: People, staff: Member) -> None:
    """At 360 px only the table scrolls sideways, in its own box."""
    page = await desk(slow_server, people, staff, width=360, height=740)
    assert await overflow_px(page) == 0
    await page.locator("summary", has_text="导出").click()
    link = page.get_by_role("link", name="CSV 表格")
    await link.scroll_into_view_if_needed()
    await expect(link).to_be_in_viewport()
    place = await link.bounding_box()
    assert place is not None
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= 360
    await page.get_by_label("试验文字").fill("一" * 300)
    await expect(link).to_be_hidden()
    await expect(page.locator(".verdict")).to_be_visible()
    assert await overflow_px(page) == 0


async def test_english_desk_is_english_throughout(
    slow_server: Serving, people: People, staff: Member, school: School
) -> None:
    """On the English desk only names, lists, words and what was typed are Chinese."""
    school.discard_draft()
    page = await desk(slow_server, people, staff, lang="en")
    await page.get_by_label("Text to try").fill("a snorflewick")
    await expect(page.locator(".verdict")).to_contain_text("Mask")
    await page.get_by_role("button", name="Record", exact=True).click()
    await expect(page.get_by_role("dialog", name="Record")).to_be_visible()
    words = [text.strip() for text in await page.locator(".words-row .col-word button").all_inner_texts()]
    data = [*words, *OWN_DATA]
    left = {text for text in await chinese_on(page) if not any(each in text for each in data)}
    assert left <= {"Words · 答疑", "答疑"}
