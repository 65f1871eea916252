"""Rows of classes' switches. What a stage allows is not known here."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import func, select
from sqlalchemy.dialects.sqlite import insert as insert_or_update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables import QuestionFact
from server.storage.tables_stages import ClassStage


@dataclass(frozen=True, slots=True)
class StoredStage:
    """A class's switches."""

    stage: str = "upper_secondary"
    hints_first: bool = False
    led_until_ms: int = 0
    led_by: str = ""


_COLUMNS = [getattr(ClassStage, name) for name in StoredStage.__dataclass_fields__]


async def get(connection: AsyncConnection, class_id: str) -> StoredStage:
    """The switches of a class; those of an open one where nothing was chosen."""
    row = (await connection.execute(select(*_COLUMNS).where(ClassStage.class_id == class_id))).one_or_none()
    return StoredStage() if row is None else StoredStage(*row)


async def list_all(connection: AsyncConnection) -> dict[str, StoredStage]:
    """The switches of every class for which something was chosen."""
    rows = await connection.execute(select(ClassStage.class_id, *_COLUMNS))
    return {row[0]: StoredStage(*row[1:]) for row in rows}


async def put(connection: AsyncConnection, class_id: str, stage: StoredStage) -> None:
    """Choose the switches of a class."""
    values = asdict(stage)
    new = insert_or_update(ClassStage).values(class_id=class_id, **values)
    await connection.execute(new.on_conflict_do_update(index_elements=["class_id"], set_=values))


async def questions_of_day(connection: AsyncConnection, class_id: str, local_day: int, asker: str) -> int:
    """How many questions somebody asked on one day, those held back included."""
    query = select(func.count()).where(
        QuestionFact.class_id == class_id, QuestionFact.local_day == local_day, QuestionFact.asker == asker
    )
    return await connection.scalar(query) or 0
