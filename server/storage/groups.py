"""Rows of groups of like questions: by which questions a group is known again, and what was decided by hand.

It does not know what makes questions alike, nor who may see them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables import Turn
from server.storage.tables_groups import GroupRule, GroupWording


@dataclass(frozen=True, slots=True)
class Wording:
    """A question by which a group is known again, as it was asked."""

    class_id: str | None
    group_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A decision by hand; `free` takes a `together` back, and `maybe` a `never`; only `apart` has a term."""

    class_id: str | None
    kind: Literal["together", "apart", "free", "never", "maybe"]
    group_id: str
    other_id: str
    term: str | None


async def add_wording(connection: AsyncConnection, turn_id: str, class_id: str | None, group_id: str) -> None:
    """Know the group again by this question; nothing happens if its turn is deleted already."""
    if await connection.scalar(select(func.count()).where(Turn.id == turn_id)):
        await connection.execute(
            insert(GroupWording).values(turn_id=turn_id, class_id=class_id, group_id=group_id)
        )


async def newest_wordings(
    connection: AsyncConnection, most: int, class_ids: Collection[str | None] | None = None
) -> list[Wording]:
    """The newest wordings of all groups, or of those of some classes, the oldest of them first."""
    query = (
        select(GroupWording.class_id, GroupWording.group_id, Turn.question)
        .join(Turn, Turn.id == GroupWording.turn_id)
        .order_by(Turn.asked_at_ms.desc(), Turn.id.desc())
        .limit(most)
    )
    if class_ids is not None:
        among = func.coalesce(GroupWording.class_id, "").in_([class_id or "" for class_id in class_ids])
        query = query.where(among)
    return [Wording(*row) for row in reversed((await connection.execute(query)).all())]


async def wordings_of(connection: AsyncConnection, group_ids: Sequence[str]) -> list[Wording]:
    """The wordings of some groups, in the order in which they were asked."""
    query = (
        select(GroupWording.class_id, GroupWording.group_id, Turn.question)
        .join(Turn, Turn.id == GroupWording.turn_id)
        .where(GroupWording.group_id.in_(group_ids))
        .order_by(Turn.asked_at_ms, Turn.id)
    )
    return [Wording(*row) for row in await connection.execute(query)]


async def add_rule(connection: AsyncConnection, rule: Rule, *, at_ms: int, who: str) -> None:
    """Write down a decision; it is never changed afterwards."""
    values = {name: getattr(rule, name) for name in rule.__dataclass_fields__}
    await connection.execute(insert(GroupRule).values(**values, at_ms=at_ms, who=who))


async def rules(connection: AsyncConnection) -> list[Rule]:
    """Every decision, in the order in which they were taken."""
    columns = [getattr(GroupRule, name) for name in Rule.__dataclass_fields__]
    rows = await connection.execute(select(*columns).order_by(GroupRule.id))
    return [Rule(*row) for row in rows]
