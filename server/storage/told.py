"""What was shown of classes and weeks, and the questions of one of them, as they are and as they were.

What may be shown next is not known here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, delete, func, not_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.facts import Within
from server.storage.kept import Place
from server.storage.tables import FactTopic, QuestionFact
from server.storage.tables_told import ToldRating, ToldWeek


@dataclass(frozen=True, slots=True)
class ToldRow:
    """What somebody has seen; `basis` is empty while that counted every question up to `last_fact_id`."""

    round: int
    edition: int
    last_fact_id: int
    content: str
    basis: str


@dataclass(frozen=True, slots=True)
class FactRow:
    """One question; `told_rating`: how it was rated when it was shown first."""

    id: int
    asker: str
    asked_at_ms: int
    local_day: int
    local_hour: int
    outcome: str
    rating: int | None
    told_rating: int | None
    group_id: str | None
    first_token_ms: int | None
    total_ms: int | None
    topics: tuple[str, ...] = ()


async def read(
    connection: AsyncConnection, places: Iterable[Place], small_group: int
) -> dict[Place, ToldRow]:
    """What was shown of these, for this size of a small group."""
    columns = [getattr(ToldWeek, name) for name in ToldRow.__dataclass_fields__]
    found = {}
    for class_id, week in places:
        query = select(*columns).where(
            ToldWeek.class_key == (class_id or ""),
            ToldWeek.week == week,
            ToldWeek.small_group == small_group,
        )
        if (row := (await connection.execute(query)).first()) is not None:
            found[class_id, week] = ToldRow(*row)
    return found


async def of_week(connection: AsyncConnection, week: int) -> dict[str | None, str]:
    """What was shown of each class in a week."""
    query = select(ToldWeek.class_key, ToldWeek.content).where(ToldWeek.week == week)
    return {key or None: content for key, content in await connection.execute(query)}


async def drop_week(connection: AsyncConnection, week: int) -> None:
    """Nothing of a week is counted any more."""
    await connection.execute(delete(ToldWeek).where(ToldWeek.week == week))


async def questions(connection: AsyncConnection, place: Place) -> list[FactRow]:
    """Every question of a class and week, the first ones first."""
    where = Within((place[0],), place[1], place[1]).clause()
    fact = QuestionFact
    topics = select(FactTopic.fact_id, FactTopic.topic_id).join(fact, fact.id == FactTopic.fact_id)
    of_fact: dict[int, list[str]] = {}
    for fact_id, topic_id in await connection.execute(topics.where(where)):
        of_fact.setdefault(fact_id, []).append(topic_id)
    names = [name for name in FactRow.__dataclass_fields__ if hasattr(fact, name)]
    query = (
        select(*(getattr(fact, name) for name in names), ToldRating.fact_id, ToldRating.rating)
        .outerjoin(ToldRating, ToldRating.fact_id == fact.id)
        .where(where)
        .order_by(fact.asked_at_ms, fact.id)
    )
    found = []
    for *row, is_told, told_rating in await connection.execute(query):
        values: dict[str, Any] = dict(zip(names, row, strict=True))
        then = values["rating"] if is_told is None else told_rating
        found.append(FactRow(**values, told_rating=then, topics=tuple(of_fact.get(values["id"], ()))))
    return found


FIRST_WITH_BASIS: Final = 2  # editions

# Only what is kept still, and true where it is the first, can be told: the same content, nothing newer.
_FIRST = text(
    "INSERT OR REPLACE INTO told_weeks"
    " (class_key, week, edition, round, small_group, last_fact_id, content, basis)"
    " SELECT k.class_key, k.week, 1, k.kept_round, k.small_group, :last, k.content, ''"
    " FROM kept_weeks AS k WHERE k.class_key = :key AND k.week = :week AND k.round = k.kept_round"
    " AND k.kept_round = :round AND k.small_group = :small_group AND k.upon_round = 0 AND NOT EXISTS"
    " (SELECT 1 FROM told_weeks AS t WHERE t.class_key = k.class_key AND t.week = k.week"
    " AND t.small_group = k.small_group)"
)
_NEXT = text(
    "UPDATE told_weeks SET (edition, round, content, basis) ="
    " (SELECT k.edition, k.kept_round, k.content, k.basis FROM kept_weeks AS k"
    " WHERE k.class_key = told_weeks.class_key AND k.week = told_weeks.week)"
    " WHERE class_key = :key AND week = :week AND small_group = :small_group AND round = :upon AND EXISTS"
    " (SELECT 1 FROM kept_weeks AS k WHERE k.class_key = told_weeks.class_key AND k.week = told_weeks.week"
    " AND k.kept_round = :round AND k.upon_round = told_weeks.round AND k.small_group = :small_group)"
)


@dataclass(frozen=True, slots=True)
class Telling:
    """What is kept of a place in this round is shown, upon what was shown in that one; None: nothing was."""

    place: Place
    round: int
    upon_round: int | None
    edition: int


async def tell(connection: AsyncConnection, tellings: Collection[Telling], small_group: int) -> int:
    """Note that kept content is shown now; of how many places. The others were changed meanwhile."""
    first, later = [], []
    last = await connection.scalar(select(func.max(QuestionFact.id))) or 0
    for each in tellings:
        values = {"key": each.place[0] or "", "week": each.place[1], "round": each.round}
        values |= {"small_group": small_group}
        if each.upon_round is None:
            first.append(values | {"last": last})
        else:
            later.append(values | {"upon": each.upon_round})
    if first:  # what was told for another size of a small group says nothing of these
        known = select(ToldWeek.week).where(ToldWeek.small_group == small_group)
        for each in tellings:
            if each.upon_round is None:
                await _forget_ratings(connection, each.place, not_(_of_place(known, each.place).exists()))
    num_told = (await connection.execute(_FIRST, first)).rowcount if first else 0
    num_told += (await connection.execute(_NEXT, later)).rowcount if later else 0
    for each in tellings:
        if each.edition == FIRST_WITH_BASIS:  # from here on every question is written down, as it was told
            known = select(ToldWeek.week).where(ToldWeek.basis != "")
            await _forget_ratings(connection, each.place, _of_place(known, each.place).exists())
    return num_told


def _of_place(query: Select[int], place: Place) -> Select[int]:
    return query.where(ToldWeek.class_key == (place[0] or ""), ToldWeek.week == place[1])


async def _forget_ratings(connection: AsyncConnection, place: Place, condition: ColumnElement[bool]) -> None:
    """Nobody asks any more how these questions were rated when they were told first."""
    those = select(QuestionFact.id).where(Within((place[0],), place[1], place[1]).clause())
    await connection.execute(delete(ToldRating).where(ToldRating.fact_id.in_(those), condition))
