"""Rows of passages, by the edition of their document.

It does not know how passages are cut or found. Functions take a connection of `Database.read` or
`Database.write`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables_documents import DocumentRow, PassageRow


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A passage to be kept."""

    start: int
    end: int
    heading: str
    page: int | None
    text: str


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage in effect, with what is known of its document."""

    id: int
    document_id: str
    edition: int
    start: int
    end: int
    heading: str
    page: int | None
    text: str
    title: str
    class_id: str | None


_COLUMNS = (
    *(getattr(PassageRow, name) for name in list(StoredPassage.__dataclass_fields__)[:8]),
    DocumentRow.title,
    DocumentRow.class_id,
)
_IN_EFFECT = (DocumentRow.id == PassageRow.document_id) & (DocumentRow.edition == PassageRow.edition)


async def add(
    connection: AsyncConnection, document_id: str, edition: int, passages: Sequence[NewPassage]
) -> None:
    """Keep passages of an edition that is not in effect yet."""
    if passages:
        await connection.execute(
            insert(PassageRow),
            [
                {
                    "document_id": document_id,
                    "edition": edition,
                    **{name: getattr(each, name) for name in NewPassage.__dataclass_fields__},
                }
                for each in passages
            ],
        )


async def of_edition(
    connection: AsyncConnection, edition: int, *, after: int = 0, limit: int = 1000
) -> list[StoredPassage]:
    """Passages of an edition that is in effect, in the order of their ids, which are greater than `after`."""
    query = (
        select(*_COLUMNS)
        .join(DocumentRow, _IN_EFFECT)
        .where(PassageRow.edition == edition, PassageRow.id > after)
        .order_by(PassageRow.id)
        .limit(limit)
    )
    return [StoredPassage(*row) for row in await connection.execute(query)]


async def get_many(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, StoredPassage]:
    """Those of the passages that are in effect, by their ids."""
    query = select(*_COLUMNS).join(DocumentRow, _IN_EFFECT).where(PassageRow.id.in_(ids))
    rows = [StoredPassage(*row) for row in await connection.execute(query)]
    return {row.id: row for row in rows}


async def places(connection: AsyncConnection, document_id: str) -> list[tuple[int, int, str, int | None]]:
    """Start, end, heading and page of every passage in effect of a document, in their order."""
    query = (
        select(PassageRow.start, PassageRow.end, PassageRow.heading, PassageRow.page)
        .join(DocumentRow, _IN_EFFECT)
        .where(PassageRow.document_id == document_id)
        .order_by(PassageRow.start)
    )
    return [(row[0], row[1], row[2], row[3]) for row in await connection.execute(query)]


async def sweep(connection: AsyncConnection, limit: int = 2000) -> int:
    """Delete some passages of editions that are not in effect; how many it were."""
    remains = (
        select(PassageRow.id)
        .join(DocumentRow, DocumentRow.id == PassageRow.document_id)
        .where(DocumentRow.edition.is_distinct_from(PassageRow.edition))
        .limit(limit)
    )
    ids = list(await connection.scalars(remains))
    if ids:
        await connection.execute(delete(PassageRow).where(PassageRow.id.in_(ids)))
    return len(ids)
