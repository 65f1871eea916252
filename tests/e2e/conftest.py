"""What the end-to-end tests share: a server with the real 0.5 B model, a browser, a school, its people."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.e2e.browser import People, chromium
from tests.e2e.school import School
from tests.serving import ROOT, Serving, serving


def models_folder() -> Path:
    """Where the prepared 0.5 B model lies; `make test` has prepared it before the tests begin."""
    return Path(os.environ.get("DAYI_MODELS", ROOT / ".cache" / "models"))


@pytest.fixture(scope="module")
def real_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """`dayi serve --model bundled:0.5b`, with many questions a minute allowed."""
    with serving(
        tmp_path_factory.mktemp("house"),
        model="bundled:0.5b",
        models=models_folder(),
        asks_per_minute=600,
        max_answer_tokens=160,  # long enough to be interrupted, short enough for a slow machine
    ) as server:
        yield server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests of the pages; tests that use it run in the session's event loop."""
    async with chromium() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def people(browser: Browser) -> AsyncIterator[People]:
    """People with browsers of their own; a page that complained fails the test."""
    visitors = People(browser)
    yield visitors
    await visitors.leave()


@pytest.fixture(scope="module")
def slow_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A scripted server that answers as slowly as a model does: three characters every 30 ms."""
    with serving(tmp_path_factory.mktemp("slow"), model="scripted:30", asks_per_minute=600) as server:
        yield server


@pytest.fixture(scope="module")
def school(slow_server: Serving) -> Iterator[School]:
    """The administrator of `slow_server`, who makes further staff and classes."""
    made = School(slow_server)
    yield made
    made.close()
