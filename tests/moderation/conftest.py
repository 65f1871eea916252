"""A word desk on a real database file, with the demonstration lists in effect."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.moderation import NewList, PublishedFilter, WordDesk
from server.moderation.views import ListView
from server.storage.database import Database

NOW_MS = 1_800_000_000_000


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An open, migrated database."""
    opened = await Database.open(tmp_path / "dayi.sqlite3")
    yield opened
    await opened.close()


@pytest.fixture
async def published(database: Database) -> PublishedFilter:
    """The filter of a first start."""
    held = PublishedFilter(database)
    await held.load(NOW_MS)
    return held


@pytest.fixture
def desk(database: Database, published: PublishedFilter) -> WordDesk:
    """The desk behind that filter."""
    return WordDesk(database, published)


@pytest.fixture
async def masked(desk: WordDesk, published: PublishedFilter) -> ListView:
    """An empty list, already published, whose words are masked in questions and answers."""
    new = NewList(name="校园用语", category="校园", question_action="mask", answer_action="mask")
    made = await desk.lists.add(new, who="lin", now_ms=NOW_MS)
    await desk.versions.publish("", who="lin", now_ms=NOW_MS)
    return made
