"""A real database, a taxonomy of the shop, and a way to let people ask."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from server.storage.database import Database
from server.topics import Recorder, Statistics, TopicDesk

SHANGHAI = ZoneInfo("Asia/Shanghai")
Ask = Callable[..., Awaitable[None]]


def moment(text: str) -> int:
    """A local time of the school, such as `2026-11-18 09:30`, in ms since the epoch."""
    return int(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp() * 1000)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An open, migrated database."""
    opened = await Database.open(tmp_path / "dayi.sqlite3")
    yield opened
    await opened.close()


@pytest.fixture
async def desk(database: Database) -> TopicDesk:
    """The topics of a new school."""
    desk = TopicDesk(database, "education")
    await desk.load()
    return desk


@pytest.fixture
def statistics(database: Database, desk: TopicDesk) -> Statistics:
    """Statistics that hide groups of fewer than three."""
    return Statistics(database, lambda: desk.taxonomy, small_group=3, timezone="Asia/Shanghai")


@pytest.fixture
def ask(database: Database, desk: TopicDesk) -> Ask:
    """Let a pupil ask: `await ask("ann", "2026-11-18 09:30", "…")`."""
    recorder = Recorder(database, desk, timezone="Asia/Shanghai")

    async def ask(
        asker: str,
        at: str,
        text: str | None = "你好",
        *,
        class_id: str | None = None,
        outcome: str = "answered",
        turn_id: str | None = None,
        first_token_ms: int | None = 1200,
    ) -> None:
        await recorder.question(
            turn_id=turn_id,
            asked_at_ms=moment(at),
            class_id=class_id,
            asker=asker,
            text=text,
            outcome=outcome,
            origin="model",
            first_token_ms=first_token_ms,
            total_ms=None if first_token_ms is None else 9000,
        )

    return ask
