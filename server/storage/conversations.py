"""Conversations: begun, listed, searched, really deleted. Their turns are in `turns`.

Functions take a connection of `Database.read` or `Database.write`, so that a caller
decides what belongs into one transaction. Who may see what is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.forgetting import forget_conversations
from server.storage.tables import Conversation, Turn
from server.storage.tables_threads import TeacherThread

TITLE_CHARS = 40


@dataclass(frozen=True, slots=True)
class StoredConversation:
    """A conversation without its turns; the system prompt is the one it began with."""

    id: str
    owner_id: str
    class_id: str | None
    preset: str
    system_prompt: str
    title: str
    created_at_ms: int
    updated_at_ms: int


@dataclass(frozen=True, slots=True)
class ListedConversation:
    """What a list of conversations shows."""

    id: str
    title: str
    updated_at_ms: int
    num_turns: int
    unread: bool  # a teacher answered, and nobody has seen it yet


_COLUMNS = [getattr(Conversation, name) for name in StoredConversation.__dataclass_fields__]


async def create(
    connection: AsyncConnection,
    *,
    conversation_id: str,
    owner_id: str,
    class_id: str | None,
    preset: str,
    system_prompt: str,
    now_ms: int,
) -> StoredConversation:
    """Begin a conversation; it is listed once it has a turn."""
    stored = StoredConversation(
        id=conversation_id,
        owner_id=owner_id,
        class_id=class_id,
        preset=preset,
        system_prompt=system_prompt,
        title="",
        created_at_ms=now_ms,
        updated_at_ms=now_ms,
    )
    await connection.execute(
        insert(Conversation).values({name: getattr(stored, name) for name in stored.__dataclass_fields__})
    )
    return stored


async def get(connection: AsyncConnection, conversation_id: str) -> StoredConversation | None:
    """The conversation, or None."""
    rows = await connection.execute(select(*_COLUMNS).where(Conversation.id == conversation_id))
    row = rows.mappings().one_or_none()
    return None if row is None else StoredConversation(**row)


async def list_for_owner(
    connection: AsyncConnection, owner_id: str, q: str = "", limit: int = 200
) -> list[ListedConversation]:
    """One owner's conversations, newest first; those without a question are left out.

    Args:
        connection: from `Database.read`.
        owner_id: a visitor's or a user's id.
        q: must occur in the title, a question or an answer; every character counts as itself.
        limit: at most so many.
    """
    num_turns = (
        select(func.count())
        .where(Turn.conversation_id == Conversation.id, Turn.replaced.is_(False))
        .scalar_subquery()
    )
    unread = (
        select(TeacherThread.turn_id)
        .where(TeacherThread.conversation_id == Conversation.id, TeacherThread.unread)
        .exists()
    )
    query = (
        select(
            Conversation.id,
            Conversation.title,
            Conversation.updated_at_ms,
            num_turns.label("num_turns"),
            unread.label("unread"),
        )
        .where(Conversation.owner_id == owner_id, num_turns > 0)
        .order_by(Conversation.updated_at_ms.desc(), Conversation.id)
        .limit(limit)
    )
    if q.strip():
        wanted = q.strip()
        in_texts = (
            select(Turn.id)
            .where(
                Turn.conversation_id == Conversation.id,
                Turn.replaced.is_(False),
                or_(
                    Turn.question.icontains(wanted, autoescape=True),
                    Turn.answer.icontains(wanted, autoescape=True),
                ),
            )
            .exists()
        )
        query = query.where(or_(Conversation.title.icontains(wanted, autoescape=True), in_texts))
    return [ListedConversation(**row) for row in (await connection.execute(query)).mappings()]


async def delete(connection: AsyncConnection, conversation_id: str, owner_id: str) -> bool:
    """Delete a conversation of this owner with its turns and frames; False if there is none.

    Verdicts and facts stay as counts, but no longer say which conversation they came from, nor what was said.
    """
    owned = select(Conversation.id).where(
        Conversation.id == conversation_id, Conversation.owner_id == owner_id
    )
    if await connection.scalar(owned) is None:
        return False
    await forget_conversations(connection, [conversation_id])
    return True
