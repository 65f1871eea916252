"""Rows of what came with the examples: the marks by which exactly those can be taken away again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables_preset import ExampleItem

Kind = Literal["answer", "document"]


@dataclass(frozen=True, slots=True)
class Mark:
    """An item that came with the examples, and the digest of its content when it came."""

    kind: Kind
    item_id: str
    name: str
    digest: str
    at_ms: int


_COLUMNS = [getattr(ExampleItem, name) for name in Mark.__dataclass_fields__]


async def list_marks(connection: AsyncConnection) -> list[Mark]:
    """Every mark, in the order in which the items came."""
    query = select(*_COLUMNS).order_by(ExampleItem.at_ms, ExampleItem.kind, ExampleItem.name)
    return [Mark(*row) for row in await connection.execute(query)]


async def add_mark(connection: AsyncConnection, mark: Mark) -> None:
    """Mark an item; a second time changes nothing."""
    values = {name: getattr(mark, name) for name in Mark.__dataclass_fields__}
    await connection.execute(insert(ExampleItem).values(**values).on_conflict_do_nothing())


async def delete_mark(connection: AsyncConnection, mark: Mark) -> None:
    """The item is gone, or no longer counted among the examples."""
    await connection.execute(
        delete(ExampleItem).where(ExampleItem.kind == mark.kind, ExampleItem.item_id == mark.item_id)
    )
