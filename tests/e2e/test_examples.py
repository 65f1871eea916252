"""The first minutes: examples are loaded with a click, a pupil is answered from them, and they go again."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.browser import People, overflow_px
from tests.e2e.chat_page import answered, ask
from tests.e2e.school import School
from tests.serving import Serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_examples_are_loaded_used_and_taken_away(
    slow_server: Serving, people: People, school: School
) -> None:
    """Offered first on a new administrator's page; at 360 px, too."""
    page = await people.open(
        f"{slow_server.url}/admin", login=school.admin.cookie, width=360, height=740, theme="dark"
    )
    await expect(page.get_by_role("heading", level=2).first).to_have_text("示例知识库")
    await page.get_by_role("button", name="载入示例").click()
    await expect(page.get_by_text("已载入 28 条标准答案和 4 份文档，都标有“示例”。")).to_be_visible()
    assert await overflow_px(page) == 0
    chat = await people.open(slow_server.url)
    await ask(chat, "勾股定理是什么？")
    await answered(chat)
    await expect(chat.get_by_text("直角三角形两条直角边的平方和等于斜边的平方")).to_be_visible()
    await page.get_by_role("button", name="移除示例").click()
    await expect(page.get_by_role("button", name="载入示例")).to_be_visible()
    await ask(chat, "圆的面积怎么算？")
    await answered(chat)
    await expect(chat.get_by_text("您问的是：圆的面积怎么算？")).to_be_visible()
