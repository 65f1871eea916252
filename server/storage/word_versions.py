"""Published versions, and the record of who changed what and when. Neither is ever rewritten.

What is in a snapshot is not known here.
Functions take a connection of `Database.read` or `Database.write`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage import audit
from server.storage.tables_words import WordChange, WordVersion

DISCARDED = 0  # the version of changes that were taken back and never took effect
NO_CHANGE = -1  # the version of acts that change no list: a submission, an export


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A published version without its snapshot."""

    number: int
    published_at_ms: int
    published_by: str
    comment: str
    num_words: int
    num_allow: int
    approved_by: str | None = None  # None: one person published it
    restores: int | None = None


@dataclass(frozen=True, slots=True)
class StoredChange:
    """One line of the record. `version`: None while only in the draft, 0 when discarded, -1 for no change."""

    at_ms: int
    who: str
    what: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    num_words: int = 1
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """The changes that are only in the draft."""

    num_changes: int
    newest_id: int  # of the changes in the draft: it tells one state of the draft from another; 0 for none


_VERSION = [getattr(WordVersion, name) for name in StoredVersion.__dataclass_fields__]
_CHANGE = [getattr(WordChange, name) for name in StoredChange.__dataclass_fields__]


async def newest(connection: AsyncConnection) -> StoredVersion | None:
    """The version in effect, or None before the first."""
    query = select(*_VERSION).order_by(WordVersion.number.desc()).limit(1)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else StoredVersion(**row)


async def snapshot(connection: AsyncConnection, number: int) -> bytes:
    """What a version consists of."""
    found = await connection.scalar(select(WordVersion.snapshot).where(WordVersion.number == number))
    if found is None:
        raise LookupError(f"there is no version {number}")
    return found


async def list_all(connection: AsyncConnection) -> list[StoredVersion]:
    """Every version, newest first."""
    rows = await connection.execute(select(*_VERSION).order_by(WordVersion.number.desc()))
    return [StoredVersion(**row) for row in rows.mappings()]


async def add(connection: AsyncConnection, version: StoredVersion, content: bytes, newest_id: int) -> None:
    """Write a version, and mark the changes up to `newest_id` as being in it."""
    values = {name: getattr(version, name) for name in version.__dataclass_fields__}
    await connection.execute(insert(WordVersion).values(**values, snapshot=content))
    await settle(connection, version.number, newest_id)


async def settle(connection: AsyncConnection, version: int, newest_id: int) -> None:
    """Say of the pending changes up to `newest_id` which version they went into."""
    await connection.execute(
        update(WordChange)
        .where(WordChange.version.is_(None), WordChange.id <= newest_id)
        .values(version=version)
    )


async def record(connection: AsyncConnection, change: StoredChange) -> None:
    """Add a line to the record, and the same act to the audit log: the two are always in step."""
    await connection.execute(
        insert(WordChange).values({name: getattr(change, name) for name in change.__dataclass_fields__})
    )
    told = {"num_words": change.num_words, "before": change.before, "after": change.after}
    await audit.append(
        connection,
        at_ms=change.at_ms,
        who=change.who,
        what=change.what,
        subject=change.subject,
        detail={name: value for name, value in told.items() if value is not None},
    )


async def pending(connection: AsyncConnection, *, up_to: int | None = None) -> Pending:
    """How far the draft has moved from the version in effect; `up_to` leaves out what came later."""
    chosen: list[ColumnElement[bool]] = [WordChange.version.is_(None)]
    if up_to is not None:
        chosen.append(WordChange.id <= up_to)
    count = select(func.coalesce(func.sum(WordChange.num_words), 0)).where(*chosen)
    num_changes = await connection.scalar(count)
    newest_id = await connection.scalar(select(func.max(WordChange.id)).where(*chosen))
    return Pending(num_changes=num_changes or 0, newest_id=newest_id or 0)


async def changes(
    connection: AsyncConnection, *, offset: int, limit: int, what: str | None = None
) -> tuple[Sequence[StoredChange], int]:
    """A page of the record, newest first, and how many lines there are; `what` leaves one kind of change."""
    chosen = [] if what is None else [WordChange.what == what]
    query = select(*_CHANGE).where(*chosen).order_by(WordChange.id.desc()).offset(offset).limit(limit)
    total = await connection.scalar(select(func.count()).select_from(WordChange).where(*chosen))
    return [StoredChange(**row) for row in (await connection.execute(query)).mappings()], total or 0
