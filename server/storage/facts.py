"""Questions as counts: written once, then read in sums. No text passes through here.

A *week* is a number: whole weeks since Monday, 1 January of the year 1. Who may see which
sum, and which sums are too small to show, is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, case, distinct, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.poor import reason_query
from server.storage.tables import FactTopic, QuestionFact, Secret

_WEEK = ((QuestionFact.local_day - 1) // 7).label("week")
_TIME_STEP_MS = 20
_TERMS_SINCE = "terms_since_week"


@dataclass(frozen=True, slots=True)
class NewFact:
    """One question to count."""

    turn_id: str | None  # None for a question that never became a turn
    asked_at_ms: int
    local_day: int  # date.toordinal() in the school's time zone
    local_hour: int
    class_id: str | None
    asker: str  # pseudonym
    outcome: str
    origin: str
    first_token_ms: int | None
    total_ms: int | None
    group_id: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """So many questions of one class with one key, and who asked them."""

    class_id: str | None
    week: int
    key: tuple[object, ...]  # (weekday, hour), (outcome,), (topic id or None,), (group id or None, rating)
    num_questions: int
    askers: frozenset[str]


@dataclass(frozen=True, slots=True)
class TimeCount:
    """So many first tokens of one class that took about so long."""

    class_id: str | None
    week: int
    first_token_ms: int  # rounded down to a multiple of 20 ms
    num_questions: int


@dataclass(frozen=True, slots=True)
class Within:
    """The questions a sum is made of: whole weeks of some classes."""

    class_ids: tuple[str | None, ...]  # None: those asked outside every class
    first_week: int
    last_week: int  # included

    def clause(self) -> ColumnElement[bool]:
        """The same as a condition on `question_facts`."""
        days = QuestionFact.local_day.between(self.first_week * 7 + 1, self.last_week * 7 + 7)
        named = [class_id for class_id in self.class_ids if class_id is not None]
        classes: ColumnElement[bool] = QuestionFact.class_id.in_(named)
        if None in self.class_ids:
            classes = (
                or_(classes, QuestionFact.class_id.is_(None)) if named else QuestionFact.class_id.is_(None)
            )
        return classes & days


async def first_week_with_terms(connection: AsyncConnection, week: int) -> int:
    """The week from which pseudonyms change with the terms, decided at the first start that asks.

    Args:
        connection: from `Database.write`.
        week: what it is where people are counted already; an empty database has terms from its beginning.
    """
    known = await connection.scalar(select(Secret.value).where(Secret.name == _TERMS_SINCE))
    if known is None:
        is_used = await connection.scalar(select(QuestionFact.id).limit(1)) is not None
        known = str(week if is_used else 0).encode()
        await connection.execute(insert(Secret).values(name=_TERMS_SINCE, value=known))
    return int(known)


async def record(connection: AsyncConnection, fact: NewFact, topic_ids: Sequence[str]) -> bool:
    """Count a question; False if its turn is counted already."""
    if fact.turn_id is not None:
        known = select(QuestionFact.id).where(QuestionFact.turn_id == fact.turn_id)
        if await connection.scalar(known) is not None:
            return False
    values = {name: getattr(fact, name) for name in fact.__dataclass_fields__}
    fact_id = await connection.scalar(insert(QuestionFact).values(values).returning(QuestionFact.id))
    if topic_ids:
        rows = [{"fact_id": fact_id, "topic_id": topic_id} for topic_id in topic_ids]
        await connection.execute(insert(FactTopic), rows)
    return True


async def set_rating(connection: AsyncConnection, turn_id: str, rating: int | None) -> list[str | None]:
    """Note how the asker judged the answer; the class it was counted for, none if the turn is not counted."""
    changed = update(QuestionFact).where(QuestionFact.turn_id == turn_id).values(rating=rating)
    return list(await connection.scalars(changed.returning(QuestionFact.class_id)))


@dataclass(frozen=True, slots=True)
class Counts:
    """Every sum the statistics are made of, at one moment."""

    hours: list[Count]  # by weekday (Monday is 0) and hour
    outcomes: list[Count]
    topics: list[Count]  # None counts those that touched none; one question may touch several
    first_tokens: list[TimeCount]
    timed_askers: dict[tuple[str | None, int], int]  # people who got a first token at all, by class and week
    groups: list[Count] = field(default_factory=list)  # of like questions, by how they were rated
    reasons: list[Count] = field(default_factory=list)  # by why not answered well, or None, and group
    kinds: list[Count] = field(default_factory=list)  # by reason, group, outcome and rating
    topic_groups: list[Count] = field(default_factory=list)  # by topic, group, and whether it was blocked


async def count(connection: AsyncConnection, where: Within) -> Counts:
    """Add up the questions of some classes and weeks.

    Args:
        connection: one of `Database.read`, whose consistent state matters here: a question counted
            between two sums would show as their difference.
        where: which questions.
    """
    kinds = await _count_kinds(connection, where)
    topic_groups = await _count_topics(connection, where)
    return Counts(
        hours=await _count_hours(connection, where),
        outcomes=await _count_outcomes(connection, where),
        topics=_merged(topic_groups, 0),
        first_tokens=await _count_first_tokens(connection, where),
        timed_askers=await _count_timed_askers(connection, where),
        groups=await _count_groups(connection, where),
        reasons=_merged(kinds, 0, 1),
        kinds=kinds,
        topic_groups=topic_groups,
    )


async def _count_hours(connection: AsyncConnection, where: Within) -> list[Count]:
    weekday = ((QuestionFact.local_day - 1) % 7).label("weekday")
    query = (
        select(QuestionFact.class_id, _WEEK, weekday, QuestionFact.local_hour, func.count(), _askers())
        .where(where.clause())
        .group_by(QuestionFact.class_id, QuestionFact.local_day, QuestionFact.local_hour)
    )
    return [_count(row, (row[2], row[3])) for row in await connection.execute(query)]


async def _count_outcomes(connection: AsyncConnection, where: Within) -> list[Count]:
    query = (
        select(QuestionFact.class_id, _WEEK, QuestionFact.outcome, func.count(), _askers())
        .where(where.clause())
        .group_by(QuestionFact.class_id, _WEEK, QuestionFact.outcome)
    )
    return [_count(row, (row[2],)) for row in await connection.execute(query)]


async def _count_topics(connection: AsyncConnection, where: Within) -> list[Count]:
    is_blocked = (QuestionFact.outcome == "blocked").label("is_blocked")
    columns = (QuestionFact.class_id, _WEEK, FactTopic.topic_id, QuestionFact.group_id, is_blocked)
    query = (
        select(*columns, func.count(), _askers())
        .select_from(QuestionFact)
        .outerjoin(FactTopic, FactTopic.fact_id == QuestionFact.id)
        .where(where.clause())
        .group_by(*columns)
    )
    return [_count(row, (row[2], row[3], bool(row[4]))) for row in await connection.execute(query)]


async def _count_groups(connection: AsyncConnection, where: Within) -> list[Count]:
    columns = (QuestionFact.class_id, _WEEK, QuestionFact.group_id, QuestionFact.rating)
    query = select(*columns, func.count(), _askers()).where(where.clause()).group_by(*columns)
    return [_count(row, (row[2], row[3])) for row in await connection.execute(query)]


async def _count_kinds(connection: AsyncConnection, where: Within) -> list[Count]:
    query = reason_query(where.clause(), _WEEK, _askers)
    return [_count(row, tuple(row[2:6])) for row in await connection.execute(query)]


def _merged(counts: list[Count], *parts: int) -> list[Count]:
    """The same questions by some parts of their keys."""
    found: dict[tuple[object, ...], tuple[int, set[str]]] = {}
    for count in counts:
        place = (count.class_id, count.week, *(count.key[part] for part in parts))
        number, askers = found.get(place, (0, set()))
        found[place] = (number + count.num_questions, askers | count.askers)
    return [
        Count(place[0], int(str(place[1])), tuple(place[2:]), number, frozenset(askers))  # type: ignore[arg-type]
        for place, (number, askers) in found.items()
    ]


async def _count_first_tokens(connection: AsyncConnection, where: Within) -> list[TimeCount]:
    step = (QuestionFact.first_token_ms // _TIME_STEP_MS * _TIME_STEP_MS).label("step")
    query = (
        select(QuestionFact.class_id, _WEEK, step, func.count())
        .where(where.clause(), QuestionFact.first_token_ms.is_not(None))
        .group_by(QuestionFact.class_id, _WEEK, step)
    )
    return [TimeCount(row[0], row[1], row[2] or 0, row[3]) for row in await connection.execute(query)]


async def _count_timed_askers(
    connection: AsyncConnection, where: Within
) -> dict[tuple[str | None, int], int]:
    timed = case((QuestionFact.first_token_ms.is_not(None), QuestionFact.asker))
    query = (
        select(QuestionFact.class_id, _WEEK, func.count(distinct(timed)))
        .where(where.clause())
        .group_by(QuestionFact.class_id, _WEEK)
    )
    return {(row[0], row[1]): row[2] for row in await connection.execute(query)}


def _askers(column: Any = QuestionFact.asker) -> ColumnElement[str]:
    # Who asked, not only how many: what hidden cells add up to is judged by the people in them together.
    return func.group_concat(distinct(column))


def _count(row: Sequence[Any], key: tuple[object, ...]) -> Count:
    return Count(row[0], row[1], key, num_questions=row[-2], askers=frozenset(row[-1].split(",")))
