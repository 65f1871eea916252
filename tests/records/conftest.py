"""A real database with staff, and hits as the chat would have stored them."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from server.records import Records
from server.storage import users, verdicts
from server.storage.database import Database
from server.storage.users import StoredUser
from server.storage.verdicts import StoredVerdict

NOW_MS = 1_795_000_000_000  # 18 November 2026, in the afternoon in Shanghai
MINUTE_MS = 60_000
DAY_MS = 86_400_000
_numbers = itertools.count(1)

StoreHit = Callable[..., Awaitable[None]]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An open database with one person of every role, whose ids are their names."""
    opened = await Database.open(tmp_path / "dayi.sqlite3")
    async with opened.write() as connection:
        for name, role in (("pupil", "pupil"), ("li", "teacher"), ("zhou", "compliance"), ("root", "admin")):
            await users.add(connection, StoredUser(name, name, "", role, False, None, 1))
    yield opened
    await opened.close()


@pytest.fixture
def records(database: Database) -> Records:
    """The records of this database."""
    return Records(database, timezone="Asia/Shanghai", hit_text="none")


@pytest.fixture
def store(database: Database) -> StoreHit:
    """Stores a hit; what is not given is ordinary."""

    async def store(**given: Any) -> None:
        values: dict[str, Any] = {
            "at_ms": NOW_MS,
            "conversation_id": f"c{next(_numbers)}",
            "turn_id": None,
            "asker": "小竹",
            "class_id": None,
            "direction": "question",
            "action": "block",
            "category": "自伤",
            "word_id": "w1",
            "lane": "plain",
            "lists_version": 3,
            "word": "月亮枪",
            "list_name": "安全",
        }
        values |= given
        if values["action"] == "review":
            values.setdefault("review", "open")
        async with database.write() as connection:
            await verdicts.record_many(connection, [StoredVerdict(**values)])

    return store
