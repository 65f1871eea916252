"""The rows of the taxonomy, read and replaced as a whole. What a keyword does is not known here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables import Topic


@dataclass(frozen=True, slots=True)
class StoredTopic:
    """A subject (no parent) or a knowledge point."""

    id: str
    parent_id: str | None
    name_zh: str
    name_en: str
    keywords: tuple[str, ...]


async def get_topics(connection: AsyncConnection) -> list[StoredTopic]:
    """The whole taxonomy in the order it was given."""
    query = select(Topic.id, Topic.parent_id, Topic.name_zh, Topic.name_en, Topic.keywords)
    rows = (await connection.execute(query.order_by(Topic.position))).mappings()
    return [StoredTopic(**{**row, "keywords": tuple(row["keywords"])}) for row in rows]


async def replace_topics(connection: AsyncConnection, topics: Sequence[StoredTopic]) -> None:
    """Put `topics` in place of whatever was there. What was counted before stays counted."""
    await connection.execute(delete(Topic))
    rows = [
        {
            "id": topic.id,
            "parent_id": topic.parent_id,
            "name_zh": topic.name_zh,
            "name_en": topic.name_en,
            "keywords": list(topic.keywords),
            "position": position,
        }
        for position, topic in enumerate(topics)
    ]
    for level in ([r for r in rows if r["parent_id"] is None], [r for r in rows if r["parent_id"]]):
        if level:  # subjects first: a point refers to its subject
            await connection.execute(insert(Topic), level)
