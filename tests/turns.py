"""Stored turns for tests that need some: written as the chat writes them, in a batch."""

from __future__ import annotations

from typing import Any

from server.storage import batches
from server.storage.batches import Batch, EndedTurn, NewTurn
from server.storage.database import Database


async def begin(
    database: Database,
    turn_id: str,
    question: str,
    *,
    conversation_id: str,
    asked_at_ms: int,
    **more: Any,
) -> None:
    """A turn that has begun, in a conversation that is there."""
    new = NewTurn(turn_id, more.pop("ask_id", turn_id), question, asked_at_ms, lists_version=1, **more)
    await batches.write(database, [Batch(conversation_id, begun=[new])])


async def end(database: Database, conversation_id: str, turn_id: str, answer: str, **more: Any) -> None:
    """Its end."""
    ended = EndedTurn(turn_id, answer, **{"finish": "stop", "now_ms": 1, **more})
    await batches.write(database, [Batch(conversation_id, ended=[ended])])
