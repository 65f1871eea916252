"""The word desk in a real browser: what compliance staff see and do."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.browser import People
from tests.e2e.school import PASSWORD, Member, School
from tests.e2e.word_page import NAME, add_word, desk, draft_bar, new_list, row
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
    tabs = record.get_by_role("tab")
    await tabs.first.focus()
    for key, place in (("ArrowLeft", 2), ("Home", 0), ("ArrowRight", 1), ("End", 2)):
        await page.keyboard.press(key)
        await expect(tabs.nth(place)).to_be_focused()
        await expect(tabs.nth(place)).to_have_attribute("aria-selected", "true")
    await expect(record.get_by_role("tabpanel", name=await tabs.last.inner_text())).to_be_visible()
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
