"""Rows of vectors of wordings, and of what each embedding model is worth; it does not know what is near.

Functions take a connection of `Database.read` or `Database.write`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables_embedding import EmbeddingBridge, WordingVector

_PART = 500
_CHUNK = 900  # SQLite takes a bounded number of variables in one statement


async def vectors_of(connection: AsyncConnection, model: str) -> AsyncIterator[list[tuple[str, bytes]]]:
    """Digests and vectors that a model made, in parts."""
    query = select(WordingVector.digest, WordingVector.vector).where(WordingVector.model == model)
    stream = await connection.stream(query)
    async for rows in stream.partitions(_PART):
        yield [(digest, vector) for digest, vector in rows]


async def keep_vectors(connection: AsyncConnection, model: str, rows: Sequence[tuple[str, bytes]]) -> None:
    """Keep vectors, in the place of those that are there."""
    for start in range(0, len(rows), _PART):
        values = [
            {"model": model, "digest": digest, "vector": vector}
            for digest, vector in rows[start : start + _PART]
        ]
        await connection.execute(insert(WordingVector).prefix_with("OR REPLACE"), values)


async def forget_vectors(connection: AsyncConnection, model: str, digests: Sequence[str]) -> None:
    """Delete vectors of a model."""
    for start in range(0, len(digests), _CHUNK):
        chosen = WordingVector.digest.in_(digests[start : start + _CHUNK])
        await connection.execute(delete(WordingVector).where(WordingVector.model == model, chosen))


async def forget_vectors_but_of(connection: AsyncConnection, model: str | None) -> None:
    """Delete the vectors of every other model; None: of all."""
    others = delete(WordingVector)
    await connection.execute(others if model is None else others.where(WordingVector.model != model))


async def bridge_of(connection: AsyncConnection, model: str, pairs: str) -> dict[str, Any] | None:
    """What a model was found to be worth on these pairs, or None."""
    query = select(EmbeddingBridge.bridge).where(
        EmbeddingBridge.model == model, EmbeddingBridge.pairs == pairs
    )
    return await connection.scalar(query)


async def keep_bridge(
    connection: AsyncConnection, model: str, pairs: str, bridge: dict[str, Any], at_ms: int
) -> None:
    """Keep what a model was found to be worth."""
    values = {"pairs": pairs, "bridge": bridge, "at_ms": at_ms}
    await connection.execute(
        insert(EmbeddingBridge)
        .values(model=model, **values)
        .on_conflict_do_update(index_elements=["model"], set_=values)
    )
