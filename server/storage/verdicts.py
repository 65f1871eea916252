"""The record of words that were hit, as it is written: who by pseudonym, when, which word; text by policy.

How it is looked through is in `hits`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables import VerdictRecord


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """One match of one word in one message."""

    at_ms: int
    conversation_id: str | None
    turn_id: str | None
    asker: str  # pseudonym
    class_id: str | None
    direction: str
    action: str
    category: str
    word_id: str
    lane: str
    lists_version: int
    word: str = ""
    list_name: str = ""
    text: str | None = None  # masked
    sealed: bytes | None = None
    review: str | None = None  # `open`: a person is to look


async def record_many(connection: AsyncConnection, verdicts: Sequence[StoredVerdict]) -> None:
    """Add verdicts to the record."""
    if verdicts:
        await connection.execute(insert(VerdictRecord), [asdict(verdict) for verdict in verdicts])


async def between(connection: AsyncConnection, from_ms: int, to_ms: int) -> list[StoredVerdict]:
    """The verdicts from `from_ms` (included) to `to_ms` (not included), oldest first."""
    columns = [getattr(VerdictRecord, name) for name in StoredVerdict.__dataclass_fields__]
    query = (
        select(*columns)
        .where(VerdictRecord.at_ms >= from_ms, VerdictRecord.at_ms < to_ms)
        .order_by(VerdictRecord.id)
    )
    return [StoredVerdict(**row) for row in (await connection.execute(query)).mappings()]
