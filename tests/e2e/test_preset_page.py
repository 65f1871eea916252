"""An administrator gives the desk its own texts and colours, in a real browser."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser import People, chinese_on, overflow_px
from tests.e2e.school import ADMIN, School
from tests.serving import Serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

EDIT = "编辑文字与颜色"


async def form(server: Serving, people: People, school: School, **how: object) -> Page:
    """The administrator's page with the form open."""
    page = await people.open(f"{server.url}/admin", login=school.admin.cookie, **how)  # type: ignore[arg-type]
    await page.get_by_role("button", name=EDIT).click()
    await page.get_by_role("dialog", name=EDIT).wait_for()
    return page


async def test_own_texts_and_colours_are_in_effect_at_once(
    slow_server: Serving, people: People, school: School
) -> None:
    """Saved without a restart: the next page has the name, the greeting and the accent; and back again."""
    people.tolerate("status of 422")
    page = await form(slow_server, people, school)
    dialog = page.get_by_role("dialog", name=EDIT)
    await dialog.get_by_label("单位名称").fill("晨光中学")
    await dialog.get_by_label("问候语（中文）").fill("同学你好，有什么想问的？")
    light = dialog.get_by_role("textbox", name="浅色界面")
    await light.fill("#9ad0c8")
    await expect(dialog.get_by_text("不足 4.5:1")).to_be_visible()
    await dialog.get_by_role("button", name="保存").click()
    await expect(dialog.get_by_role("alert").first).to_contain_text("对比度不足")
    await light.fill("#7a1f1f")
    await expect(dialog.get_by_text("不足 4.5:1")).to_have_count(0)
    await dialog.get_by_role("button", name="保存").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("banner")).to_contain_text("晨光中学")
    await expect(page.get_by_text("有 3 项与预设文件不同")).to_be_visible()

    chat = await people.open(slow_server.url)
    await expect(chat.get_by_text("同学你好，有什么想问的？")).to_be_visible()
    await expect(chat).to_have_title("学习答疑 · 晨光中学")
    accent = await chat.evaluate(
        "getComputedStyle(document.documentElement).getPropertyValue('--accent-light')"
    )
    assert accent == "#7a1f1f"
    assert "#7a1f1f" in await (await chat.request.get(f"{slow_server.url}/icon.svg")).text()

    await page.get_by_role("button", name="修改记录").click()
    record = page.get_by_role("dialog", name="修改记录")
    await expect(record.get_by_role("listitem")).to_have_count(3)
    await expect(record).to_contain_text("晨光中学")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name=EDIT).click()
    back = dialog.get_by_role("button", name="恢复预设")
    for _ in range(await back.count()):
        await back.first.click()
    await dialog.get_by_role("button", name="保存").click()
    await expect(page.get_by_text("全部使用预设“education”的内容")).to_be_visible()


async def test_changes_are_not_lost_by_a_slip(slow_server: Serving, people: People, school: School) -> None:
    """Esc with something changed asks first; without, the form just closes. At 360 px nothing sticks out."""
    page = await form(slow_server, people, school, width=360, height=740, theme="dark")
    assert await overflow_px(page) == 0
    dialog = page.get_by_role("dialog", name=EDIT)
    await dialog.get_by_label("示例问题（中文） 1", exact=True).fill("什么是浮力？")
    await page.keyboard.press("Escape")
    question = page.get_by_role("dialog", name="放弃改动？")
    await question.get_by_role("button", name="取消").click()
    await expect(dialog.get_by_label("示例问题（中文） 1", exact=True)).to_have_value("什么是浮力？")
    await page.keyboard.press("Escape")
    await question.get_by_role("button", name="放弃").click()
    await expect(dialog).to_have_count(0)
    await page.get_by_role("button", name=EDIT).click()
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)


async def test_form_is_english_throughout(slow_server: Serving, people: People, school: School) -> None:
    """Only the texts being edited are in both languages."""
    page = await people.open(f"{slow_server.url}/admin", login=school.admin.cookie, lang="en")
    await page.get_by_role("button", name="Edit texts and colours").click()
    await page.get_by_role("dialog").wait_for()
    left = {text for text in await chinese_on(page) if ADMIN not in text}
    assert {text.split(" · ")[-1] for text in left} <= {"答疑"}
