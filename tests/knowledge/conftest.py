"""A real database and a desk of documents on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.knowledge import DocumentDesk, DocumentView
from server.storage.database import Database

FILES = Path(__file__).parent / "files"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An open, migrated database."""
    opened = await Database.open(tmp_path / "dayi.sqlite3")
    yield opened
    await opened.close()


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[DocumentDesk]:
    """An open desk of documents."""
    opened = DocumentDesk(database, tmp_path)
    await opened.open()
    yield opened
    await opened.close()


async def put(
    desk: DocumentDesk, content: bytes | str, name: str = "文档.txt", *, class_id: str | None = None
) -> DocumentView:
    """Upload a file and wait until it was read."""
    content = content.encode() if isinstance(content, str) else content
    added = await desk.add(content, name, class_id=class_id, classes=None, who="teacher", now_ms=1)
    await desk.shelf.settle()
    return await desk.get(added.document.id, None)
