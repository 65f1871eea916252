"""The word desk in a real browser: what compliance staff see and do."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.browser import People, chinese_on, overflow_px
from tests.e2e.school import PASSWORD, Member, School
from tests.serving import Serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NAME = "合规小周"
# What these tests and the shipped lists bring in Chinese.
OWN_DATA = [
    NAME,
    "王主任",
    "演示",
    "请去问老师",
    "月亮枪",
    "纸船",
    "电子邮箱",
    "家长来信",
    "词表",
    "测试类",
    "灰兔",
    "紫云",
    "船糕",
    "车糕",
    "词0",
]


@pytest.fixture(scope="module")
def staff(school: School) -> Member:
    """One of the compliance staff."""
    return school.member(NAME, "compliance")


@pytest.fixture
def list_name(school: School) -> str:
    """A name for a list of the test's own, over words as they are published."""
    school.discard_draft()
    return f"词表{uuid.uuid4().hex[:6]}"


async def desk(server: Serving, people: People, staff: Member, **how: object) -> Page:
    """The word desk of a logged-in person."""
    page = await people.open(f"{server.url}/words", login=staff.cookie, **how)  # type: ignore[arg-type]
    await page.get_by_role("table").wait_for()
    return page


async def new_list(page: Page, name: str, *, question: str = "拦截") -> None:
    """Make a list and have it open."""
    await page.get_by_role("button", name="新建词表").first.click()
    dialog = page.get_by_role("dialog", name="新建词表")
    await dialog.get_by_label("名称").fill(name)
    await dialog.get_by_label("类别").fill("测试类")
    await dialog.get_by_label("提问 · 处理").first.select_option(label=question)
    await dialog.get_by_role("button", name="保存").click()
    await expect(page.get_by_role("region", name=name)).to_be_visible()


async def add_word(page: Page, text: str) -> None:
    """Add a word to the open list."""
    await page.get_by_label("新词", exact=True).fill(text)
    await page.get_by_role("button", name="添加").click()
    await expect(row(page, text)).to_be_visible()


def row(page: Page, text: str) -> Locator:
    """The row of a word."""
    return page.get_by_role("row").filter(has=page.get_by_role("checkbox", name=f"选择 {text}", exact=True))


def draft_bar(page: Page) -> Locator:
    """What is only there while a draft is."""
    return page.locator(".draft-bar")


async def test_stranger_logs_in_and_comes_to_the_desk(
    slow_server: Serving, people: People, staff: Member
) -> None:
    """Without a login /words leads to the login; a wrong password is said; the right one leads back."""
    people.tolerate("status of 401")
    page = await people.open(f"{slow_server.url}/words")
    await page.wait_for_url("**/login?next=*")
    await page.get_by_label("用户名").fill(staff.name)
    await page.get_by_label("密码", exact=True).fill("wrong-password")
    await page.get_by_role("button", name="登录", exact=True).click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_label("密码", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="登录", exact=True).click()
    await page.wait_for_url("**/words")
    await expect(page.get_by_role("navigation", name="词表").get_by_text("演示词表：拦截")).to_be_visible()
    await expect(draft_bar(page)).to_have_count(0)


async def test_teacher_is_told_kindly_that_this_is_not_theirs(
    slow_server: Serving, people: People, school: School
) -> None:
    """A teacher at /words reads whose page it is and where to go, and sees no word."""
    teacher = school.member("走错门的老师", "teacher")
    page = await people.open(f"{slow_server.url}/words", login=teacher.cookie)
    await expect(page.get_by_role("heading", name="这个页面不对您的账号开放")).to_be_visible()
    await expect(page.get_by_text("走错门的老师").first).to_be_visible()
    await expect(page.get_by_role("link", name="去答疑页")).to_be_visible()
    await expect(page.get_by_role("table")).to_have_count(0)
    places = page.get_by_role("navigation", name="页面").get_by_role("link")
    await expect(places).to_have_text(["答疑", "提问统计", "文档", "标准答案"])


async def test_published_word_is_in_force_at_the_next_question(
    slow_server: Serving, people: People, staff: Member, list_name: str
) -> None:
    """From an empty list to a refused question on a chat page that stayed open all the time."""
    pupil = await people.open(slow_server.url)
    question = pupil.get_by_label("输入问题")
    await question.fill("蓝胡子饼干好吃吗？")
    await question.press("Enter")
    await expect(pupil.locator(".prose")).to_contain_text("蓝胡子饼干好吃吗？")

    page = await desk(slow_server, people, staff)
    await new_list(page, list_name)
    await expect(page.get_by_text("这个词表还没有内容。")).to_be_visible()
    await add_word(page, "蓝胡子饼干")
    tried = page.get_by_role("region", name="试一试")
    await tried.get_by_label("试验文字").fill("我要吃藍鬍子 餅干")
    await expect(tried.locator(".verdict")).to_contain_text("拦截")
    await expect(tried.locator("mark")).to_have_text("藍鬍子 餅干")
    await expect(tried.get_by_text(f"命中“蓝胡子饼干” · {list_name} · 测试类 · 拦截")).to_be_visible()
    await expect(tried.locator("code")).to_contain_text("蓝胡子")
    await tried.get_by_text("已发布", exact=True).click()
    await expect(tried.get_by_text("没有命中，原样放行。")).to_be_visible()

    await question.fill("蓝胡子饼干还有吗？")
    await question.press("Enter")
    await expect(pupil.locator(".prose")).to_have_count(2)
    await expect(pupil.locator(".answer[aria-busy]")).to_have_count(0)
    sockets: list[str] = []
    pupil.on("websocket", lambda socket: sockets.append(socket.url))
    await expect(draft_bar(page)).to_contain_text("草稿有 2 处改动")
    await draft_bar(page).get_by_role("button", name="发布").click()
    dialog = page.get_by_role("dialog", name="发布草稿")
    await dialog.get_by_label("说明").fill("家长来信")
    await dialog.get_by_role("button", name="发布").click()
    await expect(page.get_by_text(re.compile(r"第 \d+ 版已生效"))).to_be_visible()
    await question.fill("蓝胡子饼干最后一次")
    await question.press("Enter")
    await expect(pupil.get_by_role("alert")).to_contain_text("这个问题我不能回答")
    assert sockets == [], "the chat page had to connect anew"
    await expect(draft_bar(page)).to_have_count(0)
    await expect(tried.locator(".verdict")).to_contain_text("拦截")

    await page.get_by_role("button", name="记录", exact=True).click()
    record = page.get_by_role("dialog", name="记录")
    await expect(record.get_by_role("listitem").filter(has_text="蓝胡子饼干").first).to_contain_text(NAME)
    await record.get_by_role("tab", name="版本").click()
    await expect(record.get_by_role("listitem").filter(has_text="家长来信")).to_contain_text(NAME)


async def test_words_are_edited_in_place_switched_off_searched_and_deleted(
    slow_server: Serving, people: People, staff: Member, list_name: str
) -> None:
    """A row is edited where it stands; every change reaches the try-it box; discarding takes it all back."""
    page = await desk(slow_server, people, staff)
    await new_list(page, list_name)
    for word in ("灰兔糖", "灰兔饼", "紫云茶"):
        await add_word(page, word)
    await row(page, "灰兔糖").get_by_role("button", name="编辑 词 灰兔糖").click()
    await page.get_by_role("row").get_by_label("词", exact=True).fill("灰兔软糖")
    await page.keyboard.press("Enter")
    await expect(row(page, "灰兔软糖")).to_be_visible()
    await row(page, "灰兔软糖").get_by_label("灰兔软糖 提问").select_option(label="打码")
    tried = page.get_by_role("region", name="试一试")
    await tried.get_by_label("试验文字").fill("灰兔软糖")
    await expect(tried.locator(".verdict")).to_contain_text("打码")
    await expect(tried.locator("dd").first).to_have_text("****")
    await row(page, "灰兔软糖").get_by_role("checkbox", name="灰兔软糖 启用").uncheck()
    await expect(tried.get_by_text("没有命中，原样放行。")).to_be_visible()
    await page.get_by_role("button", name="记录", exact=True).click()
    record = page.get_by_role("dialog", name="记录")
    for said in ("启用：启用 → 已停用", "提问：同词表 → 打码", "词：灰兔糖 → 灰兔软糖"):
        await expect(record.get_by_role("listitem").filter(has_text=said).first).to_contain_text(NAME)
    await record.get_by_role("button", name="关闭").click()

    await page.get_by_label("搜索词或备注").fill("灰兔")
    await expect(page.get_by_role("table").get_by_role("row")).to_have_count(3)  # with the head
    await page.get_by_role("checkbox", name="选择已载入的全部").check()
    await page.get_by_role("region", name="已选 2 条").get_by_role("button", name="删除").click()
    dialog = page.get_by_role("dialog", name="删除 2 条？")
    await dialog.get_by_role("button", name="删除").click()
    await expect(page.get_by_text("没有找到“灰兔”。")).to_be_visible()
    await page.get_by_label("搜索词或备注").fill("")
    await expect(row(page, "紫云茶")).to_be_visible()

    await draft_bar(page).get_by_role("button", name="放弃草稿").click()
    dialog = page.get_by_role("dialog", name=re.compile("放弃 .* 处改动？"))
    await dialog.get_by_role("button", name="放弃草稿").click()
    await expect(draft_bar(page)).to_have_count(0)
    await expect(page.get_by_role("navigation", name="词表")).not_to_contain_text(list_name)


async def test_import_names_every_bad_line_and_export_comes_back(
    slow_server: Serving, people: People, staff: Member, list_name: str, tmp_path: Path
) -> None:
    """A file with two bad lines imports nothing; mended, it is shown and imported; its export can be read."""
    people.tolerate("status of 422")
    page = await desk(slow_server, people, staff)
    await new_list(page, list_name)
    bad = (
        "text,question_action,answer_action,match,note\n"
        "风车糕,block,mask,auto,\n水车糕,explode,mask,auto,\n纸船糕,log,log,sometimes,\n"
    )
    await page.get_by_role("button", name="导入").click()
    dialog = page.get_by_role("dialog", name="导入词表")
    chosen = dialog.get_by_label("文件（文本、CSV 或 JSON；UTF-8 或 GB18030）")
    await chosen.set_input_files({"name": "坏.csv", "mimeType": "text/csv", "buffer": bad.encode()})
    await dialog.get_by_role("button", name="预览").click()
    await expect(dialog.get_by_text("文件有 2 处错误，什么都没有导入。")).to_be_visible()
    lines = dialog.get_by_role("table").get_by_role("row")
    await expect(lines).to_have_count(3)
    await expect(lines.nth(1)).to_contain_text("3")
    await expect(lines.nth(1)).to_contain_text("水车糕")
    await expect(lines.nth(2)).to_contain_text("4")
    good = bad.replace("explode", "block").replace("sometimes", "whole")
    await dialog.get_by_label("来源").fill("市教育局第 3 号")
    await dialog.get_by_label("许可").fill("内部使用")
    await chosen.set_input_files({"name": "好.csv", "mimeType": "text/csv", "buffer": good.encode()})
    await dialog.get_by_role("button", name="预览").click()
    await expect(dialog.get_by_text("新增 3 条，已有 0 条。")).to_be_visible()
    await expect(row(page, "风车糕")).to_have_count(0)
    await dialog.get_by_role("button", name="导入 3 条").click()
    await expect(dialog).to_have_count(0)
    for word in ("风车糕", "水车糕", "纸船糕"):
        await expect(row(page, word)).to_be_visible()

    await page.get_by_role("button", name="记录", exact=True).click()
    record = page.get_by_role("dialog", name="记录")
    await record.get_by_role("tab", name="导入").click()
    imported = record.get_by_role("listitem").filter(has_text="市教育局第 3 号").first
    await expect(imported).to_contain_text("内部使用")
    await record.get_by_role("button", name="关闭").click()

    await page.locator("summary", has_text="导出").click()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="CSV 表格").click()
    file = tmp_path / "export.csv"
    await (await download.value).save_as(file)
    assert "水车糕" in file.read_text("utf-8-sig")
    await page.get_by_role("button", name="导入").click()
    await chosen.set_input_files(file)
    await dialog.get_by_role("button", name="预览").click()
    await expect(dialog.get_by_text("新增 0 条，已有 3 条。")).to_be_visible()
    await dialog.get_by_role("button", name="关闭").click()


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
