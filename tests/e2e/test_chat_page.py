"""The chat page in a real browser: what a pupil sees and does."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.browser import People, chinese_on, length_of, lightness, overflow_px
from tests.serving import Serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PYTHAGORAS = "勾股定理是什么？请举一个例子。"
LONG = "请详细讲一讲长江：" + "它从雪山流到东海，养育了许多城市。" * 12
ANSWERING = "停止回答"
LONGER_THAN = "chars => [...document.querySelectorAll('.prose')].at(-1)?.innerText.length > chars"


def field(page: Page) -> Locator:
    """Where the question is written."""
    return page.get_by_label(re.compile("^(输入问题|Your question)$"))


def conversation(page: Page) -> Locator:
    """The middle of the page."""
    return page.get_by_role("region", name=re.compile("^(对话|Conversation)$"))


def answers(page: Page) -> Locator:
    """The texts of the answers."""
    return conversation(page).locator(".prose")


def questions(page: Page) -> Locator:
    """My bubbles."""
    return page.locator(".bubble")


async def ask(page: Page, text: str) -> None:
    """Write a question and press Enter."""
    await field(page).fill(text)
    await field(page).press("Enter")


async def answered(page: Page, number: int = 1) -> None:
    """Wait until so many answers are there and the last one is whole."""
    await expect(page.locator(".answer:not([aria-busy])")).to_have_count(number)


async def growing(page: Page, chars: int = 20) -> Locator:
    """The last answer, when it shows some text and is not finished."""
    text = answers(page).last
    await page.wait_for_function(LONGER_THAN, arg=chars)
    await expect(page.get_by_role("button", name=ANSWERING)).to_be_visible()
    return text


async def test_first_visit_greets_with_four_example_questions(slow_server: Serving, people: People) -> None:
    """A new pupil sees the greeting, four examples and an empty input, and an example asks itself."""
    page = await people.open(slow_server.url)
    await expect(page.get_by_role("heading", level=1, name="学习答疑")).to_be_visible()
    await expect(page.get_by_text("想弄懂什么？")).to_be_visible()
    examples = page.get_by_role("listitem").filter(has=page.get_by_role("button"))
    await expect(examples).to_have_count(4)
    await expect(field(page)).to_be_focused()
    await expect(page.get_by_role("button", name="发送")).to_be_disabled()
    await page.get_by_role("button", name=PYTHAGORAS).click()
    await expect(questions(page)).to_have_text([PYTHAGORAS])
    await answered(page)


async def test_answer_grows_and_a_follow_up_goes_on(slow_server: Serving, people: People) -> None:
    """My bubble stands there at once, the answer grows under its label, and one asks on."""
    page = await people.open(slow_server.url)
    await ask(page, PYTHAGORAS + LONG)
    await expect(questions(page)).to_have_text([PYTHAGORAS + LONG])
    await expect(field(page)).to_have_value("")
    text = await growing(page)
    first = await length_of(text)
    await page.wait_for_function(LONGER_THAN, arg=first)
    await answered(page)
    assert await length_of(text) > first
    await expect(page.get_by_text("AI 生成", exact=True)).to_be_visible()
    await ask(page, "再举一个例子")
    await answered(page, 2)
    await expect(answers(page).nth(1)).to_have_text("（第2问）您问的是：再举一个例子")


async def test_stop_keeps_what_is_there(slow_server: Serving, people: People) -> None:
    """Stopped, the text stays, one line says so, and the next question is answered."""
    page = await people.open(slow_server.url)
    await ask(page, LONG)
    text = await growing(page)
    await page.get_by_role("button", name=ANSWERING).click()
    await expect(conversation(page).get_by_text("已停止，上面的内容已保留。")).to_be_visible()
    kept = await text.inner_text()
    assert 0 < len(kept) < len(LONG)
    await page.reload()
    await expect(answers(page)).to_have_text([kept])
    await ask(page, "继续")
    await answered(page, 2)


async def test_reload_in_mid_answer_loses_and_doubles_nothing(slow_server: Serving, people: People) -> None:
    """Reloaded while the answer grows, the page ends with the text that a fresh page shows."""
    page = await people.open(slow_server.url)
    await ask(page, LONG)
    await growing(page)
    await page.reload()
    await growing(page)
    await answered(page)
    await expect(questions(page)).to_have_text([LONG])
    await expect(answers(page)).to_have_text([f"（第1问）您问的是：{LONG}"])
    other = await page.context.new_page()
    await other.goto(page.url)
    await answered(other)
    assert await answers(other).all_inner_texts() == await answers(page).all_inner_texts()


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


async def test_blocked_question_gets_one_kind_sentence(slow_server: Serving, people: People) -> None:
    """A word on the list ends the question with the preset's sentence; it can be written anew."""
    page = await people.open(slow_server.url)
    await ask(page, "咕噜 枣是什么？")
    refusal = page.get_by_role("alert")
    await expect(refusal).to_contain_text("这个问题我不能回答。换一个和学习有关的问题吧")
    await expect(answers(page)).to_have_count(0)
    await page.get_by_role("button", name="改一改再问").click()
    await expect(field(page)).to_have_value("咕噜 枣是什么？")
    await ask(page, "大枣是什么？")
    await answered(page)
    await expect(refusal).to_have_count(0)


async def test_masked_words_are_explained(slow_server: Serving, people: People) -> None:
    """Asterisks in my own question come with one sentence, and the answer knows the asterisks only."""
    page = await people.open(slow_server.url)
    await ask(page, "呼噜糖浆好喝吗？")
    await answered(page)
    await expect(questions(page)).to_have_text(["****好喝吗？"])
    await expect(page.get_by_text("有些词不适合显示，已用 * 代替。")).to_be_visible()
    await expect(page.locator("#main")).not_to_contain_text("呼噜糖浆")


async def test_lost_server_is_one_quiet_line(slow_server: Serving, people: People) -> None:
    """While the server is away one line says so; when it is back the line goes and one talks on."""
    people.tolerate("WebSocket connection to .* failed|ERR_CONNECTION_REFUSED")
    page = await people.open(slow_server.url)
    await ask(page, "第一个问题")
    await answered(page)
    line = page.get_by_text("连接断开了，正在重新连接…")
    await asyncio.to_thread(slow_server.stop)
    await expect(line.locator("visible=true").first).to_be_visible()
    await ask(page, "断线时问的")
    await expect(page.get_by_text("连上后自动发送。")).to_be_visible()
    await asyncio.to_thread(slow_server.start)
    await expect(page.locator("p.line")).to_have_count(0)
    await answered(page, 2)
    await expect(answers(page)).to_have_text(
        ["（第1问）您问的是：第一个问题", "（第2问）您问的是：断线时问的"]
    )


async def test_conversations_are_listed_searched_and_deleted(slow_server: Serving, people: People) -> None:
    """Two conversations, found by a word in them; deleting names the one that goes and asks first."""
    page = await people.open(slow_server.url)
    mine = page.get_by_role("navigation", name="我的对话")
    await expect(mine.get_by_text("还没有对话。")).to_be_visible()
    await ask(page, "火山为什么会喷发")
    await answered(page)
    await mine.get_by_role("button", name="新对话").click()
    await expect(page.get_by_text("想弄懂什么？")).to_be_visible()
    await ask(page, "月亮为什么有圆有缺")
    await answered(page)
    await expect(mine.get_by_role("link")).to_have_text(["月亮为什么有圆有缺", "火山为什么会喷发"])
    await mine.get_by_label("搜索对话").fill("喷发")
    await expect(mine.get_by_role("link")).to_have_text(["火山为什么会喷发"])
    await mine.get_by_role("link", name="火山为什么会喷发").click()
    await expect(questions(page)).to_have_text(["火山为什么会喷发"])
    await mine.get_by_role("link", name="火山为什么会喷发").hover()
    await mine.get_by_role("button", name="删除「火山为什么会喷发」").click()
    dialog = page.get_by_role("dialog", name="删除「火山为什么会喷发」？")
    await dialog.get_by_role("button", name="取消").click()
    await expect(mine.get_by_role("link")).to_have_count(1)
    await mine.get_by_role("button", name="删除「火山为什么会喷发」").click()
    await dialog.get_by_role("button", name="删除").click()
    await expect(mine.get_by_text("没有找到「喷发」。")).to_be_visible()
    await expect(page.get_by_text("想弄懂什么？")).to_be_visible()
    await mine.get_by_label("搜索对话").fill("")
    await expect(mine.get_by_role("link")).to_have_text(["月亮为什么有圆有缺"])


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


@pytest.mark.model
async def test_real_model_explains_the_theorem(real_server: Serving, people: People) -> None:
    """The bundled 0.5 B model answers on the page, token by token, and knows its own answer afterwards."""
    page = await people.open(real_server.url)
    await page.get_by_role("button", name=PYTHAGORAS).click(timeout=60_000)
    text = answers(page)
    await page.wait_for_function(LONGER_THAN, arg=5, timeout=120_000)
    first = await length_of(text)
    await page.wait_for_function(LONGER_THAN, arg=first, timeout=120_000)
    await expect(page.locator(".answer:not([aria-busy])")).to_have_count(1, timeout=180_000)
    await expect(text).to_contain_text("直角")
    await expect(page.get_by_text("AI 生成", exact=True)).to_be_visible()
