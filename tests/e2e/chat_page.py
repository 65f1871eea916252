"""What a pupil does on the chat page, for the tests that open it in a browser."""

from __future__ import annotations

import re

from playwright.async_api import Locator, Page, expect

PYTHAGORAS = "勾股定理是什么？请举一个例子。"
# Some seconds long on the slow server: a reload in the middle of it must end before it does.
LONG = "请详细讲一讲长江：" + "它从雪山流到东海，养育了许多城市。" * 40
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
