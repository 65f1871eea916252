"""Nothing serious on any page: axe-core looks at each, in light and dark, with its dialogs open.

A new page gets a row in `VIEWS`.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page
from playwright.async_api import TimeoutError as PlaywrightTimeout

from tests.e2e.asked import Asked
from tests.e2e.asked import asked as asked
from tests.e2e.axe import grave_findings
from tests.e2e.browser import People, overflow_px
from tests.e2e.school import School
from tests.serving import Serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
Step = Callable[[Page], Awaitable[None]]


@dataclass(frozen=True)
class View:
    """A page as somebody has it before them.

    Args:
        name: what it is called in a report.
        path: its address.
        who: `admin`, `teacher` or nobody.
        ready: a selector that is there when the page is.
        step: what is done before it is looked at.
    """

    name: str
    path: str
    who: Literal["admin", "teacher"] | None
    ready: str
    step: Step | None = None


def click(role: Literal["button", "tab", "link"], name: str, then: str, *, exact: bool = False) -> Step:
    """Click something and wait for what it opens."""

    async def step(page: Page) -> None:
        await page.get_by_role(role, name=name, exact=exact).first.click()
        await page.locator(then).first.wait_for()

    return step


async def ask(page: Page) -> None:
    """Join a class, ask, and open the dialog that sends the turn to a teacher."""
    await page.get_by_role("dialog").get_by_role("button", name="加入", exact=True).click()
    await page.locator(".my-class").wait_for()
    await page.get_by_label("输入问题").fill("勾股定理怎么用？")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="请教师看看").click()
    await page.get_by_role("dialog").wait_for()


async def new_rule(page: Page) -> None:
    """The alerts, and the dialog of a new rule."""
    await page.get_by_role("tab", name="警报").click()
    await page.get_by_role("button", name="新建规则").click()
    await page.get_by_role("dialog").wait_for()


DIALOG = "dialog[open]"
FITS = "document.documentElement.scrollWidth <= innerWidth"
VIEWS = (
    View("chat", "/", None, ".greeting"),
    View("chat-privacy", "/", None, ".greeting", click("button", "谁能看到", DIALOG)),
    View("chat-ask-teacher", "/#join={code}", None, DIALOG, ask),
    View("login", "/login", None, "form"),
    View("setup", "/setup", None, "#app > *"),
    View("words", "/words", "admin", "main"),
    View("words-list", "/words", "admin", "main", click("button", "新建词表", DIALOG)),
    View("words-import", "/words", "admin", "main", click("button", "导入", DIALOG)),
    View("words-record", "/words", "admin", "main", click("button", "记录", DIALOG, exact=True)),
    View("admin", "/admin", "admin", ".person"),
    View("admin-class", "/admin", "admin", ".person", click("button", "新建班级", DIALOG)),
    View("admin-rights", "/admin", "admin", ".person", click("button", "权限", DIALOG)),
    View("admin-texts", "/admin", "admin", ".person", click("button", "编辑文字与颜色", DIALOG)),
    View("stats", "/stats", "teacher", ".group-table"),
    View("stats-apart", "/stats", "teacher", ".group-table", click("button", "不是一回事", DIALOG)),
    View("stats-details", "/stats", "teacher", ".group-table", click("button", "详情", f"{DIALOG} tbody tr")),
    View("stats-merge", "/stats", "teacher", ".group-table", click("button", "合并", DIALOG)),
    View("stats-poor", "/stats", "teacher", ".group-table", click("tab", "没有答好", ".cards")),
    View("stats-approved", "/stats", "teacher", ".group-table", click("tab", "标准答案", ".empty")),
    View("stats-safety", "/stats", "teacher", ".group-table", click("tab", "安全", ".cards")),
    View("stats-threads", "/stats", "teacher", ".group-table", click("tab", "问教师", ".empty")),
    View("answers", "/answers", "teacher", "#main h1"),
    View("answers-new", "/answers", "teacher", "#main h1", click("button", "新建", DIALOG)),
    View("answers-import", "/answers", "teacher", "#main h1", click("button", "导入", DIALOG)),
    View("documents", "/documents", "teacher", ".documents"),
    View("records", "/records", "admin", ".hit-table"),
    View("records-review", "/records", "admin", ".hit-table", click("tab", "复核", ".empty")),
    View("records-rule", "/records", "admin", ".hit-table", new_rule),
    View("records-coverage", "/records", "admin", ".hit-table", click("tab", "覆盖率", ".coverage-row")),
    View("records-audit", "/records", "admin", ".hit-table", click("tab", "审计日志", ".proof")),
    View("topics", "/stats#topics", "teacher", ".topics"),
)


async def test_nothing_serious_on_any_page(running_server: Serving, people: People, asked: Asked) -> None:
    """No finding of axe-core is serious or critical in either theme; no page scrolls sideways on a phone."""
    school = School.known(running_server, asked.admin)
    for right in ("see_text", "see_dates"):
        school.allow(asked.teacher, right)
    school.close()
    logins = {"admin": asked.admin.cookie, "teacher": asked.teacher.cookie, None: None}
    found: list[str] = []
    pages: dict[str | None, Page] = {}
    shots = os.environ.get("DAYI_SHOTS")  # a folder for pictures, for whoever wants to look
    for view in VIEWS:
        page = pages.get(view.who)
        if page is None:
            page = pages[view.who] = await people.open("about:blank")
            if logins[view.who] is not None:
                cookie = {"name": "dayi_login", "value": str(logins[view.who]), "url": running_server.url}
                await page.context.add_cookies([cookie])  # type: ignore[list-item]
        await page.goto("about:blank")
        await page.goto(running_server.url + view.path.format(code=asked.big["join_code"]))
        await page.locator(view.ready).first.wait_for()
        if view.step is not None:
            await view.step(page)
        for theme in ("light", "dark"):
            await page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
            found += [
                f"{view.name}, {theme}: {each}"
                for each in await grave_findings(page, colours_only=theme == "dark")
            ]
            if shots:
                await page.screenshot(path=Path(shots) / f"{view.name}-{theme}.png", full_page=True)
        await page.set_viewport_size({"width": 360, "height": 800})
        with suppress(PlaywrightTimeout):  # charts follow the new width a moment later
            await page.wait_for_function(FITS, timeout=3000)
        if wide := await overflow_px(page):
            found.append(f"{view.name}: {wide} px wider than a phone")
        if shots:
            await page.screenshot(path=Path(shots) / f"{view.name}-360.png", full_page=True)
        await page.set_viewport_size({"width": 1440, "height": 900})
        await page.evaluate("sessionStorage.clear()")  # which tab was open
    assert not found, "\n".join(found)
