"""Rows of kept sheets: what was worked out of a class and week, and whether it still is true.

What the content means is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, bindparam, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables_sheets import KeptWeek
from server.storage.tables_told import ToldWeek

Place = tuple[str | None, int]  # class and week


@dataclass(frozen=True, slots=True)
class KeptRow:
    """How often facts of a class and week changed, and what was made of them.

    Args:
        round: grows with every change.
        content: None where it is not true any more.
        before: what was true some rounds ago, and may be shown; None where there is nothing.
        kept_round: of which round both are.
        told_round: of which round is what somebody has seen; None: nobody has seen anything.
        told_edition: how often that had other numbers.
        edition: the same of what is kept.
    """

    round: int
    content: str | None
    before: str | None = None
    kept_round: int = 0
    told_round: int | None = None
    told_edition: int = 0
    edition: int = 1

    @property
    def is_told(self) -> bool:
        """Whether what is kept is what was seen already."""
        return self.told_round is not None and self.edition == self.told_edition


@dataclass(frozen=True, slots=True)
class Made:
    """Content to keep, made of facts of this round, upon what was seen (`upon_round`; 0: nothing was)."""

    place: Place
    round: int
    content: str
    upon_round: int = 0
    edition: int = 1
    basis: str = ""


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
        KeptWeek.edition,
        _FITS,
        ToldWeek.round,
        ToldWeek.edition,
    ).select_from(KeptWeek)
    query = query.outerjoin(ToldWeek, _same_place(small_group)).where(
        KeptWeek.class_key.in_([class_id or "" for class_id in class_ids]),
        KeptWeek.week.between(first_week, last_week),
    )
    found = {}
    for key, week, number, kept_round, for_group, content, edition, fits, *told in await connection.execute(
        query
    ):
        before = content if for_group == small_group and fits else None
        true = before if kept_round == number else None
        found[key or None, week] = KeptRow(number, true, before, kept_round, told[0], told[1] or 0, edition)
    return found


# What is kept may be shown where it is what was seen, or was made upon it.
_FITS = or_(
    and_(ToldWeek.round.is_(None), KeptWeek.upon_round == 0),
    ToldWeek.round == KeptWeek.upon_round,
    ToldWeek.round == KeptWeek.kept_round,
)


def _same_place(small_group: int) -> ColumnElement[bool]:
    return and_(
        ToldWeek.class_key == KeptWeek.class_key,
        ToldWeek.week == KeptWeek.week,
        ToldWeek.small_group == small_group,
    )


async def keep(connection: AsyncConnection, made: Iterable[Made], small_group: int) -> None:
    """Keep what was made; what changed meanwhile has a higher round, and is made again."""
    rows = [
        {
            "key": each.place[0] or "",
            "at_week": each.place[1],
            "new_round": each.round,
            "new_content": each.content,
            "new_upon": each.upon_round,
            "new_edition": each.edition,
            "new_basis": each.basis,
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
                upon_round=bindparam("new_upon"),
                edition=bindparam("new_edition"),
                basis=bindparam("new_basis"),
                small_group=small_group,
            )
        )
        await connection.execute(kept, rows)


async def stale(connection: AsyncConnection, small_group: int, most: int) -> list[Place]:
    """Places whose content is not true any more, the newest weeks first."""
    query = (
        select(KeptWeek.class_key, KeptWeek.week)
        .outerjoin(ToldWeek, _same_place(small_group))
        .where(or_(KeptWeek.kept_round != KeptWeek.round, KeptWeek.small_group != small_group, not_(_FITS)))
        .order_by(KeptWeek.week.desc(), KeptWeek.class_key)
        .limit(most)
    )
    return [(key or None, week) for key, week in await connection.execute(query)]
