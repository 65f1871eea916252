"""People with passwords: their rows, their logins, and the one-time token of the first start.

It sees hashes only; how passwords and tokens are made and compared is not known here.
Functions take a connection of `Database.read` or `Database.write`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables import Login, SetupToken, User


@dataclass(frozen=True, slots=True)
class StoredUser:
    """A user's row."""

    id: str
    name: str
    password_hash: str
    role: str
    disabled: bool
    class_id: str | None
    created_at_ms: int


_COLUMNS = [getattr(User, name) for name in StoredUser.__dataclass_fields__]


async def add(connection: AsyncConnection, user: StoredUser) -> None:
    """Add a user; the name must be free."""
    await connection.execute(
        insert(User).values({name: getattr(user, name) for name in user.__dataclass_fields__})
    )


async def get(connection: AsyncConnection, user_id: str) -> StoredUser | None:
    """The user, or None."""
    row = (await connection.execute(select(*_COLUMNS).where(User.id == user_id))).mappings().one_or_none()
    return None if row is None else StoredUser(**row)


async def find_by_name(connection: AsyncConnection, name: str) -> StoredUser | None:
    """The user of exactly this name, or None."""
    row = (await connection.execute(select(*_COLUMNS).where(User.name == name))).mappings().one_or_none()
    return None if row is None else StoredUser(**row)


async def list_all(connection: AsyncConnection) -> list[StoredUser]:
    """Every user by name."""
    rows = await connection.execute(select(*_COLUMNS).order_by(User.name))
    return [StoredUser(**row) for row in rows.mappings()]


async def roles(connection: AsyncConnection) -> dict[str, str]:
    """The role of every user id."""
    rows = await connection.execute(select(User.id, User.role))
    return {row.id: row.role for row in rows}


async def change(connection: AsyncConnection, user_id: str, values: dict[str, Any]) -> None:
    """Change some columns of a user."""
    if values:
        await connection.execute(update(User).where(User.id == user_id).values(values))


async def count_active(connection: AsyncConnection, role: str, *, without: str = "") -> int:
    """How many users of a role may log in, not counting the id `without`."""
    query = (
        select(func.count())
        .select_from(User)
        .where(User.role == role, User.disabled.is_(False), User.id != without)
    )
    return (await connection.scalar(query)) or 0


# --- logins ---------------------------------------------------------------------------


async def add_login(
    connection: AsyncConnection, token_hash: str, user_id: str, now_ms: int, expires_at_ms: int
) -> None:
    """Remember a login, and forget those that have expired."""
    await connection.execute(delete(Login).where(Login.expires_at_ms <= now_ms))
    await connection.execute(
        insert(Login).values(
            token_hash=token_hash, user_id=user_id, created_at_ms=now_ms, expires_at_ms=expires_at_ms
        )
    )


async def find_by_login(connection: AsyncConnection, token_hash: str, now_ms: int) -> StoredUser | None:
    """The user behind a login that has not expired, unless the user is disabled."""
    query = (
        select(*_COLUMNS)
        .join(Login, Login.user_id == User.id)
        .where(Login.token_hash == token_hash, Login.expires_at_ms > now_ms, User.disabled.is_(False))
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else StoredUser(**row)


async def end_login(connection: AsyncConnection, token_hash: str) -> None:
    """Forget one login."""
    await connection.execute(delete(Login).where(Login.token_hash == token_hash))


async def end_logins(connection: AsyncConnection, user_id: str, *, but: str = "") -> None:
    """Forget every login of a user, but the one with the token hash `but`."""
    await connection.execute(delete(Login).where(Login.user_id == user_id, Login.token_hash != but))


# --- the first start ------------------------------------------------------------------


async def renew_setup_token(connection: AsyncConnection, token_hash: str, now_ms: int) -> None:
    """From now on only this token works."""
    await connection.execute(delete(SetupToken))
    await connection.execute(insert(SetupToken).values(token_hash=token_hash, created_at_ms=now_ms))


async def knows_setup_token(connection: AsyncConnection, token_hash: str) -> bool:
    """Whether the token still works."""
    found = await connection.scalar(select(SetupToken.token_hash).where(SetupToken.token_hash == token_hash))
    return found is not None


async def end_setup_tokens(connection: AsyncConnection) -> None:
    """No token works any more."""
    await connection.execute(delete(SetupToken))
