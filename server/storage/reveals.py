"""Who was told whose name, when and why. Rows are added, and lose the person when that is forgotten.

Who may be told is not known here. Functions take a connection of `Database.read` or `Database.write`.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables_privacy import Reveal


@dataclass(frozen=True, slots=True)
class StoredReveal:
    """One reveal; `owner_id` and `asker` are None once that person is forgotten."""

    at_ms: int
    by_id: str
    by_name: str
    by_role: str
    owner_id: str | None
    class_id: str | None
    asker: str | None
    about: str
    reason: str
    note: str


_COLUMNS = [getattr(Reveal, name) for name in StoredReveal.__dataclass_fields__]


async def add(connection: AsyncConnection, reveal: StoredReveal) -> None:
    """Write it down."""
    values = {name: getattr(reveal, name) for name in reveal.__dataclass_fields__}
    await connection.execute(insert(Reveal).values(values))


async def count_since(connection: AsyncConnection, by_id: str, since_ms: int) -> tuple[int, int | None]:
    """How many names somebody was told since a moment, and when the first of them."""
    query = select(func.count(), func.min(Reveal.at_ms)).where(Reveal.by_id == by_id, Reveal.at_ms > since_ms)
    num, first_ms = (await connection.execute(query)).one()
    return num, first_ms


async def of_owner(connection: AsyncConnection, owner_id: str) -> list[StoredReveal]:
    """The reveals of one person's name, the newest first."""
    query = select(*_COLUMNS).where(Reveal.owner_id == owner_id).order_by(Reveal.id.desc())
    return [StoredReveal(**row) for row in (await connection.execute(query)).mappings()]


async def newest(connection: AsyncConnection, limit: int) -> list[StoredReveal]:
    """The last reveals, the newest first."""
    query = select(*_COLUMNS).order_by(Reveal.id.desc()).limit(limit)
    return [StoredReveal(**row) for row in (await connection.execute(query)).mappings()]
