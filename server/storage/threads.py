"""Rows of what pupils send to their teacher: how a thread stands, and what was written to it.

Question and answer are those of the turn, so that nothing of them outlives a deleted conversation. Who may
read or answer is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or_update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage import audit
from server.storage.tables import Turn
from server.storage.tables_threads import TeacherPost, TeacherThread

WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class ThreadMove:
    """A step of a thread; of a new one, whose it is."""

    turn_id: str
    conversation_id: str
    class_id: str | None
    asker: str
    state: str
    at_ms: int
    text: str | None
    by: str | None  # the teacher who wrote; None: the asker


@dataclass(frozen=True, slots=True)
class StoredThread:
    """A thread with the question and the answer of its turn."""

    turn_id: str
    conversation_id: str
    class_id: str | None
    asker: str
    state: str
    num_replies: int
    sent_at_ms: int
    moved_at_ms: int
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class StoredPost:
    """What somebody wrote to a thread."""

    turn_id: str
    by: str | None
    text: str
    at_ms: int


async def move(connection: AsyncConnection, step: ThreadMove) -> None:
    """Write a step down, a teacher's also on the audit log; a withdrawn thread is gone with all its posts."""
    if step.state == WITHDRAWN:
        await connection.execute(delete(TeacherThread).where(TeacherThread.turn_id == step.turn_id))
        return
    replied = step.state == "waiting" and step.by is None and step.text is not None
    new = insert_or_update(TeacherThread).values(
        turn_id=step.turn_id,
        conversation_id=step.conversation_id,
        class_id=step.class_id,
        asker=step.asker,
        state=step.state,
        num_replies=0,
        unread=False,
        sent_at_ms=step.at_ms,
        moved_at_ms=step.at_ms,
    )
    known = new.on_conflict_do_update(
        index_elements=["turn_id"],
        set_={
            "state": step.state,
            "moved_at_ms": step.at_ms,
            "unread": step.by is not None,
            "num_replies": TeacherThread.num_replies + replied,
        },
    )
    await connection.execute(known)
    if step.text is not None:
        post = {"turn_id": step.turn_id, "by": step.by, "text": step.text, "at_ms": step.at_ms}
        await connection.execute(insert(TeacherPost).values(post))
    if step.by is not None and step.text is not None:
        detail = {
            "class_id": await connection.scalar(
                select(TeacherThread.class_id).where(TeacherThread.turn_id == step.turn_id)
            ),
            "num_chars": len(step.text),
        }
        await audit.append(
            connection,
            at_ms=step.at_ms,
            who=step.by,
            what="answer_thread",
            subject=step.turn_id,
            detail=detail,
        )


async def stands(connection: AsyncConnection, conversation_id: str) -> dict[str, tuple[str, int]]:
    """State and number of replies of a conversation's threads, by turn."""
    query = select(TeacherThread.turn_id, TeacherThread.state, TeacherThread.num_replies).where(
        TeacherThread.conversation_id == conversation_id
    )
    return {row[0]: (row[1], row[2]) for row in await connection.execute(query)}


async def answers(connection: AsyncConnection, conversation_id: str) -> dict[str, list[str]]:
    """What teachers answered in a conversation, by turn, oldest first."""
    query = (
        select(TeacherPost.turn_id, TeacherPost.text)
        .join(TeacherThread, TeacherThread.turn_id == TeacherPost.turn_id)
        .where(TeacherThread.conversation_id == conversation_id, TeacherPost.by.is_not(None))
        .order_by(TeacherPost.id)
    )
    found: dict[str, list[str]] = {}
    for turn_id, text in await connection.execute(query):
        found.setdefault(turn_id, []).append(text)
    return found


async def get(connection: AsyncConnection, turn_id: str) -> StoredThread | None:
    """The thread of a turn, or None."""
    rows = await _threads(connection, TeacherThread.turn_id == turn_id, 1)
    return rows[0] if rows else None


async def of_classes(
    connection: AsyncConnection, class_ids: Sequence[str | None], state: str | None, most: int
) -> list[StoredThread]:
    """Threads of some classes: those that wait longest first, then the newest of the others."""
    clause = _in_classes(class_ids)
    if state is not None:
        clause &= TeacherThread.state == state
    return await _threads(connection, clause, most)


async def count_waiting(connection: AsyncConnection, class_ids: Sequence[str | None]) -> int:
    """How many threads of some classes wait for an answer."""
    query = select(func.count()).where(_in_classes(class_ids), TeacherThread.state == "waiting")
    return await connection.scalar(query) or 0


async def posts_of(connection: AsyncConnection, turn_ids: Sequence[str]) -> dict[str, list[StoredPost]]:
    """What was written to some threads, oldest first."""
    columns = [getattr(TeacherPost, name) for name in StoredPost.__dataclass_fields__]
    query = select(*columns).where(TeacherPost.turn_id.in_(turn_ids)).order_by(TeacherPost.id)
    found: dict[str, list[StoredPost]] = {}
    for row in await connection.execute(query):
        found.setdefault(row[0], []).append(StoredPost(*row))
    return found


async def mark_read(connection: AsyncConnection, conversation_id: str, turn_id: str) -> None:
    """The asker saw the newest answer."""
    await connection.execute(
        update(TeacherThread)
        .where(TeacherThread.turn_id == turn_id, TeacherThread.conversation_id == conversation_id)
        .values(unread=False)
    )


async def _threads(connection: AsyncConnection, clause: ColumnElement[bool], most: int) -> list[StoredThread]:
    names = StoredThread.__dataclass_fields__
    columns = [getattr(TeacherThread, name) for name in list(names)[:-2]]
    waits = TeacherThread.state == "waiting"
    query = (
        select(*columns, Turn.question, Turn.answer)
        .join(Turn, Turn.id == TeacherThread.turn_id)
        .where(clause)
        .order_by(
            waits.desc(),
            func.iif(waits, TeacherThread.moved_at_ms, -TeacherThread.moved_at_ms),
            TeacherThread.turn_id,
        )
        .limit(most)
    )
    rows = (await connection.execute(query)).mappings()
    return [StoredThread(**row) for row in rows]


def _in_classes(class_ids: Sequence[str | None]) -> ColumnElement[bool]:
    named = [class_id for class_id in class_ids if class_id is not None]
    clause: ColumnElement[bool] = TeacherThread.class_id.in_(named)
    return or_(clause, TeacherThread.class_id.is_(None)) if None in class_ids else clause
