"""What is stored of one person, as rows to be handed out to that person. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage import threads
from server.storage.tables import Conversation, SchoolClass, Turn, User, VerdictRecord, Visitor
from server.storage.threads import StoredPost


@dataclass(frozen=True, slots=True)
class OwnTurn:
    """A question and its answer, as they were shown."""

    asked_at_ms: int
    question: str
    answer: str
    origin: str
    finish: str | None
    replaced: bool
    rating: int | None
    rating_reason: str | None
    posts: tuple[StoredPost, ...] = ()  # what was written about it to a teacher, and back


@dataclass(frozen=True, slots=True)
class OwnHit:
    """A word that was hit in one of one's messages."""

    at_ms: int
    direction: str
    action: str
    category: str
    text: str | None  # a masked part, where the settings keep one


@dataclass(frozen=True, slots=True)
class Extent:
    """How much there is of a person's conversations, and since when."""

    num_conversations: int
    num_turns: int
    oldest_updated_at_ms: int | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be behind a pseudonym."""

    id: str
    name: str | None  # None: a visitor without an account
    since_ms: int


_TURN = [getattr(Turn, name) for name in OwnTurn.__dataclass_fields__ if name != "posts"]
_HIT = [getattr(VerdictRecord, name) for name in OwnHit.__dataclass_fields__]


async def extent(connection: AsyncConnection, owner_id: str) -> Extent:
    """How much a person's conversations are."""
    query = select(func.count(), func.min(Conversation.updated_at_ms)).where(
        Conversation.owner_id == owner_id
    )
    num_conversations, oldest = (await connection.execute(query)).one()
    turns = select(func.count()).select_from(Turn).join(Conversation, Conversation.id == Turn.conversation_id)
    num_turns = await connection.scalar(turns.where(Conversation.owner_id == owner_id))
    return Extent(num_conversations, num_turns or 0, oldest)


async def turns_of(connection: AsyncConnection, conversation_id: str) -> list[OwnTurn]:
    """Every turn of a conversation in order, those answered anew included."""
    query = select(Turn.id, *_TURN).where(Turn.conversation_id == conversation_id).order_by(Turn.number)
    rows = [dict(row) for row in (await connection.execute(query)).mappings()]
    posts = await threads.posts_of(connection, [row["id"] for row in rows])
    written = [tuple(posts.get(row.pop("id"), ())) for row in rows]
    return [OwnTurn(**row, posts=each) for row, each in zip(rows, written, strict=True)]


async def hits_of(connection: AsyncConnection, conversation_ids: Sequence[str]) -> list[OwnHit]:
    """The hits in some conversations, oldest first."""
    query = select(*_HIT).where(VerdictRecord.conversation_id.in_(conversation_ids))
    return [OwnHit(**row) for row in (await connection.execute(query.order_by(VerdictRecord.id))).mappings()]


async def since(connection: AsyncConnection, owner_id: str) -> int | None:
    """When a visitor or user came first; None: there is none."""
    for table in (Visitor, User):
        found = await connection.scalar(select(table.created_at_ms).where(table.id == owner_id))
        if found is not None:
            return found
    return None


async def class_ids(connection: AsyncConnection) -> list[str]:
    """Every class there ever was."""
    return list(await connection.scalars(select(SchoolClass.id)))


async def everybody(connection: AsyncConnection) -> list[Candidate]:
    """Everybody who may be behind a pseudonym: people change classes, so those of all classes."""
    users = await connection.execute(select(User.id, User.name, User.created_at_ms))
    visitors = await connection.execute(select(Visitor.id, Visitor.created_at_ms))
    return [
        *(Candidate(row.id, row.name, row.created_at_ms) for row in users),
        *(Candidate(row.id, None, row.created_at_ms) for row in visitors),
    ]
