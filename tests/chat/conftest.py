"""A real desk on a real database file, with a scripted source and a filter of made-up words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.storage.database import Database
from tests.chat.house import House


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the database lies."""
    return tmp_path / "dayi.sqlite3"


@pytest.fixture
async def database(file: Path) -> AsyncIterator[Database]:
    """An open, migrated database."""
    opened = await Database.open(file)
    yield opened
    await opened.close()


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    """A desk that answers by echo."""
    house = House(database)
    await house.open()
    yield house
    await house.close()
