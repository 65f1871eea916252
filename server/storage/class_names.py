"""Names of pupils by class, to be masked in what they ask. What a name looks like is not known here.

Functions take a connection of `Database.read` or `Database.write`.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.ids import new_id
from server.storage.tables_names import ClassNames


async def get(connection: AsyncConnection, class_id: str) -> list[str]:
    """The names of a class in their order."""
    query = select(ClassNames.names).where(ClassNames.class_id == class_id)
    return list(await connection.scalar(query) or ())


async def put(connection: AsyncConnection, class_id: str, names: Sequence[str]) -> None:
    """From now on exactly these are the names of the class."""
    await connection.execute(delete(ClassNames).where(ClassNames.class_id == class_id))
    if names:
        row = {"class_id": class_id, "names": list(names), "stamp": new_id()}
        await connection.execute(insert(ClassNames).values(row))


async def stamps(connection: AsyncConnection) -> dict[str, str]:
    """For each class that has names, a mark that is another one after every change."""
    rows = await connection.execute(select(ClassNames.class_id, ClassNames.stamp))
    return {row.class_id: row.stamp for row in rows}
