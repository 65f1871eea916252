"""The journal: what was sent, byte for byte and in order."""

from __future__ import annotations

import pytest

from server.storage import conversations, journal
from server.storage.database import Database


@pytest.fixture(autouse=True)
async def _two_conversations(database: Database) -> None:
    async with database.write() as connection:
        for name in ("c1", "c2"):
            await conversations.create(
                connection,
                conversation_id=name,
                owner_id="pupil",
                class_id=None,
                preset="education",
                system_prompt="",
                now_ms=1,
            )


async def test_frames_come_back_in_order_and_byte_for_byte(database: Database) -> None:
    """Frames of several conversations are written in one transaction and read one by one."""
    frames = [("c1", 1, '{"text":"一\\n🙂"}'), ("c2", 1, "{}"), ("c1", 2, "x"), ("c1", 3, "y")]
    async with database.write() as connection:
        await journal.append_many(connection, frames)
        await journal.append_many(connection, [])
    async with database.read() as connection:
        assert await journal.read_after(connection, "c1", 0) == [
            (1, '{"text":"一\\n🙂"}'),
            (2, "x"),
            (3, "y"),
        ]
        assert await journal.read_after(connection, "c1", 1, limit=1) == [(2, "x")]
        assert await journal.read_after(connection, "c1", 3) == []
        assert [await journal.last_seq(connection, name) for name in ("c1", "c2", "c3")] == [3, 1, 0]


async def test_frames_of_a_deleted_conversation_do_not_harm_the_others(database: Database) -> None:
    """Who deletes a conversation during its answer costs nobody else a frame."""
    async with database.write() as connection:
        await conversations.delete(connection, "c1", "pupil")
    async with database.write() as connection:
        await journal.append_many(connection, [("c1", 1, "late"), ("c2", 1, "kept")])
    async with database.read() as connection:
        assert await journal.read_after(connection, "c1", 0) == []
        assert await journal.read_after(connection, "c2", 0) == [(1, "kept")]
