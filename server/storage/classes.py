"""Classes with their teachers and members, visitors without accounts, and the installation's secrets.

What a join code looks like and who may see which class is not known here.
Functions take a connection of `Database.read` or `Database.write`.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables import ClassTeacher, Conversation, SchoolClass, Secret, User, Visitor


@dataclass(frozen=True, slots=True)
class StoredClass:
    """A class's row."""

    id: str
    name: str
    join_code: str
    enrolled: int | None
    archived: bool
    created_at_ms: int


@dataclass(frozen=True, slots=True)
class StoredVisitor:
    """A visitor's row, without the hash of the cookie."""

    id: str
    class_id: str | None
    created_at_ms: int


_COLUMNS = [getattr(SchoolClass, name) for name in StoredClass.__dataclass_fields__]
_VISITOR = [getattr(Visitor, name) for name in StoredVisitor.__dataclass_fields__]


async def add(connection: AsyncConnection, row: StoredClass) -> None:
    """Add a class; name and code must be free."""
    await connection.execute(
        insert(SchoolClass).values({name: getattr(row, name) for name in row.__dataclass_fields__})
    )


async def get(connection: AsyncConnection, class_id: str) -> StoredClass | None:
    """The class, or None."""
    return await _one(connection, SchoolClass.id == class_id)


async def find_by_name(connection: AsyncConnection, name: str) -> StoredClass | None:
    """The class of this name, or None."""
    return await _one(connection, SchoolClass.name == name)


async def find_by_code(connection: AsyncConnection, join_code: str) -> StoredClass | None:
    """The class with this join code, or None."""
    return await _one(connection, SchoolClass.join_code == join_code)


async def list_all(connection: AsyncConnection) -> list[StoredClass]:
    """Every class by name."""
    rows = await connection.execute(select(*_COLUMNS).order_by(SchoolClass.name))
    return [StoredClass(**row) for row in rows.mappings()]


async def open_ids(connection: AsyncConnection) -> list[str]:
    """The ids of the classes that are not archived."""
    query = select(SchoolClass.id).where(SchoolClass.archived.is_(False))
    return list(await connection.scalars(query))


async def list_taught(connection: AsyncConnection, user_id: str) -> list[StoredClass]:
    """The classes of one teacher by name."""
    query = (
        select(*_COLUMNS)
        .join(ClassTeacher, ClassTeacher.class_id == SchoolClass.id)
        .where(ClassTeacher.user_id == user_id)
        .order_by(SchoolClass.name)
    )
    return [StoredClass(**row) for row in (await connection.execute(query)).mappings()]


async def change(connection: AsyncConnection, class_id: str, values: dict[str, Any]) -> None:
    """Change some columns of a class."""
    if values:
        await connection.execute(update(SchoolClass).where(SchoolClass.id == class_id).values(values))


async def set_teachers(connection: AsyncConnection, class_id: str, user_ids: Sequence[str]) -> None:
    """From now on exactly these users teach the class."""
    await connection.execute(delete(ClassTeacher).where(ClassTeacher.class_id == class_id))
    if user_ids:
        rows = [{"class_id": class_id, "user_id": user_id} for user_id in dict.fromkeys(user_ids)]
        await connection.execute(insert(ClassTeacher), rows)


async def teachers(connection: AsyncConnection) -> dict[str, list[tuple[str, str]]]:
    """Who teaches: `(user id, name)` in order of names, for every class id."""
    query = (
        select(ClassTeacher.class_id, User.id, User.name)
        .join(User, User.id == ClassTeacher.user_id)
        .order_by(User.name)
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for class_id, user_id, name in await connection.execute(query):
        found.setdefault(class_id, []).append((user_id, name))
    return found


async def count_members(connection: AsyncConnection) -> dict[str, int]:
    """How many visitors and users belong to each class."""
    found: dict[str, int] = {}
    for column in (Visitor.class_id, User.class_id):
        query = select(column, func.count()).where(column.is_not(None)).group_by(column)
        for class_id, count in await connection.execute(query):
            found[str(class_id)] = found.get(str(class_id), 0) + count
    return found


# --- visitors -------------------------------------------------------------------------


async def add_visitor(connection: AsyncConnection, visitor: StoredVisitor, token_hash: str) -> None:
    """Remember a visitor by the hash of a cookie."""
    await connection.execute(
        insert(Visitor).values(
            id=visitor.id,
            token_hash=token_hash,
            class_id=visitor.class_id,
            created_at_ms=visitor.created_at_ms,
        )
    )


async def find_visitor(connection: AsyncConnection, token_hash: str) -> StoredVisitor | None:
    """The visitor with this cookie, or None."""
    rows = await connection.execute(select(*_VISITOR).where(Visitor.token_hash == token_hash))
    row = rows.mappings().one_or_none()
    return None if row is None else StoredVisitor(**row)


async def put_visitor(connection: AsyncConnection, visitor_id: str, class_id: str) -> None:
    """Put a visitor into a class."""
    await connection.execute(update(Visitor).where(Visitor.id == visitor_id).values(class_id=class_id))


# --- secrets --------------------------------------------------------------------------


async def secret(connection: AsyncConnection, name: str) -> bytes:
    """The installation's random secret of this name (32 bytes); made when it is first asked for.

    Args:
        connection: from `Database.write`.
        name: what it is for.
    """
    found = await connection.scalar(select(Secret.value).where(Secret.name == name))
    if found is None:
        found = secrets.token_bytes(32)
        await connection.execute(insert(Secret).values(name=name, value=found))
    return found


async def _one(connection: AsyncConnection, condition: Any) -> StoredClass | None:
    row = (await connection.execute(select(*_COLUMNS).where(condition))).mappings().one_or_none()
    return None if row is None else StoredClass(**row)


async def delete_strangers(connection: AsyncConnection, before_ms: int, but: Collection[str] = ()) -> int:
    """Forget visitors who came before a moment, joined no class and have no conversation; how many.

    Args:
        connection: from `Database.write`.
        before_ms: the moment.
        but: ids of visitors who stay in any case.
    """
    has_spoken = exists().where(Conversation.owner_id == Visitor.id)
    done = await connection.execute(
        delete(Visitor).where(
            Visitor.created_at_ms < before_ms,
            Visitor.class_id.is_(None),
            Visitor.id.not_in(but),
            ~has_spoken,
        )
    )
    return done.rowcount
