"""What happened in conversations, written together: frames, turns and verdicts in one transaction.

So a frame that is in the journal never contradicts the tables, whenever the power fails.
It does not know what the frames say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Executable, bindparam, insert, text, update

from server.storage import journal, threads, verdicts
from server.storage.conversations import TITLE_CHARS, StoredConversation
from server.storage.database import Database
from server.storage.tables import Conversation, Turn
from server.storage.threads import ThreadMove
from server.storage.turns import pack_ids
from server.storage.verdicts import StoredVerdict

_ENDING = ("answer", "finish", "question_ids", "answer_ids", "tokenizer", "usage", "origin")


@dataclass(frozen=True, slots=True)
class NewTurn:
    """A question; the first one of a conversation gives it its title."""

    turn_id: str
    ask_id: str
    question: str
    asked_at_ms: int
    lists_version: int
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class EndedTurn:
    """An answer, with its exact token ids where they are known."""

    turn_id: str
    answer: str
    finish: str
    now_ms: int
    question_ids: tuple[int, ...] | None = None
    answer_ids: tuple[int, ...] | None = None
    tokenizer: str | None = None
    usage: dict[str, Any] | None = None
    origin: str = "model"


@dataclass(slots=True)
class Batch:
    """What one conversation has to write."""

    conversation_id: str
    create: StoredConversation | None = None  # the conversation itself, if it is not written yet
    begun: list[NewTurn] = field(default_factory=list)
    ended: list[EndedTurn] = field(default_factory=list)
    verdicts: list[StoredVerdict] = field(default_factory=list)
    threads: list[ThreadMove] = field(default_factory=list)
    frames: list[tuple[int, str]] = field(default_factory=list)  # (seq, text)

    def __bool__(self) -> bool:
        return bool(self.begun or self.ended or self.verdicts or self.threads or self.frames)


# One statement for all turns of a batch, however many: the number is found where the row is written.
_BEGIN = text(
    "INSERT INTO turns (id, conversation_id, number, ask_id, question, answer, origin, replaced, "
    "asked_at_ms, lists_version) SELECT :id, :conversation_id, COALESCE(MAX(number), 0) + 1, :ask_id, "
    ":question, '', 'model', 0, :asked_at_ms, :lists_version FROM turns "
    "WHERE conversation_id = :conversation_id"
)
_NAME = text(
    "UPDATE conversations SET updated_at_ms = :at_ms, title = CASE title WHEN '' THEN :title ELSE title END "
    "WHERE id = :conversation_id"
)
_REPLACE = text("UPDATE turns SET replaced = 1 WHERE id = :replaces")
_FINISH = (
    update(Turn)
    .where(Turn.id == bindparam("turn_id"), Turn.finish.is_(None))  # only the first end counts
    .values({name: bindparam(f"new_{name}") for name in _ENDING})
)
_TOUCH = text("UPDATE conversations SET updated_at_ms = :at_ms WHERE id = :conversation_id")


async def write(database: Database, batches: Sequence[Batch]) -> None:
    """Write all of them or nothing, in a handful of statements however many they are.

    Raises:
        StorageProblem: the database refused; one batch that cannot be written takes all with it.
    """
    new = [asdict(batch.create) for batch in batches if batch.create is not None]
    begun = [(batch.conversation_id, turn) for batch in batches for turn in batch.begun]
    ended = [(batch.conversation_id, turn) for batch in batches for turn in batch.ended]
    statements: list[tuple[Executable, list[dict[str, Any]]]] = [
        (insert(Conversation), new),
        (_REPLACE, [{"replaces": turn.replaces} for _, turn in begun if turn.replaces is not None]),
        (_BEGIN, [_begin(conversation_id, turn) for conversation_id, turn in begun]),
        (_NAME, [_name(conversation_id, turn) for conversation_id, turn in begun]),
        (_FINISH, [_finish(turn) for _, turn in ended]),
        (_TOUCH, [{"conversation_id": each, "at_ms": turn.now_ms} for each, turn in ended]),
    ]
    async with database.write() as connection:
        for statement, rows in statements:
            if rows:
                await connection.execute(statement, rows)
        for step in [step for batch in batches for step in batch.threads]:
            await threads.move(connection, step)
        await verdicts.record_many(connection, [each for batch in batches for each in batch.verdicts])
        await journal.append_many(
            connection,
            [(batch.conversation_id, seq, text) for batch in batches for seq, text in batch.frames],
        )


def _begin(conversation_id: str, turn: NewTurn) -> dict[str, Any]:
    return {
        "id": turn.turn_id,
        "conversation_id": conversation_id,
        "ask_id": turn.ask_id,
        "question": turn.question,
        "asked_at_ms": turn.asked_at_ms,
        "lists_version": turn.lists_version,
    }


def _name(conversation_id: str, turn: NewTurn) -> dict[str, Any]:
    title = " ".join(turn.question.split())[:TITLE_CHARS]
    return {"conversation_id": conversation_id, "title": title, "at_ms": turn.asked_at_ms}


def _finish(turn: EndedTurn) -> dict[str, Any]:
    return {
        "turn_id": turn.turn_id,
        "new_answer": turn.answer,
        "new_finish": turn.finish,
        "new_question_ids": pack_ids(turn.question_ids),
        "new_answer_ids": pack_ids(turn.answer_ids),
        "new_tokenizer": turn.tokenizer,
        "new_usage": turn.usage,
        "new_origin": turn.origin,
    }
