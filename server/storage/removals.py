"""What is too old: found in small parts, removed in small transactions, and written down as it goes.

A round that is killed in the middle has its counts up to there, and the next one goes on where it stopped:
what is left to do is what is still there. How old is too old is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import delete, exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.forgetting import ONE_OFF
from server.storage.tables import Conversation, QuestionFact, Visitor
from server.storage.tables_privacy import KeptSheet, Removal, Reveal

_WEEK = (QuestionFact.local_day - 1) // 7


@dataclass(frozen=True, slots=True)
class StoredRemoval:
    """One round; `ended_at_ms` is None while it runs."""

    id: int
    began_at_ms: int
    ended_at_ms: int | None
    cause: Literal["age", "person"]
    counts: dict[str, int]


_COLUMNS = [getattr(Removal, name) for name in StoredRemoval.__dataclass_fields__]


# --- the record of it -----------------------------------------------------------------


async def begin(connection: AsyncConnection, cause: Literal["age", "person"], now_ms: int) -> int:
    """Begin a round, or go on with one by age that was cut off; its number."""
    if cause == "age":
        unfinished = select(Removal.id).where(Removal.cause == cause, Removal.ended_at_ms.is_(None))
        known = await connection.scalar(unfinished.order_by(Removal.id.desc()).limit(1))
        if known is not None:
            return known
    values: dict[str, Any] = {"began_at_ms": now_ms, "ended_at_ms": None, "cause": cause, "counts": {}}
    return int((await connection.scalar(insert(Removal).values(values).returning(Removal.id))) or 0)


async def note(connection: AsyncConnection, removal_id: int, counts: dict[str, int]) -> None:
    """Add to the counts of a round, in the transaction that removes what they count."""
    before: dict[str, Any] = (
        await connection.scalar(select(Removal.counts).where(Removal.id == removal_id))
    ) or {}
    together = {name: before.get(name, 0) + counts.get(name, 0) for name in {*before, *counts}}
    together = {name: number for name, number in sorted(together.items()) if number}
    await connection.execute(update(Removal).where(Removal.id == removal_id).values(counts=together))


async def end(connection: AsyncConnection, removal_id: int, now_ms: int) -> StoredRemoval:
    """The round is over."""
    await connection.execute(update(Removal).where(Removal.id == removal_id).values(ended_at_ms=now_ms))
    row = (await connection.execute(select(*_COLUMNS).where(Removal.id == removal_id))).mappings().one()
    return StoredRemoval(**row)


async def newest(connection: AsyncConnection, limit: int) -> list[StoredRemoval]:
    """The last rounds, the newest first."""
    query = select(*_COLUMNS).order_by(Removal.id.desc()).limit(limit)
    return [StoredRemoval(**row) for row in (await connection.execute(query)).mappings()]


# --- what is too old ------------------------------------------------------------------


async def old_conversations(connection: AsyncConnection, before_ms: int, limit: int) -> list[str]:
    """Conversations in which nothing happened since a moment."""
    query = select(Conversation.id).where(Conversation.updated_at_ms < before_ms)
    return list(await connection.scalars(query.order_by(Conversation.updated_at_ms).limit(limit)))


async def detach_old_reveals(connection: AsyncConnection, before_ms: int) -> int:
    """Reveals older than a moment stay on record, but no longer say whose name it was."""
    named = or_(Reveal.owner_id.is_not(None), Reveal.asker.is_not(None))
    return (
        await connection.execute(
            update(Reveal).where(Reveal.at_ms < before_ms, named).values(owner_id=None, asker=None)
        )
    ).rowcount


async def delete_old_visitors(
    connection: AsyncConnection, before_ms: int, but: Sequence[str], limit: int
) -> int:
    """Forget visitors whose cookie is older than a moment and who have no conversation any more."""
    has_spoken = exists().where(Conversation.owner_id == Visitor.id)
    old = (
        select(Visitor.id)
        .where(Visitor.created_at_ms < before_ms, Visitor.id.not_in(but), ~has_spoken)
        .limit(limit)
    )
    return (await connection.execute(delete(Visitor).where(Visitor.id.in_(old)))).rowcount


# --- counts ---------------------------------------------------------------------------


async def linked_people(
    connection: AsyncConnection, before_week: int, limit: int
) -> list[tuple[str | None, int, str]]:
    """Class, week and pseudonym of questions of finished weeks that still have one; a read that scans."""
    query = (
        select(QuestionFact.class_id, _WEEK, QuestionFact.asker)
        .where(QuestionFact.local_day < before_week * 7 + 1, QuestionFact.asker.not_like(f"{ONE_OFF}%"))
        .distinct()
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in await connection.execute(query)]


async def unlink_people(
    connection: AsyncConnection, people: Sequence[tuple[str | None, int, str]], names: Sequence[str]
) -> int:
    """Give each person of a class and week another name there; how many questions that changed."""
    changed = 0
    for (class_id, week, asker), name in zip(people, names, strict=True):
        same_class = (
            QuestionFact.class_id.is_(None) if class_id is None else QuestionFact.class_id == class_id
        )
        days = QuestionFact.local_day.between(week * 7 + 1, week * 7 + 7)
        done = await connection.execute(
            update(QuestionFact).where(same_class, days, QuestionFact.asker == asker).values(asker=name)
        )
        changed += done.rowcount
    return changed


async def oldest_counted_week(connection: AsyncConnection) -> int | None:
    """The first week of which questions are still counted one by one."""
    oldest = await connection.scalar(select(QuestionFact.asked_at_ms).order_by(QuestionFact.asked_at_ms))
    if oldest is None:
        return None
    return await connection.scalar(
        select(_WEEK).where(QuestionFact.asked_at_ms == oldest).order_by(_WEEK).limit(1)
    )


async def classes_in(connection: AsyncConnection, week: int) -> list[str | None]:
    """The classes in which anybody asked in a week."""
    days = QuestionFact.local_day.between(week * 7 + 1, week * 7 + 7)
    return list(await connection.scalars(select(QuestionFact.class_id).where(days).distinct()))


async def keep_sheets(connection: AsyncConnection, week: int, sheets: dict[str | None, str]) -> None:
    """Keep what may be shown of a week; what is kept already is not changed any more."""
    for class_id, sheet in sheets.items():
        values = {"class_id": class_id or "", "week": week, "sheet": sheet}
        await connection.execute(insert(KeptSheet).prefix_with("OR IGNORE").values(values))


async def kept_sheets(
    connection: AsyncConnection, class_ids: Sequence[str | None], first_week: int, last_week: int
) -> dict[tuple[str | None, int], str]:
    """The kept sheets of some classes and weeks, the last week included."""
    query = select(KeptSheet.class_id, KeptSheet.week, KeptSheet.sheet).where(
        KeptSheet.class_id.in_([class_id or "" for class_id in class_ids]),
        KeptSheet.week.between(first_week, last_week),
    )
    return {(row[0] or None, row[1]): row[2] for row in await connection.execute(query)}


async def delete_facts_of(connection: AsyncConnection, week: int, limit: int) -> int:
    """Remove the questions of a week one by one counted, at most so many; how many."""
    days = QuestionFact.local_day.between(week * 7 + 1, week * 7 + 7)
    some = select(QuestionFact.id).where(days).limit(limit)
    return (await connection.execute(delete(QuestionFact).where(QuestionFact.id.in_(some)))).rowcount
