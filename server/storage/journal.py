"""The journal: every frame of every conversation, in order, as it was sent.

It does not know what a frame says; the text is kept byte for byte.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, or_, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables import JournalFrame

# A conversation may be deleted while its answer is under way: its frames are dropped then, because one
# foreign key that fails would take the frames of everyone else in this transaction with it.
_APPEND = text(
    "INSERT INTO journal (conversation_id, seq, frame) SELECT :conversation_id, :seq, :frame "
    "WHERE EXISTS (SELECT 1 FROM conversations WHERE id = :conversation_id)"
)


async def append_many(connection: AsyncConnection, frames: Sequence[tuple[str, int, str]]) -> None:
    """Write frames of any number of conversations at once.

    Args:
        connection: from `Database.write`; the frames are safe when its block has ended.
        frames: `(conversation_id, seq, text)`. Those of a deleted conversation are dropped.
    """
    if frames:
        rows = [
            {"conversation_id": conversation_id, "seq": seq, "frame": frame}
            for conversation_id, seq, frame in frames
        ]
        await connection.execute(_APPEND, rows)


async def read_after(
    connection: AsyncConnection, conversation_id: str, seq: int, limit: int | None = None
) -> list[tuple[int, str]]:
    """The frames of a conversation after `seq`, as `(seq, text)` in order."""
    query = (
        select(JournalFrame.seq, JournalFrame.frame)
        .where(JournalFrame.conversation_id == conversation_id, JournalFrame.seq > seq)
        .order_by(JournalFrame.seq)
        .limit(limit)
    )
    return [(row.seq, row.frame) for row in await connection.execute(query)]


async def read_starting(
    connection: AsyncConnection, conversation_id: str, starts: Sequence[str]
) -> list[tuple[int, str]]:
    """The frames of a conversation whose text starts in one of these ways, as `(seq, text)` in order."""
    query = (
        select(JournalFrame.seq, JournalFrame.frame)
        .where(
            JournalFrame.conversation_id == conversation_id,
            or_(*(JournalFrame.frame.startswith(start, autoescape=True) for start in starts)),
        )
        .order_by(JournalFrame.seq)
    )
    return [(row.seq, row.frame) for row in await connection.execute(query)]


async def read_sources(
    connection: AsyncConnection, after: tuple[str, int], limit: int
) -> list[tuple[str, int, str]]:
    """The `sources` frames of all conversations after a place, as `(conversation_id, seq, text)` in order."""
    query = (
        select(JournalFrame.conversation_id, JournalFrame.seq, JournalFrame.frame)
        .where(
            text("""substr(frame, 1, 17) = '{"type":"sources"'"""),  # as the index has it
            tuple_(JournalFrame.conversation_id, JournalFrame.seq) > after,
        )
        .order_by(JournalFrame.conversation_id, JournalFrame.seq)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in await connection.execute(query)]


async def replace_frames(connection: AsyncConnection, frames: Sequence[tuple[str, int, str]]) -> None:
    """Put other texts in place of frames, `(conversation_id, seq, text)`; what is gone stays gone."""
    for conversation_id, seq, frame in frames:
        place = (JournalFrame.conversation_id == conversation_id) & (JournalFrame.seq == seq)
        await connection.execute(update(JournalFrame).where(place).values(frame=frame))


async def last_seq(connection: AsyncConnection, conversation_id: str) -> int:
    """The number of the newest frame, or 0."""
    query = select(func.max(JournalFrame.seq)).where(JournalFrame.conversation_id == conversation_id)
    return (await connection.scalar(query)) or 0
