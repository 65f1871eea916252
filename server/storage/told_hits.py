"""Hits of words by class and week, one by one, and what was shown of their counts.

What may be shown next is not known here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.kept import Place
from server.storage.tables import VerdictRecord
from server.storage.tables_told import ToldHits


@dataclass(frozen=True, slots=True)
class Hit:
    """A word that was hit; no text, and which word is not said."""

    id: int
    class_id: str | None
    asker: str
    direction: str
    action: str
    category: str


@dataclass(frozen=True, slots=True)
class SeenHits:
    """What was shown, when there were so many hits up to that one."""

    small_group: int
    num_hits: int
    last_id: int
    content: str


def _between(class_ids: Collection[str | None], from_ms: int, to_ms: int) -> ColumnElement[bool]:
    named: ColumnElement[bool] = VerdictRecord.class_id.in_([each for each in class_ids if each is not None])
    if None in class_ids:
        named = or_(named, VerdictRecord.class_id.is_(None))
    return named & (VerdictRecord.at_ms >= from_ms) & (VerdictRecord.at_ms < to_ms)


async def stamps(
    connection: AsyncConnection, class_ids: Collection[str | None], from_ms: int, to_ms: int
) -> dict[str | None, tuple[int, int]]:
    """How many hits there are in a span of time, and the last of them, by class."""
    query = select(VerdictRecord.class_id, func.count(), func.max(VerdictRecord.id))
    query = query.where(_between(class_ids, from_ms, to_ms)).group_by(VerdictRecord.class_id)
    return {row[0]: (row[1], row[2]) for row in await connection.execute(query)}


async def hits(
    connection: AsyncConnection, class_ids: Collection[str | None], from_ms: int, to_ms: int
) -> list[Hit]:
    """Hits of some classes (None: outside every class) in a span of time."""
    columns = [getattr(VerdictRecord, name) for name in Hit.__dataclass_fields__]
    query = select(*columns).where(_between(class_ids, from_ms, to_ms)).order_by(VerdictRecord.id)
    return [Hit(*row) for row in await connection.execute(query)]


async def seen(
    connection: AsyncConnection, class_ids: Sequence[str | None], first_week: int, last_week: int
) -> dict[Place, SeenHits]:
    """What was shown of some classes and weeks, the last week included."""
    columns = [getattr(ToldHits, name) for name in SeenHits.__dataclass_fields__]
    query = select(ToldHits.class_key, ToldHits.week, *columns).where(
        ToldHits.class_key.in_([class_id or "" for class_id in class_ids]),
        ToldHits.week.between(first_week, last_week),
    )
    return {(row[0] or None, row[1]): SeenHits(*row[2:]) for row in await connection.execute(query)}


async def note(connection: AsyncConnection, place: Place, now: SeenHits) -> None:
    """Note what is shown now."""
    values: dict[str, Any] = {"class_key": place[0] or "", "week": place[1], **asdict(now)}
    await connection.execute(insert(ToldHits).prefix_with("OR REPLACE").values(values))
