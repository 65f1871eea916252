"""The rights in which single users differ from their role.

What a right opens is not known here. Functions take a connection of `Database.read` or `Database.write`.
"""

from __future__ import annotations

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables_privacy import UserRight


async def of_user(connection: AsyncConnection, user_id: str) -> tuple[tuple[str, bool], ...]:
    """What was switched for one user, sorted."""
    query = select(UserRight.right, UserRight.allowed).where(UserRight.user_id == user_id)
    return tuple(sorted((str(right), bool(allowed)) for right, allowed in await connection.execute(query)))


async def of_all(connection: AsyncConnection) -> dict[str, tuple[tuple[str, bool], ...]]:
    """What was switched, for every user for whom something was."""
    found: dict[str, list[tuple[str, bool]]] = {}
    for user_id, right, allowed in await connection.execute(
        select(UserRight.user_id, UserRight.right, UserRight.allowed)
    ):
        found.setdefault(user_id, []).append((right, bool(allowed)))
    return {user_id: tuple(sorted(switched)) for user_id, switched in found.items()}


async def switch(connection: AsyncConnection, user_id: str, right: str, allowed: bool | None) -> None:
    """Let a user differ from their role in one right; None: no longer."""
    await connection.execute(delete(UserRight).where(UserRight.user_id == user_id, UserRight.right == right))
    if allowed is not None:
        await connection.execute(insert(UserRight).values(user_id=user_id, right=right, allowed=allowed))


async def clear(connection: AsyncConnection, user_id: str) -> None:
    """The user is what their role is."""
    await connection.execute(delete(UserRight).where(UserRight.user_id == user_id))
