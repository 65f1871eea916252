"""The chat page in a real browser: what a pupil asks and what becomes of it."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.e2e.browser import People, length_of
from tests.e2e.chat_page import (
    ANSWERING,
    LONG,
    LONGER_THAN,
    PYTHAGORAS,
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


async def test_end_stays_in_sight_when_something_grows_late(slow_server: Serving, people: People) -> None:
    """A formula that is drawn or a reply that comes makes the page longer; who was at the end stays there."""
    page = await people.open(slow_server.url)
    await ask(page, "你好")
    await answered(page)
    left = await page.locator(".scroller").evaluate(
        """async (box) => {
          box.querySelector('.turns').style.paddingBottom = '3000px';
          for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
          return box.scrollHeight - box.clientHeight - box.scrollTop;
        }"""
    )
    assert left < 2


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
    """Asterisks in my own question come with one sentence, also after a reload; the answer knows no more."""
    page = await people.open(slow_server.url)
    await ask(page, "呼噜糖浆好喝吗？")
    await answered(page)
    await expect(questions(page)).to_have_text(["****好喝吗？"])
    await expect(page.get_by_text("个人信息或不适合显示的词已用 * 代替。")).to_be_visible()
    await expect(page.locator("#main")).not_to_contain_text("呼噜糖浆")
    await page.reload()
    await expect(questions(page)).to_have_text(["****好喝吗？"])
    await expect(page.get_by_text("个人信息或不适合显示的词已用 * 代替。")).to_be_visible()


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


@pytest.mark.model
async def test_real_model_explains_the_theorem(real_server: Serving, people: People) -> None:
    """The bundled 0.5 B model answers on the page, token by token, and about what it was asked."""
    page = await people.open(real_server.url)
    await page.get_by_role("button", name=PYTHAGORAS).click(timeout=60_000)
    text = answers(page)
    await page.wait_for_function(LONGER_THAN, arg=5, timeout=120_000)
    first = await length_of(text)
    await page.wait_for_function(LONGER_THAN, arg=first, timeout=120_000)
    await expect(page.locator(".answer:not([aria-busy])")).to_have_count(1, timeout=180_000)
    await expect(text).to_contain_text(re.compile("勾股|直角|三角|斜边"))
    await expect(page.get_by_text("AI 生成", exact=True)).to_be_visible()
