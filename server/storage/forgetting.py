"""Forgetting: conversations with every text of theirs, and whole persons. Counts stay, and say of nobody.

A new table that keeps something of a person gets a line in `_OF_OWNER` (rows with the owner's id), in
`_OF_CONVERSATION` (rows with a conversation's id) or in `_UNDER_PSEUDONYM` (rows that only lose who it was).
It does not know when somebody wants to be forgotten. Functions take a connection of `Database.write`.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables import (
    Conversation,
    JournalFrame,
    Login,
    QuestionFact,
    Turn,
    VerdictRecord,
    Visitor,
)
from server.storage.tables_groups import GroupWording
from server.storage.tables_privacy import Reveal
from server.storage.tables_records import Alert
from server.storage.tables_threads import TeacherPost, TeacherThread

# What is counted → the column with the owner's id. The rows go.
_OF_OWNER: dict[str, Any] = {"logins": Login.user_id, "visitors": Visitor.id}
# What is counted → the column with the conversation's id. The rows go, those that others refer to last.
_OF_CONVERSATION: dict[str, Any] = {
    "threads": TeacherThread.conversation_id,
    "frames": JournalFrame.conversation_id,
    "turns": Turn.conversation_id,
}
# Rows that stay as counts, under a name that is nobody's.
_UNDER_PSEUDONYM: tuple[Any, ...] = (VerdictRecord.asker, TeacherThread.asker, Alert.asker, Alert.source)

ONE_OFF = "~"  # how a pseudonym begins that is nobody's


async def forget_conversations(
    connection: AsyncConnection, conversation_ids: Sequence[str]
) -> dict[str, int]:
    """Remove conversations with their turns, frames and wordings; how many rows of what.

    Facts and verdicts stay as counts, but no longer say which conversation they came from.
    """
    counts: Counter[str] = Counter()
    turn_ids = select(Turn.id).where(Turn.conversation_id.in_(conversation_ids))
    await connection.execute(
        update(QuestionFact).where(QuestionFact.turn_id.in_(turn_ids)).values(turn_id=None)
    )
    await connection.execute(
        update(VerdictRecord)
        .where(VerdictRecord.conversation_id.in_(conversation_ids))
        .values(conversation_id=None, turn_id=None, text=None, sealed=None)
    )
    await connection.execute(
        update(Alert).where(Alert.source.in_(conversation_ids)).values(source=Alert.asker)
    )
    gone = await connection.execute(delete(GroupWording).where(GroupWording.turn_id.in_(turn_ids)))
    counts["wordings"] += gone.rowcount
    threads = select(TeacherThread.turn_id).where(TeacherThread.conversation_id.in_(conversation_ids))
    await connection.execute(delete(TeacherPost).where(TeacherPost.turn_id.in_(threads)))
    for name, column in _OF_CONVERSATION.items():
        gone = await connection.execute(delete(column.class_).where(column.in_(conversation_ids)))
        counts[name] += gone.rowcount
    gone = await connection.execute(delete(Conversation).where(Conversation.id.in_(conversation_ids)))
    counts["conversations"] += gone.rowcount
    return dict(counts)


async def conversation_ids(connection: AsyncConnection, owner_id: str) -> list[str]:
    """Every conversation of an owner, those without a question, too."""
    return list(await connection.scalars(select(Conversation.id).where(Conversation.owner_id == owner_id)))


async def classes_of_groups(connection: AsyncConnection, conversation_ids: Sequence[str]) -> set[str | None]:
    """The classes whose groups know themselves again by a question of these conversations."""
    query = (
        select(GroupWording.class_id)
        .join(Turn, Turn.id == GroupWording.turn_id)
        .where(Turn.conversation_id.in_(conversation_ids))
        .distinct()
    )
    return set(await connection.scalars(query))


async def counted_under(
    connection: AsyncConnection, askers: Collection[str]
) -> dict[tuple[str | None, int, str], list[int]]:
    """The ids of questions counted under some pseudonyms, by class, week and pseudonym; a read that scans."""
    week = (QuestionFact.local_day - 1) // 7
    query = select(QuestionFact.class_id, week, QuestionFact.asker, QuestionFact.id).where(
        QuestionFact.asker.in_(askers)
    )
    found: dict[tuple[str | None, int, str], list[int]] = {}
    for class_id, number, asker, fact_id in await connection.execute(query):
        found.setdefault((class_id, number, asker), []).append(fact_id)
    return found


async def detach_facts(connection: AsyncConnection, fact_ids: Sequence[int]) -> int:
    """Count some questions of one person, class and week under a name that is nobody's."""
    changed = await connection.execute(
        update(QuestionFact).where(QuestionFact.id.in_(fact_ids)).values(asker=one_off(), turn_id=None)
    )
    return changed.rowcount


async def forget_owner(
    connection: AsyncConnection, owner_id: str, askers: Collection[str], *, keep: Collection[str] = ()
) -> dict[str, int]:
    """Remove what else there is of a person; how many rows of what.

    Args:
        connection: from `Database.write`.
        owner_id: a visitor's or a user's id.
        askers: every pseudonym this person ever had.
        keep: kinds of rows that stay: an account's logins, where the account does.
    """
    counts: Counter[str] = Counter()
    for column in _UNDER_PSEUDONYM:
        for asker in askers:
            nothing: dict[str, Any] = {"text": None, "sealed": None} if column is VerdictRecord.asker else {}
            changed = await connection.execute(
                update(column.class_).where(column == asker).values({column.key: one_off(), **nothing})
            )
            counts["verdicts"] += changed.rowcount
    await connection.execute(
        update(Reveal).where(Reveal.owner_id == owner_id).values(owner_id=None, asker=None)
    )
    for name, column in _OF_OWNER.items():
        if name not in keep:
            gone = await connection.execute(delete(column.class_).where(column == owner_id))
            counts[name] += gone.rowcount
    return dict(counts)


def one_off() -> str:
    """A pseudonym that stands for nobody and is never used again."""
    return ONE_OFF + secrets.token_hex(7)
