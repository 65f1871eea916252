"""When the lists were gone through, and how many words each category ought to have.

Functions take a connection of `Database.read` or `Database.write`.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables_records import CoverageTarget, ListReview
from server.storage.tables_words import WordListRow, WordRow


@dataclass(frozen=True, slots=True)
class StoredReview:
    """Somebody went through the lists."""

    at_ms: int
    who: str
    note: str


@dataclass(frozen=True, slots=True)
class StoredTarget:
    """How many words a category ought to have; the empty one stands for all together."""

    category: str
    risk: str  # a1 | a2 | own | none
    num_words: int


_REVIEW = [getattr(ListReview, name) for name in StoredReview.__dataclass_fields__]
_TARGET = [getattr(CoverageTarget, name) for name in StoredTarget.__dataclass_fields__]


async def add(connection: AsyncConnection, review: StoredReview) -> None:
    """Write down a review; it is never changed afterwards."""
    await connection.execute(insert(ListReview).values(at_ms=review.at_ms, who=review.who, note=review.note))


async def newest(connection: AsyncConnection, limit: int) -> list[StoredReview]:
    """The newest reviews, newest first."""
    query = select(*_REVIEW).order_by(ListReview.at_ms.desc(), ListReview.id.desc()).limit(limit)
    return [StoredReview(*row) for row in await connection.execute(query)]


async def targets(connection: AsyncConnection) -> list[StoredTarget]:
    """The targets that somebody set."""
    return [StoredTarget(*row) for row in await connection.execute(select(*_TARGET))]


async def put_target(connection: AsyncConnection, target: StoredTarget) -> None:
    """Set a target."""
    await connection.execute(delete(CoverageTarget).where(CoverageTarget.category == target.category))
    values = {name: getattr(target, name) for name in target.__dataclass_fields__}
    await connection.execute(insert(CoverageTarget).values(values))


async def words_by_category(connection: AsyncConnection) -> dict[str, int]:
    """How many words that are switched on the draft has of each category; allow phrases do not count."""
    category = func.coalesce(func.nullif(WordRow.category, ""), WordListRow.category)
    query = (
        select(category.label("name"), func.count().label("num"))
        .select_from(WordRow)
        .join(WordListRow, WordListRow.id == WordRow.list_id)
        .where(WordListRow.kind == "words", WordListRow.enabled, WordRow.enabled)
        .group_by(category)
    )
    return {row.name: row.num for row in await connection.execute(query)}
