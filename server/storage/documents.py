"""Rows of documents: what was uploaded, its text, and which of its passages are in effect.

It does not know how a document is read or found. Functions take a connection of `Database.read` or
`Database.write`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables_documents import DocumentRow, DocumentText, EditionNumber
from server.storage.tables_following import DocumentVersion, RemovedDocument

State = Literal["waiting", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document's row; see `tables_documents`."""

    id: str
    title: str
    file_name: str
    kind: str
    size_bytes: int
    sha256: str
    class_id: str | None
    state: State
    problem: str | None
    attempts: int
    edition: int | None
    num_pages: int | None
    num_chars: int
    num_passages: int
    added_at_ms: int
    added_by: str
    indexed_at_ms: int | None


_COLUMNS = [getattr(DocumentRow, name) for name in StoredDocument.__dataclass_fields__]


async def add(connection: AsyncConnection, document: StoredDocument) -> None:
    """Keep a new document."""
    values = {name: getattr(document, name) for name in StoredDocument.__dataclass_fields__}
    await connection.execute(insert(DocumentRow).values(**values))


async def get(connection: AsyncConnection, document_id: str) -> StoredDocument | None:
    """One document."""
    row = (await connection.execute(select(*_COLUMNS).where(DocumentRow.id == document_id))).one_or_none()
    return None if row is None else StoredDocument(*row)


async def list_all(connection: AsyncConnection) -> list[StoredDocument]:
    """Every document, the newest first."""
    query = select(*_COLUMNS).order_by(DocumentRow.added_at_ms.desc(), DocumentRow.id)
    return [StoredDocument(*row) for row in await connection.execute(query)]


async def list_for(
    connection: AsyncConnection, classes: Collection[str] | None, *, text: str, offset: int, limit: int
) -> tuple[list[StoredDocument], int]:
    """A page of documents, the newest first, and how many there are on all pages.

    Args:
        connection: from `Database.read`.
        classes: those for everyone and for these classes; None: all.
        text: must occur in the title or the file's name.
        offset: so many before this page.
        limit: at most so many on it.
    """
    chosen: list[ColumnElement[bool]] = []
    if classes is not None:
        chosen.append(or_(DocumentRow.class_id.is_(None), DocumentRow.class_id.in_(classes)))
    if text:
        columns = (DocumentRow.title, DocumentRow.file_name)
        chosen.append(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    query = select(*_COLUMNS).where(*chosen).order_by(DocumentRow.added_at_ms.desc(), DocumentRow.id)
    total = await connection.scalar(select(func.count()).select_from(DocumentRow).where(*chosen))
    rows = await connection.execute(query.offset(offset).limit(limit))
    return [StoredDocument(*row) for row in rows], total or 0


async def same(connection: AsyncConnection, sha256: str, class_id: str | None) -> StoredDocument | None:
    """The document of the same file for the same people, or for everyone."""
    scope = or_(DocumentRow.class_id.is_(None), DocumentRow.class_id == class_id)
    query = select(*_COLUMNS).where(DocumentRow.sha256 == sha256, scope).limit(1)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else StoredDocument(*row)


async def is_file_wanted(connection: AsyncConnection, sha256: str) -> bool:
    """Whether a document still rests on this file."""
    query = select(func.count()).select_from(DocumentRow).where(DocumentRow.sha256 == sha256)
    return bool(await connection.scalar(query))


async def files(connection: AsyncConnection) -> set[str]:
    """The hashes of all files that documents rest on."""
    return set(await connection.scalars(select(DocumentRow.sha256).distinct()))


async def num_waiting(connection: AsyncConnection) -> int:
    """How many documents wait to be read."""
    query = select(func.count()).select_from(DocumentRow).where(DocumentRow.state == "waiting")
    return await connection.scalar(query) or 0


async def rename(connection: AsyncConnection, document_id: str, title: str) -> None:
    """Give a document another title."""
    await connection.execute(update(DocumentRow).where(DocumentRow.id == document_id).values(title=title))
    await _changed(connection)


async def wait_again(connection: AsyncConnection, document_id: str) -> None:
    """Let a document be read anew; until it was, what is in effect stays so."""
    values = {"state": "waiting", "problem": None, "attempts": 0}
    await connection.execute(update(DocumentRow).where(DocumentRow.id == document_id).values(**values))


async def begin(connection: AsyncConnection, document_id: str) -> int:
    """A reading begins: it has the number that is returned, from 1."""
    counted = update(DocumentRow).where(DocumentRow.id == document_id)
    await connection.execute(counted.values(attempts=DocumentRow.attempts + 1))
    attempts = await connection.scalar(select(DocumentRow.attempts).where(DocumentRow.id == document_id))
    return attempts or 0


async def fail(connection: AsyncConnection, document_id: str, problem: str) -> None:
    """It cannot be read. An earlier edition stays in effect."""
    values = {"state": "failed", "problem": problem}
    await connection.execute(update(DocumentRow).where(DocumentRow.id == document_id).values(**values))


async def new_edition(connection: AsyncConnection) -> int:
    """A number that no edition ever had."""
    last = await connection.scalar(select(EditionNumber.last).where(EditionNumber.id == 1))
    if last is None:
        await connection.execute(insert(EditionNumber).values(id=1, last=1))
        return 1
    await connection.execute(update(EditionNumber).where(EditionNumber.id == 1).values(last=last + 1))
    return last + 1


async def publish(
    connection: AsyncConnection,
    document_id: str,
    *,
    edition: int,
    kind: str,
    text: str,
    num_pages: int | None,
    num_passages: int,
    now_ms: int,
) -> bool:
    """Put an edition, whose passages are all there, into effect; False where the document was deleted."""
    changed = await connection.execute(
        update(DocumentRow)
        .where(DocumentRow.id == document_id)
        .values(
            state="ready",
            problem=None,
            attempts=0,
            edition=edition,
            kind=kind,
            num_pages=num_pages,
            num_chars=len(text),
            num_passages=num_passages,
            indexed_at_ms=now_ms,
        )
    )
    if not changed.rowcount:
        return False
    await connection.execute(delete(DocumentText).where(DocumentText.document_id == document_id))
    await connection.execute(insert(DocumentText).values(document_id=document_id, text=text))
    await _changed(connection)
    return True


async def text_of(connection: AsyncConnection, document_id: str) -> str | None:
    """The text of a document; None until it was read."""
    text: str | None = await connection.scalar(
        select(DocumentText.text).where(DocumentText.document_id == document_id)
    )
    return text


async def delete_document(connection: AsyncConnection, document_id: str, now_ms: int) -> None:
    """Delete a document with its text and its passages, and remember that quotes of it are to go."""
    await connection.execute(delete(DocumentRow).where(DocumentRow.id == document_id))
    await connection.execute(insert(RemovedDocument).values(document_id=document_id, at_ms=now_ms))
    await _changed(connection)


async def removed(connection: AsyncConnection) -> dict[str, int]:
    """The deleted documents of which quotes may still stand in conversations, and when they were deleted."""
    rows = await connection.execute(select(RemovedDocument.document_id, RemovedDocument.at_ms))
    return {row.document_id: row.at_ms for row in rows}


async def quotes_are_gone(connection: AsyncConnection, document_ids: Collection[str]) -> None:
    """Nothing of these deleted documents stands anywhere any more."""
    await connection.execute(delete(RemovedDocument).where(RemovedDocument.document_id.in_(document_ids)))


async def version(connection: AsyncConnection) -> int:
    """The number of the latest change of what is in effect."""
    number = await connection.scalar(select(DocumentVersion.number).where(DocumentVersion.id == 1))
    return number or 0


async def _changed(connection: AsyncConnection) -> None:
    counted = update(DocumentVersion).where(DocumentVersion.id == 1)
    if not (await connection.execute(counted.values(number=DocumentVersion.number + 1))).rowcount:
        await connection.execute(insert(DocumentVersion).values(id=1, number=1))
