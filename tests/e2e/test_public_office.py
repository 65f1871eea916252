"""The government preset in a real browser: a public office that is nowhere mistaken for a school."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser import People
from tests.e2e.chat_page import answered, ask
from tests.e2e.school import School
from tests.serving import Serving, serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OF_A_SCHOOL = re.compile("学生|教师|老师|班级|同学|学习|[Tt]eacher|[Pp]upil|[Cc]lass")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A public office with an administrator and one desk."""
    folder = tmp_path_factory.mktemp("office")
    with serving(folder, preset="government", asks_per_minute=600) as server:
        made = School(server)
        made.new_class("户籍窗口")
        yield made
        made.close()


async def of_a_school(page: Page) -> list[str]:
    """Words of a school on a page, in labels and hints too."""
    await expect(page.locator(".wait")).to_have_count(0)
    text: str = await page.evaluate(
        """() => {
          const named = [...document.querySelectorAll('[aria-label], [title], option')];
          const names = named.map((each) => `${each.ariaLabel ?? ''} ${each.title} ${each.textContent}`);
          return [document.title, document.body.innerText, ...names].join('\\n');
        }"""
    )
    return OF_A_SCHOOL.findall(text)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", ["/", "/words", "/stats", "/admin", "/login", "/#join=ABCDEF"])
async def test_page_speaks_of_desks_and_citizens(
    office: School, people: People, path: str, lang: str
) -> None:
    """No page of a public office says teacher, pupil or class."""
    server: Serving = office.server
    page = await people.open(server.url + path, login=office.admin.cookie, lang=lang)  # type: ignore[arg-type]
    await page.get_by_role("heading").first.wait_for()
    assert await of_a_school(page) == []


async def test_dialogs_of_the_administrator_speak_of_the_office(office: School, people: People) -> None:
    """Neither the roles one may give, nor the form of a desk, are those of a school."""
    page = await people.open(f"{office.server.url}/admin", login=office.admin.cookie)
    await page.get_by_role("button", name="新建用户").click()
    dialog = page.get_by_role("dialog", name="新建用户")
    await expect(dialog.get_by_label("角色").get_by_role("option")).to_have_text(
        ["窗口人员", "合规人员", "管理员", "市民"]
    )
    assert await of_a_school(page) == []
    await dialog.get_by_role("button", name="关闭").click()
    await page.get_by_role("button", name="新建服务台").click()
    await expect(page.get_by_role("dialog", name="新建服务台")).to_be_visible()
    assert await of_a_school(page) == []


async def test_citizen_who_cannot_be_answered_is_told_the_hotline(office: School, people: People) -> None:
    """A question that is held back is refused politely, with the number to call."""
    page = await people.open(office.server.url)
    await ask(page, "咕噜枣在哪里办？")
    await expect(page.get_by_role("alert")).to_contain_text("12345")
    await ask(page, "居住证在哪里办？")
    await answered(page)
    await expect(page.get_by_text("AI 生成，仅供参考", exact=True)).to_be_visible()
