"""The hit log, as it is looked through: pages, counts, the queue of hits that a person is to look at.

What an action means, and who may look, is not known here.
Functions take a connection of `Database.read` or `Database.write`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    delete,
    false,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables import VERDICT_FILTERS, VerdictRecord

DAY_MS = 86_400_000
ACTIONS = ("block", "mask", "replace", "review", "warn", "log")
DayCount = tuple[str, int, tuple[int, ...]]  # category, day, number of each action
COUNTED = 10_000  # beyond so many nobody waits for the exact number
_PART = 1000


@dataclass(frozen=True, slots=True)
class Hit:
    """One row of the log. `review`: open | right | wrong, or None where nobody needs to look."""

    id: int
    at_ms: int
    conversation_id: str | None
    turn_id: str | None
    asker: str
    class_id: str | None
    direction: str
    action: str
    category: str
    word_id: str
    word: str
    list_name: str
    lane: str
    lists_version: int
    text: str | None
    sealed: bytes | None
    review: str | None
    handled_by: str | None
    handled_at_ms: int | None
    handled_note: str | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which hits; None (and an empty word) leaves all. `word` is the beginning of the word."""

    from_ms: int | None = None
    to_ms: int | None = None
    category: str | None = None
    action: str | None = None
    direction: str | None = None
    lane: str | None = None
    list_name: str | None = None
    word: str = ""
    class_id: str | None = None


_V = VerdictRecord
_COLUMNS = [getattr(_V, name) for name in Hit.__dataclass_fields__]
_LAST = chr(0x10FFFF)


def _conditions(chosen: Chosen) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if chosen.from_ms is not None:
        conditions.append(_V.at_ms >= chosen.from_ms)
    if chosen.to_ms is not None:
        conditions.append(_V.at_ms < chosen.to_ms)
    if chosen.word:  # a range, so that the index is of use
        conditions.append(_V.word.between(chosen.word, chosen.word + _LAST))
    for name in ("category", "action", "direction", "lane", "list_name", "class_id"):
        wanted = getattr(chosen, name)
        if wanted is not None:
            conditions.append(getattr(_V, name) == wanted)
    return conditions


async def page(
    connection: AsyncConnection,
    chosen: Chosen,
    *,
    before: tuple[int, int] | None = None,
    review: Sequence[str] = (),
    limit: int = 100,
) -> list[Hit]:
    """Some hits, newest first.

    Args:
        connection: from `Database.read`.
        chosen: which.
        before: time and id of the last hit of the page before: deep pages cost no more than the first.
        review: only those in one of these states of the queue.
        limit: at most so many.
    """
    conditions = _conditions(chosen)
    if review:
        conditions.append(_V.review.in_(review))
    if before is not None:
        at_ms, hit_id = before
        conditions.append(or_(_V.at_ms < at_ms, and_(_V.at_ms == at_ms, _V.id < hit_id)))
        conditions.append(_V.at_ms <= at_ms)  # said once more, since the index understands only this
    query = select(*_COLUMNS).where(*conditions).order_by(_V.at_ms.desc(), _V.id.desc()).limit(limit)
    return [Hit(*row) for row in await connection.execute(query)]


async def count(connection: AsyncConnection, chosen: Chosen, review: Sequence[str] = ()) -> int:
    """How many there are; `COUNTED` + 1 stands for more than can be counted quickly."""
    conditions = _conditions(chosen)
    if review:
        conditions.append(_V.review.in_(review))
    some = select(literal_column("1")).select_from(_V).where(*conditions).limit(COUNTED + 1).subquery()
    return (await connection.scalar(select(func.count()).select_from(some))) or 0


async def every(connection: AsyncConnection, chosen: Chosen, most: int) -> AsyncIterator[Sequence[Hit]]:
    """The chosen hits, newest first, in parts and no more than `most`."""
    query = select(*_COLUMNS).where(*_conditions(chosen)).order_by(_V.at_ms.desc(), _V.id.desc()).limit(most)
    stream = await connection.stream(query)
    async for part in stream.partitions(_PART):
        yield [Hit(*row) for row in part]


async def by_day(connection: AsyncConnection, chosen: Chosen, offset_ms: int) -> Sequence[DayCount]:
    """How many hits of each category there were on each day.

    Days are counted from the epoch, `offset_ms` east of UTC; the numbers are those of `ACTIONS`, in order.
    """
    day = ((_V.at_ms + offset_ms) // DAY_MS).label("day")
    sums = (func.sum(case((_V.action == action, 1), else_=0)) for action in ACTIONS)
    query = select(_V.category, day, *sums).where(*_conditions(chosen)).group_by(_V.category, day)
    rows = (await connection.execute(query)).all()
    return [(row[0], int(row[1]), tuple(row[2:])) for row in rows]


async def values_of(connection: AsyncConnection, name: str) -> list[str]:
    """Every value that a filter could have: one look into the index for each, however many hits there are."""
    assert name in VERDICT_FILTERS
    walk = text(
        f"WITH RECURSIVE seen(value) AS (SELECT MIN({name}) FROM verdicts UNION ALL "  # noqa: S608 -- asserted above
        f"SELECT (SELECT MIN({name}) FROM verdicts WHERE {name} > seen.value) FROM seen "
        "WHERE seen.value IS NOT NULL) SELECT value FROM seen WHERE value IS NOT NULL AND value <> ''"
    )
    return list(await connection.scalars(walk))


async def get(connection: AsyncConnection, hit_id: int) -> Hit | None:
    """The hit, or None."""
    row = (await connection.execute(select(*_COLUMNS).where(_V.id == hit_id))).one_or_none()
    return None if row is None else Hit(*row)


async def settle(
    connection: AsyncConnection, hit_id: int, *, review: str, who: str, at_ms: int, note: str
) -> bool:
    """Say of an open hit whether it was right; False if it is not open (any more)."""
    done = await connection.execute(
        update(_V)
        .where(_V.id == hit_id, _V.review == "open")
        .values(review=review, handled_by=who, handled_at_ms=at_ms, handled_note=note)
    )
    return bool(done.rowcount)


async def not_looked_at(connection: AsyncConnection, limit: int) -> list[Hit]:
    """The oldest hits that the rules of alerts were not held against yet."""
    query = select(*_COLUMNS).where(_V.looked == false()).order_by(_V.id).limit(limit)
    return [Hit(*row) for row in await connection.execute(query)]


async def mark_looked(connection: AsyncConnection, last_id: int) -> None:
    """The rules were held against everything up to this hit."""
    await connection.execute(update(_V).where(_V.looked == false(), _V.id <= last_id).values(looked=True))


async def sealed_between(connection: AsyncConnection, from_ms: int, to_ms: int, most: int) -> list[Hit]:
    """Hits whose text is sealed, oldest first."""
    query = (
        select(*_COLUMNS)
        .where(_V.at_ms >= from_ms, _V.at_ms < to_ms, _V.sealed.is_not(None))
        .order_by(_V.at_ms, _V.id)
        .limit(most)
    )
    return [Hit(*row) for row in await connection.execute(query)]


async def delete_before(connection: AsyncConnection, at_ms: int, most: int) -> int:
    """Delete the oldest hits of before, at most so many at once; how many."""
    oldest = select(_V.id).where(_V.at_ms < at_ms).order_by(_V.at_ms).limit(most)
    done = await connection.execute(delete(_V).where(_V.id.in_(oldest)))
    return done.rowcount
