"""Drafts on their way to a version, what was rehearsed of them, and the texts they are tried on.

Who may decide, and what a rehearsal found, is not known here.
Functions take a connection of `Database.read` or `Database.write`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables_desk import WordDeskRow, WordRehearsal, WordSample, WordSubmission
from server.storage.tables_words import WordChange


@dataclass(frozen=True, slots=True)
class StoredSubmission:
    """A draft on its way, without its content. `draft_id` is the newest change in it."""

    id: int
    draft_id: int
    base_version: int
    comment: str
    submitted_by: str
    submitted_at_ms: int
    publish_at_ms: int | None
    state: str  # waiting | refused | withdrawn | scheduled | cancelled | published | failed | closed
    decided_by: str | None
    decided_at_ms: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class StoredRehearsal:
    """What was found out of one state of the draft."""

    draft_id: int
    base_version: int
    at_ms: int
    who: str
    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredSample:
    """A text to try drafts on."""

    id: str
    name: str
    text: str
    direction: str
    expected: str | None
    at_ms: int
    who: str


_SUBMISSION = [getattr(WordSubmission, name) for name in StoredSubmission.__dataclass_fields__]
_REHEARSAL = [getattr(WordRehearsal, name) for name in StoredRehearsal.__dataclass_fields__]
_SAMPLE = [getattr(WordSample, name) for name in StoredSample.__dataclass_fields__]


async def second_person(connection: AsyncConnection) -> bool:
    """Whether a second person has to approve; not before someone says so."""
    return bool(await connection.scalar(select(WordDeskRow.second_person).where(WordDeskRow.id == 1)))


async def set_second_person(connection: AsyncConnection, needed: bool) -> None:
    """Say whether a second person has to approve."""
    await connection.execute(delete(WordDeskRow))
    await connection.execute(insert(WordDeskRow).values(id=1, second_person=needed))


async def editors(connection: AsyncConnection) -> list[str]:
    """Everyone who changed something that is only in the draft."""
    query = select(WordChange.who).where(WordChange.version.is_(None)).distinct().order_by(WordChange.who)
    return list(await connection.scalars(query))


async def add_submission(
    connection: AsyncConnection, submission: StoredSubmission, content: bytes | None = None
) -> int:
    """Send a draft on its way; its number (the one in `submission` does not count)."""
    values = {name: getattr(submission, name) for name in submission.__dataclass_fields__ if name != "id"}
    result = await connection.execute(insert(WordSubmission).values(**values, content=content))
    assert result.inserted_primary_key is not None
    return int(result.inserted_primary_key[0])


async def newest_submission(
    connection: AsyncConnection, states: Collection[str] | None = None
) -> StoredSubmission | None:
    """The last one (in one of these states), or None."""
    query = select(*_SUBMISSION).order_by(WordSubmission.id.desc()).limit(1)
    if states is not None:
        query = query.where(WordSubmission.state.in_(states))
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else StoredSubmission(*row)


async def content_of(connection: AsyncConnection, submission_id: int) -> bytes:
    """What a scheduled submission will publish."""
    found = await connection.scalar(select(WordSubmission.content).where(WordSubmission.id == submission_id))
    assert found is not None  # a scheduled one has it
    return found


async def decide(connection: AsyncConnection, submission_id: int, state: str, **values: Any) -> None:
    """Move a submission on; what is not scheduled keeps no content."""
    if state != "scheduled":
        values["content"] = None
    query = update(WordSubmission).where(WordSubmission.id == submission_id)
    await connection.execute(query.values(state=state, **values))


async def close_last(connection: AsyncConnection) -> None:
    """The draft is gone: what was decided of it matters no longer."""
    last = await newest_submission(connection)
    if last is not None and last.state in ("refused", "withdrawn", "failed"):
        await decide(connection, last.id, "closed")


async def keep_rehearsal(connection: AsyncConnection, rehearsal: StoredRehearsal) -> None:
    """Remember what was found out; earlier rehearsals go."""
    await connection.execute(delete(WordRehearsal))
    values = {name: getattr(rehearsal, name) for name in rehearsal.__dataclass_fields__}
    await connection.execute(insert(WordRehearsal).values(values))


async def rehearsal(connection: AsyncConnection) -> StoredRehearsal | None:
    """The last rehearsal, or None."""
    row = (await connection.execute(select(*_REHEARSAL).limit(1))).one_or_none()
    return None if row is None else StoredRehearsal(*row)


async def samples(connection: AsyncConnection) -> list[StoredSample]:
    """Every text that is kept, by name."""
    rows = await connection.execute(select(*_SAMPLE).order_by(WordSample.name, WordSample.id))
    return [StoredSample(*row) for row in rows]


async def count_samples(connection: AsyncConnection) -> int:
    """How many texts are kept."""
    return await connection.scalar(select(func.count()).select_from(WordSample)) or 0


async def add_sample(connection: AsyncConnection, sample: StoredSample) -> None:
    """Keep a text."""
    values = {name: getattr(sample, name) for name in sample.__dataclass_fields__}
    await connection.execute(insert(WordSample).values(values))


async def delete_sample(connection: AsyncConnection, sample_id: str) -> StoredSample | None:
    """Let go of a text; what it was, or None."""
    row = (await connection.execute(select(*_SAMPLE).where(WordSample.id == sample_id))).one_or_none()
    if row is None:
        return None
    await connection.execute(delete(WordSample).where(WordSample.id == sample_id))
    return StoredSample(*row)
