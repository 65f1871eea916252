"""What happened in conversations, written together: frames, turns and verdicts in one transaction.

So a frame that is in the journal never contradicts the tables, whenever the power fails.
It does not know what the frames say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from server.storage import conversations, journal, turns, verdicts
from server.storage.conversations import StoredConversation
from server.storage.database import Database
from server.storage.verdicts import StoredVerdict


@dataclass(frozen=True, slots=True)
class NewTurn:
    """A question, as for `turns.begin_turn`."""

    turn_id: str
    ask_id: str
    question: str
    asked_at_ms: int
    lists_version: int
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class EndedTurn:
    """An answer, as for `turns.finish_turn`."""

    turn_id: str
    answer: str
    finish: str
    now_ms: int
    question_ids: tuple[int, ...] | None = None
    answer_ids: tuple[int, ...] | None = None
    tokenizer: str | None = None
    usage: dict[str, Any] | None = None


@dataclass(slots=True)
class Batch:
    """What one conversation has to write."""

    conversation_id: str
    create: StoredConversation | None = None  # the conversation itself, if it is not written yet
    begun: list[NewTurn] = field(default_factory=list)
    ended: list[EndedTurn] = field(default_factory=list)
    verdicts: list[StoredVerdict] = field(default_factory=list)
    frames: list[tuple[int, str]] = field(default_factory=list)  # (seq, text)

    def __bool__(self) -> bool:
        return bool(self.begun or self.ended or self.verdicts or self.frames)


async def write(database: Database, batches: Sequence[Batch]) -> None:
    """Write all of them or nothing.

    Raises:
        StorageProblem: the database refused; one batch that cannot be written takes all with it.
    """
    async with database.write() as connection:
        for batch in batches:
            if batch.create is not None:
                new = batch.create
                await conversations.create(
                    connection,
                    conversation_id=new.id,
                    owner_id=new.owner_id,
                    class_id=new.class_id,
                    preset=new.preset,
                    system_prompt=new.system_prompt,
                    now_ms=new.created_at_ms,
                )
            for begun in batch.begun:
                await turns.begin_turn(connection, conversation_id=batch.conversation_id, **asdict(begun))
            for ended in batch.ended:
                await turns.finish_turn(
                    connection,
                    ended.turn_id,
                    answer=ended.answer,
                    finish=ended.finish,
                    now_ms=ended.now_ms,
                    question_ids=ended.question_ids,
                    answer_ids=ended.answer_ids,
                    tokenizer=ended.tokenizer,
                    usage=ended.usage,
                )
        await verdicts.record_many(connection, [each for batch in batches for each in batch.verdicts])
        await journal.append_many(
            connection,
            [(batch.conversation_id, seq, text) for batch in batches for seq, text in batch.frames],
        )
