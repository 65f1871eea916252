"""Rows of what was changed in a preset; it does not know what they mean, or whether they are right."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables_preset import PresetOverride


@dataclass(frozen=True, slots=True)
class Override:
    """A field with its value as JSON; None: the file's own value again."""

    field: str
    value: str | None
    revision: int
    at_ms: int
    who: str


_COLUMNS = [getattr(PresetOverride, name) for name in Override.__dataclass_fields__]


async def list_overrides(connection: AsyncConnection, preset: str) -> list[Override]:
    """Every field of this preset that was ever changed."""
    query = select(*_COLUMNS).where(PresetOverride.preset == preset).order_by(PresetOverride.field)
    return [Override(*row) for row in await connection.execute(query)]


async def newest_revision(connection: AsyncConnection, preset: str) -> int:
    """The number of the latest change; 0 if there was none."""
    query = select(func.max(PresetOverride.revision)).where(PresetOverride.preset == preset)
    return await connection.scalar(query) or 0


async def put_override(connection: AsyncConnection, preset: str, override: Override) -> None:
    """Write a field over what was there."""
    values = {name: getattr(override, name) for name in Override.__dataclass_fields__}
    changed = {name: value for name, value in values.items() if name != "field"}
    await connection.execute(
        insert(PresetOverride)
        .values(preset=preset, **values)
        .on_conflict_do_update(index_elements=["preset", "field"], set_=changed)
    )
