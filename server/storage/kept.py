"""Rows of kept sheets: what was worked out of a class and week, and whether it still is true.

What the content means is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables_sheets import KeptWeek

Place = tuple[str | None, int]  # class and week


@dataclass(frozen=True, slots=True)
class KeptRow:
    """How often facts of a class and week changed, and what was made of them.

    Args:
        round: grows with every change.
        content: None where it is not true any more.
        before: what was true some rounds ago; None where there is nothing.
    """

    round: int
    content: str | None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """Content to keep, made of facts of this round."""

    place: Place
    round: int
    content: str


async def read(
    connection: AsyncConnection,
    class_ids: Iterable[str | None],
    first_week: int,
    last_week: int,
    small_group: int,
) -> dict[Place, KeptRow]:
    """What is kept of some classes and weeks; a place without facts is not among them."""
    query = select(
        KeptWeek.class_key,
        KeptWeek.week,
        KeptWeek.round,
        KeptWeek.kept_round,
        KeptWeek.small_group,
        KeptWeek.content,
    ).where(
        KeptWeek.class_key.in_([class_id or "" for class_id in class_ids]),
        KeptWeek.week.between(first_week, last_week),
    )
    return {
        (key or None, week): KeptRow(
            number,
            content if kept_round == number and for_group == small_group else None,
            content if for_group == small_group else None,
        )
        for key, week, number, kept_round, for_group, content in await connection.execute(query)
    }


async def keep(connection: AsyncConnection, made: Iterable[Made], small_group: int) -> None:
    """Keep what was made; what changed meanwhile has a higher round, and is made again."""
    rows = [
        {
            "key": each.place[0] or "",
            "at_week": each.place[1],
            "new_round": each.round,
            "new_content": each.content,
        }
        for each in made
    ]
    if rows:
        kept = (
            update(KeptWeek)
            .where(KeptWeek.class_key == bindparam("key"), KeptWeek.week == bindparam("at_week"))
            .values(
                kept_round=bindparam("new_round"),
                content=bindparam("new_content"),
                small_group=small_group,
            )
        )
        await connection.execute(kept, rows)


async def stale(connection: AsyncConnection, small_group: int, most: int) -> list[Place]:
    """Places whose content is not true any more, the newest weeks first."""
    query = (
        select(KeptWeek.class_key, KeptWeek.week)
        .where(or_(KeptWeek.kept_round != KeptWeek.round, KeptWeek.small_group != small_group))
        .order_by(KeptWeek.week.desc(), KeptWeek.class_key)
        .limit(most)
    )
    return [(key or None, week) for key, week in await connection.execute(query)]
