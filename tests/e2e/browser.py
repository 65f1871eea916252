"""A real Chromium for the tests of the pages, and what a person sees and does in it.

Every page is watched: an error on the console (a broken security policy is one), an error in a script
or a dialog of the browser's own fails the test. What the pages are good for is not known here.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Locator,
    Page,
    WebError,
    async_playwright,
    expect,
)

WAIT_MS = 30_000  # a busy machine is slow; what is right appears at once
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-sync",
]
CHINESE = re.compile(r"[\u3400-\u9fff]")
# Once: what the person chooses later stays. The blank page of a new tab has no storage.
CHOOSE_ENGLISH = (
    "if (location.protocol.startsWith('http')) "
    "localStorage.getItem('dayi.lang') ?? localStorage.setItem('dayi.lang', 'en')"
)

expect.set_options(timeout=WAIT_MS)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium, without a window."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "the browser tests need Chromium: run tests/install-browser.sh"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


class People:
    """The browsers of the people of one test: each has cookies and storage of their own."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._tolerated: list[str] = []
        self._problems: list[str] = []

    async def open(
        self,
        address: str,
        *,
        login: str | None = None,
        lang: Literal["zh", "en"] = "zh",
        theme: Literal["light", "dark"] = "light",
        width: int = 1280,
        height: int = 800,
    ) -> Page:
        """A new person opens an address.

        Args:
            address: the whole address.
            login: the value of a login cookie.
            lang: the language chosen on the pages.
            theme: what the person's system asks for.
        """
        context = await self._browser.new_context(
            locale="zh-CN",
            color_scheme=theme,
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
        )
        self._contexts.append(context)
        context.set_default_timeout(WAIT_MS)
        context.on("console", self._said)
        context.on("weberror", self._broke)
        context.on("dialog", self._asked)
        if lang == "en":
            await context.add_init_script(CHOOSE_ENGLISH)
        if login is not None:
            parts = urlsplit(address)
            await context.add_cookies(
                [{"name": "dayi_login", "value": login, "url": f"{parts.scheme}://{parts.netloc}"}]
            )
        page = await context.new_page()
        await page.goto(address)
        return page

    def tolerate(self, pattern: str) -> None:
        """Let console errors pass that a test provokes, such as the browser's own line about a 422."""
        self._tolerated.append(pattern)

    async def leave(self) -> None:
        """Close every browser and fail if a page complained."""
        for context in self._contexts:
            await context.close()
        left = [
            problem
            for problem in self._problems
            if not any(re.search(pattern, problem) for pattern in self._tolerated)
        ]
        assert not left, "\n".join(left)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _broke(self, error: WebError) -> None:
        self._problems.append(f"script: {error.error}")

    async def _asked(self, dialog: Dialog) -> None:
        self._problems.append(f"dialog: {dialog.message}")
        await dialog.dismiss()


async def overflow_px(page: Page) -> int:
    """By how much the page is wider than its window."""
    width: int = await page.evaluate(
        "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - innerWidth"
    )
    return max(0, width)


async def chinese_on(page: Page) -> set[str]:
    """Every Chinese text on a page, labels and hints included, but not what is marked as Chinese."""
    found: list[str] = await page.evaluate(
        """() => {
          const texts = [document.title];
          for (const element of document.querySelectorAll('body, body *')) {
            if (element.closest('[lang="zh-CN"]:not(html), script, style, noscript')) continue;
            for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
              texts.push(element.getAttribute(name) ?? '');
            }
            for (const node of element.childNodes) {
              if (node.nodeType === Node.TEXT_NODE) texts.push(node.textContent);
            }
          }
          return texts.map((text) => text.trim());
        }"""
    )
    return {text for text in found if CHINESE.search(text)}


async def length_of(text: Locator) -> int:
    """How many characters a part of the page shows."""
    return len(await text.inner_text())


def lightness(colour: str) -> float:
    """Of an `rgb(…)` value: 0 is black, 1 is white."""
    numbers = [float(number) for number in re.findall(r"[\d.]+", colour)[:3]]
    return sum(numbers) / 3 / 255
