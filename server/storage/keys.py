"""Keys of other systems: their rows, which hold hashes only.

How keys are made and what they allow is not known here.
Functions take a connection of `Database.read` or `Database.write`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables import ApiKey


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key's row; `revoked_at_ms` is None as long as it opens anything."""

    id: str
    name: str
    key_hash: str
    shown: str
    role: str
    per_minute: int
    created_at_ms: int
    created_by: str
    revoked_at_ms: int | None = None


_COLUMNS = [getattr(ApiKey, name) for name in StoredKey.__dataclass_fields__]


async def add(connection: AsyncConnection, key: StoredKey) -> None:
    """Add a key."""
    await connection.execute(insert(ApiKey).values(asdict(key)))


async def find(connection: AsyncConnection, key_hash: str) -> StoredKey | None:
    """The key with this hash, or None."""
    row = (await connection.execute(select(*_COLUMNS).where(ApiKey.key_hash == key_hash))).one_or_none()
    return None if row is None else StoredKey(*row)


async def list_all(connection: AsyncConnection) -> list[StoredKey]:
    """Every key, newest first, revoked ones, too."""
    rows = await connection.execute(select(*_COLUMNS).order_by(ApiKey.created_at_ms.desc(), ApiKey.id))
    return [StoredKey(*row) for row in rows]


async def revoke(connection: AsyncConnection, key_id: str, now_ms: int) -> bool:
    """Make a key open nothing any more; False if there is no such key."""
    known = await connection.scalar(select(ApiKey.id).where(ApiKey.id == key_id))
    going = update(ApiKey).where(ApiKey.id == key_id, ApiKey.revoked_at_ms.is_(None))
    await connection.execute(going.values(revoked_at_ms=now_ms))
    return known is not None
