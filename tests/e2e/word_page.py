"""The word desk in a browser: what its tests share."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from tests.e2e.browser import People
from tests.e2e.school import Member
from tests.serving import Serving

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
