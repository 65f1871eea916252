"""A real database file for every test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.storage.database import Database


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the database lies."""
    return tmp_path / "data" / "dayi.sqlite3"


@pytest.fixture
async def database(file: Path) -> AsyncIterator[Database]:
    """An open, migrated database."""
    opened = await Database.open(file)
    yield opened
    await opened.close()
