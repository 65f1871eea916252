"""What was asked and answered lately, without who asked: for trying word lists on it.

Functions take a connection of `Database.read`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables import Conversation, Turn

_PART = 500
_TEXTS = select(Turn.id, Turn.question, Turn.answer, Conversation.class_id).join(
    Conversation, Conversation.id == Turn.conversation_id
)


class TurnTexts(NamedTuple):
    """The two texts of a turn, as they were shown, and the class whose words counted."""

    id: str
    question: str
    answer: str
    class_id: str | None


async def newest(connection: AsyncConnection, *, since_ms: int, limit: int) -> list[TurnTexts]:
    """The last turns since then, newest first."""
    query = _TEXTS.where(Turn.asked_at_ms >= since_ms).order_by(Turn.asked_at_ms.desc()).limit(limit)
    found: list[TurnTexts] = []
    stream = await connection.stream(query)
    async for rows in stream.partitions(_PART):
        found += [TurnTexts(*row) for row in rows]
    return found


async def by_ids(connection: AsyncConnection, turn_ids: Iterable[str]) -> dict[str, TurnTexts]:
    """A few turns by their ids; those that are gone are absent."""
    query = _TEXTS.where(Turn.id.in_(list(turn_ids)))
    return {row.id: TurnTexts(*row) for row in await connection.execute(query)}
