"""A login that ends while somebody works at a desk, in a real browser: nothing that was written is lost."""

from __future__ import annotations

import uuid

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.e2e.browser import People
from tests.e2e.school import PASSWORD, Member, School
from tests.serving import Serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture(scope="module")
def staff(school: School) -> Member:
    """One of the compliance staff."""
    return school.member("合规小吴", "compliance")


@pytest_asyncio.fixture(loop_scope="session")
async def desk(slow_server: Serving, people: People, school: School, staff: Member) -> Page:
    """The word desk with a list open, whose person has no login any more and does not know it."""
    people.tolerate("status of 401")
    school.discard_draft()
    name = f"词表{uuid.uuid4().hex[:6]}"
    school.import_words(name, ["绿灯笼"])
    page = await people.open(f"{slow_server.url}/words", login=staff.cookie)
    await page.get_by_role("navigation", name="词表").get_by_role("button", name=name).first.click()
    await expect(page.get_by_role("table")).to_have_attribute("aria-rowcount", "2")  # not all lists
    await expect(word(page, "绿灯笼")).to_be_visible()
    await page.wait_for_load_state("networkidle")  # or what is still on its way would ask for the login
    await page.context.clear_cookies(name="dayi_login")
    return page


def word(page: Page, text: str) -> Locator:
    """The row of a word."""
    return page.get_by_role("row").filter(has=page.get_by_role("checkbox", name=f"选择 {text}", exact=True))


async def add(page: Page, text: str) -> Locator:
    """Add a word; the dialog that asks for the login anew."""
    await page.get_by_label("新词", exact=True).fill(text)
    await page.get_by_role("button", name="添加").click()
    dialog = page.get_by_role("dialog", name="登录已失效")
    await expect(dialog).to_contain_text("合规小吴")
    return dialog


async def test_login_is_renewed_where_one_is_and_the_work_goes_on(desk: Page) -> None:
    """A wrong password is said in place; after the right one the word that was being added is there."""
    dialog = await add(desk, "红灯笼")
    password = dialog.get_by_label("密码", exact=True)
    await expect(password).to_be_focused()
    await password.fill("wrong-password")
    await dialog.get_by_role("button", name="登录", exact=True).click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await password.fill(PASSWORD)
    await dialog.get_by_role("button", name="登录", exact=True).click()
    await expect(dialog).to_have_count(0)
    await expect(word(desk, "红灯笼")).to_be_visible()
    await expect(desk.get_by_label("新词", exact=True)).to_have_value("")


async def test_who_will_not_log_in_keeps_what_they_wrote(desk: Page) -> None:
    """The dialog closed, the page says what is missing, and the word is still in its field."""
    dialog = await add(desk, "蓝灯笼")
    await dialog.get_by_role("button", name="关闭").click()
    await expect(dialog).to_have_count(0)
    await expect(desk.get_by_text("没有成功：请先登录。")).to_be_visible()
    await expect(desk.get_by_label("新词", exact=True)).to_have_value("蓝灯笼")
    await expect(word(desk, "绿灯笼")).to_be_visible()
