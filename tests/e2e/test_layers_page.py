"""Layers and names in a real browser: a list for one class, a list of names, and a pupil who notices both."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser import People, overflow_px
from tests.e2e.school import School
from tests.serving import Serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ONE, OTHER = "九年级（一）班", "九年级（二）班"


async def ask(page: Page, text: str) -> None:
    """Type a question and send it."""
    question = page.get_by_label("输入问题")
    await question.fill(text)
    await question.press("Enter")


async def test_a_class_has_words_and_names_of_its_own(
    slow_server: Serving, people: People, school: School
) -> None:
    """Set on the pages, tried as that class, and felt by its pupils only."""
    people.tolerate("status of 422")
    codes = [school.new_class(name)["join_code"] for name in (ONE, OTHER)]
    pupil, stranger = [await people.open(f"{slow_server.url}/#join={code}") for code in codes]
    for page in (pupil, stranger):
        await page.get_by_role("dialog").get_by_role("button", name="加入").click()
        await expect(page.get_by_role("dialog")).to_have_count(0)

    staff = school.member("合规小林", "compliance")
    desk = await people.open(f"{slow_server.url}/words", login=staff.cookie)
    await desk.get_by_role("button", name="新建词表").first.click()
    dialog = desk.get_by_role("dialog", name="新建词表")
    await dialog.get_by_label("名称").fill("一班词表")
    await dialog.get_by_label("类别").fill("班规")
    await dialog.get_by_label("适用范围").select_option(label=ONE)
    await dialog.get_by_role("button", name="保存").click()
    lists = desk.get_by_role("navigation", name="词表")
    await expect(lists.get_by_role("heading", name=f"{ONE} 0")).to_be_visible()
    await desk.get_by_label("新词", exact=True).fill("纸飞机糕")
    await desk.get_by_role("button", name="添加").click()
    await expect(lists.get_by_role("heading", name=f"{ONE} 1")).to_be_visible()
    tried = desk.get_by_role("region", name="试一试")
    await tried.get_by_label("试验文字").fill("纸飞机糕")
    await expect(tried.get_by_text("没有命中，原样放行。")).to_be_visible()
    await tried.get_by_label("以谁的身份试").select_option(label=ONE)
    await expect(tried.locator(".verdict")).to_contain_text("拦截")
    await desk.locator(".draft-bar").get_by_role("button", name="发布").click()
    await desk.get_by_role("dialog", name="发布草稿").get_by_role("button", name="发布").click()
    await expect(desk.get_by_text(re.compile(r"第 \d+ 版已生效"))).to_be_visible()
    await ask(pupil, "纸飞机糕好吃吗")
    await expect(pupil.get_by_role("alert")).to_contain_text("这个问题我不能回答")
    await ask(stranger, "纸飞机糕好吃吗")
    await expect(stranger.locator(".prose")).to_contain_text("纸飞机糕好吃吗")
    await desk.get_by_role("button", name="编辑词表 一班词表").click()
    await desk.set_viewport_size({"width": 360, "height": 740})
    assert await overflow_px(desk) == 0

    admin = await people.open(f"{slow_server.url}/admin", login=school.admin.cookie, width=360, height=740)
    row = admin.get_by_role("listitem").filter(has=admin.get_by_text(ONE, exact=True))
    await row.get_by_role("button", name="编辑").click()
    dialog = admin.get_by_role("dialog", name=f"编辑“{ONE}”")
    names = dialog.get_by_label("名单（每行一个姓名）")
    await names.fill("张小伟\n李")
    await dialog.get_by_role("button", name="保存").click()
    await expect(dialog.get_by_text("第 2 行不像姓名")).to_be_visible()
    assert await overflow_px(admin) == 0
    await names.fill("张小伟\n李小龙")
    await dialog.get_by_role("button", name="保存").click()
    await expect(dialog).to_have_count(0)
    await row.get_by_role("button", name="编辑").click()
    await expect(names).to_have_value("张小伟\n李小龙")
    await ask(pupil, "張小偉的作业是什么")
    await expect(pupil.locator(".prose")).to_contain_text("***的作业是什么")
