"""The chat page in a real browser: how it is drawn, written into and reached, in both languages."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.browser import People, chinese_on, lightness, overflow_px
from tests.e2e.chat_page import (
    ANSWERING,
    LONG,
    answered,
    answers,
    ask,
    conversation,
    field,
    growing,
    questions,
)
from tests.serving import Serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_language_changes_everything_at_once(slow_server: Serving, people: People) -> None:
    """中文 to English and back, without losing the conversation; the choice outlives a reload."""
    page = await people.open(slow_server.url)
    await ask(page, "你好")
    await answered(page)
    await page.get_by_role("button", name="Switch to English").click()
    await expect(page.get_by_role("button", name="New conversation")).to_be_visible()
    await expect(page.get_by_text("AI-generated", exact=True)).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(answers(page)).to_have_count(1)
    await page.reload()
    await expect(page.get_by_role("button", name="New conversation")).to_be_visible()
    await page.get_by_role("button", name="切换到中文").click()
    await expect(page.get_by_role("button", name="新对话")).to_be_visible()


async def test_english_page_is_english_throughout(slow_server: Serving, people: People) -> None:
    """No Chinese is left over on the English page but the organisation's name and the way back."""
    page = await people.open(slow_server.url, lang="en")
    await expect(page.get_by_role("heading", level=1, name="Study desk")).to_be_visible()
    assert await chinese_on(page) <= {"答疑", "Study desk · 答疑"}
    await ask(page, "hello")
    await expect(page.get_by_role("button", name="Helpful", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Who can see my questions").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    in_the_echo = "（第1问）您问的是：hello"
    assert await chinese_on(page) <= {"答疑", "Study desk · 答疑", in_the_echo}


async def test_enter_sends_but_not_while_composing(slow_server: Serving, people: People) -> None:
    """Enter that ends a composition sends nothing; Shift+Enter breaks the line; Enter sends."""
    page = await people.open(slow_server.url)
    await field(page).focus()
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Input.imeSetComposition", {"text": "gougu", "selectionStart": 5, "selectionEnd": 5})
    await expect(field(page)).to_have_value("gougu")
    await devtools.send(
        "Input.dispatchKeyEvent",
        {"type": "rawKeyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229},
    )
    await field(page).evaluate(
        "field => field.dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    )
    await devtools.send("Input.insertText", {"text": "勾股定理"})
    await expect(field(page)).to_have_value("勾股定理")
    await expect(questions(page)).to_have_count(0)
    await field(page).press("Shift+Enter")
    await page.keyboard.insert_text("第二行")
    await expect(field(page)).to_have_value("勾股定理\n第二行")
    await expect(questions(page)).to_have_count(0)
    await field(page).press("Enter")
    await expect(questions(page)).to_have_text(["勾股定理\n第二行"])
    await answered(page)


async def test_markdown_and_formulas_are_drawn(slow_server: Serving, people: People) -> None:
    """A table is a table, code is code, formulas are drawn by KaTeX, in the line and on their own."""
    page = await people.open(slow_server.url)
    await ask(
        page,
        "见下\n\n| 边 | 长 |\n|---|---|\n| a | 3 |\n| b | 4 |\n\n```python\nprint(3 ** 2)\n```\n\n"
        "**所以** $a^2+b^2=c^2$，即\n\n$$c=\\sqrt{a^2+b^2}$$\n\n- 一\n- 二",
    )
    await answered(page)
    answer = answers(page)
    await expect(answer.get_by_role("table").get_by_role("row")).to_have_count(3)
    await expect(answer.get_by_role("cell", name="4")).to_be_visible()
    await expect(answer.locator("pre code")).to_have_text("print(3 ** 2)\n")
    await expect(answer.locator("strong")).to_have_text("所以")
    await expect(answer.locator(".katex")).to_have_count(2)
    await expect(answer.locator(".katex-display")).to_have_count(1)
    await expect(answer.get_by_role("listitem")).to_have_text(["一", "二"])
    await expect(answer.get_by_role("button", name="复制代码")).to_be_visible()


async def test_html_in_question_and_answer_stays_text(slow_server: Serving, people: People) -> None:
    """Markup that somebody types, and that the answer repeats, neither runs nor becomes an element."""
    sly = (
        '<script>alert(1)</script> <img src=x onerror="alert(2)"> <b>粗</b>\n\n'
        '<iframe src="javascript:alert(3)"></iframe>\n\n[点我](javascript:alert(4)) '
        "![图](https://example.org/spy.png) $\\href{javascript:alert(5)}{x}$"
    )
    page = await people.open(slow_server.url)
    await ask(page, sly)
    await answered(page)
    await expect(questions(page)).to_have_text([sly])
    await expect(answers(page)).to_contain_text("<script>alert(1)</script>")
    await expect(answers(page)).to_contain_text('<img src=x onerror="alert(2)">')
    strange = page.locator(
        "#main :is(script, img, iframe, b, object, style, link), #main [onerror], #main a[href^='javascript']"
    )
    await expect(strange).to_have_count(0)


async def test_telephone_fits_and_its_drawer_opens(slow_server: Serving, people: People) -> None:
    """At 360 px nothing is wider than the screen, however long a formula, a table or a word is."""
    page = await people.open(slow_server.url, width=360, height=740)
    await expect(page.get_by_text("想弄懂什么？")).to_be_visible()
    assert await overflow_px(page) == 0
    wide = "+".join(f"x_{{{n}}}^{{{n}}}" for n in range(40))
    table = "\n".join("|" + cell * 12 for cell in ("一个列|", "---|", "数|"))
    await ask(page, f"宽\n\n$${wide}$$\n\n{table}\n\n```\n{'long ' * 40}\n```\n\n{'W' * 120}")
    await answered(page)
    await expect(answers(page).locator(".katex")).to_have_count(1)
    assert await overflow_px(page) == 0
    await page.get_by_role("button", name="打开对话列表").click()
    drawer = page.get_by_role("dialog", name="我的对话")
    await expect(drawer.get_by_role("link")).to_have_count(1)
    await drawer.get_by_role("button", name="新对话").click()
    await expect(drawer).to_have_count(0)
    await expect(page.get_by_text("想弄懂什么？")).to_be_visible()


async def test_dark_is_dark_and_the_choice_is_kept(slow_server: Serving, people: People) -> None:
    """The page follows the system, can be switched, and remembers."""

    async def background(page: Page) -> float:
        return lightness(await page.evaluate("getComputedStyle(document.body).backgroundColor"))

    page = await people.open(slow_server.url, theme="dark")
    await page.get_by_role("button", name="换成浅色").wait_for()
    assert await background(page) < 0.3
    await page.get_by_role("button", name="换成浅色").click()
    assert await background(page) > 0.9
    await page.reload()
    await page.get_by_role("button", name="换成深色").wait_for()
    assert await background(page) > 0.9


async def tab_to(page: Page, place: Locator, key: str) -> None:
    """Press a key until a place has the focus, a few times at most."""
    for _ in range(25):
        await page.keyboard.press(key)
        if await place.evaluate("place => place === document.activeElement"):
            return
    raise AssertionError(f"{key} does not lead there")


async def test_everything_works_from_the_keyboard(slow_server: Serving, people: People) -> None:
    """The skip link leads past the bar to the input; one asks and stops without a mouse."""
    page = await people.open(slow_server.url)
    await field(page).wait_for()
    skip = page.get_by_role("link", name="跳到正文")
    await tab_to(page, skip, "Shift+Tab")
    await expect(skip).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await tab_to(page, field(page), "Tab")
    await page.keyboard.insert_text(LONG)
    await page.keyboard.press("Enter")
    await growing(page)
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name=ANSWERING)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(conversation(page).get_by_text("已停止，上面的内容已保留。")).to_be_visible()
