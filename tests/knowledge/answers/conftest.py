"""Approved answers on a real database file, with two classes and two people who keep them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from server.knowledge import AnswerDesk, ApprovedAnswers, Editor, Written
from server.storage import classes
from server.storage.database import Database

NOW_MS = 1_800_000_000_000  # 15 January 2027
TODAY = "2027-01-15"
TEACHER = Editor("王老师", frozenset({"c1"}))
ADMIN = Editor("主任", frozenset({"c1", "c2", None}))


def written(*wordings: str, text: str = "到总务处补办。", **more: Any) -> Written:
    """An answer as somebody wrote it; without a class it is for `c1`."""
    return Written(wordings=wordings, text=text, **{"class_id": "c1", **more})


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An open, migrated database."""
    opened = await Database.open(tmp_path / "dayi.sqlite3")
    async with opened.write() as connection:
        for number in (1, 2):
            row = classes.StoredClass(f"c{number}", f"七({number})班", f"CODE{number}", 30, False, NOW_MS)
            await classes.add(connection, row)
    yield opened
    await opened.close()


@pytest.fixture
async def answers(database: Database) -> ApprovedAnswers:
    """Those in effect: none at first."""
    held = ApprovedAnswers(database, ZoneInfo("Asia/Shanghai"), lambda: NOW_MS / 1000)
    await held.load()
    return held


@pytest.fixture
def desk(database: Database, answers: ApprovedAnswers) -> AnswerDesk:
    """The desk where they are written."""
    return AnswerDesk(database, answers, small_group=3)
