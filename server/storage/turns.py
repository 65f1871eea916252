"""Turns: a question and its reply as they were shown, with the exact token ids where they are known.

They are written by `batches`. Functions take a connection of `Database.read` or `Database.write`. What states
of a turn mean to a client is not known here.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables import Turn


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A turn; `finish` is None while it runs, `*_ids` are None where the shown text is not the model's."""

    id: str
    conversation_id: str
    number: int
    ask_id: str
    question: str
    answer: str
    origin: str
    finish: str | None
    replaced: bool
    question_ids: tuple[int, ...] | None
    answer_ids: tuple[int, ...] | None
    tokenizer: str | None
    usage: dict[str, Any] | None
    rating: int | None
    rating_reason: str | None
    asked_at_ms: int
    lists_version: int


_COLUMNS = [getattr(Turn, name) for name in StoredTurn.__dataclass_fields__]


async def get_turn(connection: AsyncConnection, turn_id: str) -> StoredTurn | None:
    """The turn, or None."""
    row = (await connection.execute(select(*_COLUMNS).where(Turn.id == turn_id))).mappings().one_or_none()
    return None if row is None else _turn(dict(row))


async def get_turns(
    connection: AsyncConnection, conversation_id: str, *, include_replaced: bool = False
) -> list[StoredTurn]:
    """The turns of a conversation in order; those answered anew only when asked for."""
    query = select(*_COLUMNS).where(Turn.conversation_id == conversation_id).order_by(Turn.number)
    if not include_replaced:
        query = query.where(Turn.replaced.is_(False))
    return [_turn(dict(row)) for row in (await connection.execute(query)).mappings()]


async def recent_questions(connection: AsyncConnection, limit: int) -> list[str]:
    """What was asked last, as it was remembered."""
    query = select(Turn.question).order_by(Turn.asked_at_ms.desc()).limit(limit)
    return list((await connection.scalars(query)).all())


async def rate_turn(
    connection: AsyncConnection, conversation_id: str, turn_id: str, value: int, reason: str | None
) -> bool:
    """Remember what the reader thought; the newest opinion counts. False if there is no such turn."""
    result = await connection.execute(
        update(Turn)
        .where(Turn.id == turn_id, Turn.conversation_id == conversation_id)
        .values(rating=value, rating_reason=reason)
    )
    return result.rowcount > 0


async def unfinished_turns(connection: AsyncConnection) -> list[StoredTurn]:
    """Every turn without an end, oldest first: at start, those that a crash cut off."""
    query = select(*_COLUMNS).where(Turn.finish.is_(None)).order_by(Turn.asked_at_ms, Turn.number)
    return [_turn(dict(row)) for row in (await connection.execute(query)).mappings()]


def _turn(row: dict[str, Any]) -> StoredTurn:
    row["question_ids"] = _unpack(row["question_ids"])
    row["answer_ids"] = _unpack(row["answer_ids"])
    return StoredTurn(**row)


async def forget_ids(connection: AsyncConnection, turn_ids: Collection[str]) -> int:
    """Keep no token ids of these turns; of how many there were any."""
    known = Turn.id.in_(turn_ids) & Turn.question_ids.is_not(None)
    values = {"question_ids": None, "answer_ids": None, "tokenizer": None}
    return (await connection.execute(update(Turn).where(known).values(values))).rowcount


def pack_ids(ids: tuple[int, ...] | None) -> bytes | None:
    """Token ids as they are stored."""
    if ids is None:
        return None
    packed = array("i", ids)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def _unpack(stored: bytes | None) -> tuple[int, ...] | None:
    if stored is None:
        return None
    packed = array("i")
    packed.frombytes(stored)
    if sys.byteorder == "big":
        packed.byteswap()
    return tuple(packed)
