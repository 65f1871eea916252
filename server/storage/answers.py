"""Rows of approved answers: what they say, what became of them, how often they were served.

What a question must be like to be answered, and who may write, is not known here.
Functions take a connection of `Database.read` or `Database.write`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or_update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables import QuestionFact
from server.storage.tables_answers import AnswerChange, AnswerFile, AnswerHits, AnswerRow

_PART = 500
_CHUNK = 900  # SQLite takes a bounded number of variables in one statement


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer's row."""

    id: str
    class_id: str | None
    wordings: list[str]
    text: str
    source: str
    author: str
    approved_by: str
    approved_at_ms: int
    valid_from: str | None
    last_day: str | None
    links: list[dict[str, str]]
    enabled: bool
    group_id: str | None
    revision: int
    created_at_ms: int
    created_by: str
    updated_at_ms: int
    updated_by: str


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file beside an answer, without its content."""

    id: str
    answer_id: str
    name: str
    num_bytes: int
    added_at_ms: int
    added_by: str


@dataclass(frozen=True, slots=True)
class StoredChange:
    """One line of what became of an answer."""

    number: int
    answer_id: str
    at_ms: int
    who: str
    what: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


_ANSWER = [getattr(AnswerRow, name) for name in StoredAnswer.__dataclass_fields__]
_FILE = [getattr(AnswerFile, name) for name in StoredFile.__dataclass_fields__]
_CHANGE = [getattr(AnswerChange, name) for name in StoredChange.__dataclass_fields__]


async def all_answers(connection: AsyncConnection) -> list[StoredAnswer]:
    """Every answer, the last changed first."""
    found: list[StoredAnswer] = []
    query = select(*_ANSWER).order_by(AnswerRow.updated_at_ms.desc(), AnswerRow.id)
    # In parts, because turning 10,000 rows into objects at once would hold up the event loop.
    stream = await connection.stream(query)
    async for rows in stream.partitions(_PART):
        found += [StoredAnswer(*row) for row in rows]
    return found


async def get(connection: AsyncConnection, answer_id: str) -> StoredAnswer | None:
    """The answer, or None."""
    row = (await connection.execute(select(*_ANSWER).where(AnswerRow.id == answer_id))).one_or_none()
    return None if row is None else StoredAnswer(*row)


async def get_many(connection: AsyncConnection, answer_ids: Iterable[str]) -> list[StoredAnswer]:
    """Those of the answers that exist."""
    found: list[StoredAnswer] = []
    ids = list(dict.fromkeys(answer_ids))
    for start in range(0, len(ids), _CHUNK):
        query = select(*_ANSWER).where(AnswerRow.id.in_(ids[start : start + _CHUNK]))
        found += [StoredAnswer(*row) for row in await connection.execute(query)]
    return found


async def with_groups(connection: AsyncConnection) -> list[StoredAnswer]:
    """The answers that were written for a group of like questions."""
    query = select(*_ANSWER).where(AnswerRow.group_id.is_not(None)).order_by(AnswerRow.updated_at_ms)
    return [StoredAnswer(*row) for row in await connection.execute(query)]


async def add(connection: AsyncConnection, rows: Sequence[StoredAnswer]) -> None:
    """Add answers."""
    for start in range(0, len(rows), _PART):
        part = rows[start : start + _PART]
        await connection.execute(
            insert(AnswerRow),
            [{name: getattr(row, name) for name in row.__dataclass_fields__} for row in part],
        )


async def change(connection: AsyncConnection, rows: Sequence[StoredAnswer]) -> None:
    """Put these rows in the place of those with the same ids."""
    changing = update(AnswerRow).where(AnswerRow.id == bindparam("row_id"))
    changing = changing.values(
        {name: bindparam(name) for name in StoredAnswer.__dataclass_fields__ if name != "id"}
    )
    for start in range(0, len(rows), _PART):
        part = [_values(row) for row in rows[start : start + _PART]]
        await connection.execute(changing, [{"row_id": values.pop("id"), **values} for values in part])


async def remove(connection: AsyncConnection, answer_id: str) -> None:
    """Delete an answer with its files and counts; what became of it stays known."""
    await connection.execute(delete(AnswerRow).where(AnswerRow.id == answer_id))


# --- what became of it ---------------------------------------------------------------


async def record(connection: AsyncConnection, changes: Sequence[Mapping[str, Any]]) -> None:
    """Write down changes: `answer_id, at_ms, who, what, before, after` each."""
    for start in range(0, len(changes), _PART):
        await connection.execute(
            insert(AnswerChange), [dict(each) for each in changes[start : start + _PART]]
        )


async def history(connection: AsyncConnection, answer_id: str, most: int) -> list[StoredChange]:
    """The newest changes of an answer, the last one first."""
    query = (
        select(*_CHANGE)
        .where(AnswerChange.answer_id == answer_id)
        .order_by(AnswerChange.number.desc())
        .limit(most)
    )
    return [StoredChange(*row) for row in await connection.execute(query)]


async def version(connection: AsyncConnection) -> int:
    """The number of the last change; 0 before the first."""
    return await connection.scalar(select(func.max(AnswerChange.number))) or 0


async def changed_since(connection: AsyncConnection, number: int) -> list[str]:
    """The answers that were changed after change `number`."""
    query = select(AnswerChange.answer_id).where(AnswerChange.number > number).distinct()
    return list(await connection.scalars(query))


# --- files ---------------------------------------------------------------------------


async def files_of(connection: AsyncConnection, answer_ids: Sequence[str] | None = None) -> list[StoredFile]:
    """The files of some answers, or of all, without their contents, in the order in which they were added."""
    order = (AnswerFile.added_at_ms, AnswerFile.id)
    if answer_ids is None:
        return [StoredFile(*row) for row in await connection.execute(select(*_FILE).order_by(*order))]
    found: list[StoredFile] = []
    for start in range(0, len(answer_ids), _CHUNK):
        chosen = AnswerFile.answer_id.in_(answer_ids[start : start + _CHUNK])
        query = select(*_FILE).where(chosen).order_by(*order)
        found += [StoredFile(*row) for row in await connection.execute(query)]
    return found


async def add_file(connection: AsyncConnection, file: StoredFile, content: bytes) -> None:
    """Add a file to an answer."""
    await connection.execute(insert(AnswerFile).values(**_values(file), content=content))


async def file_content(connection: AsyncConnection, file_id: str) -> tuple[StoredFile, bytes] | None:
    """A file with its content, or None."""
    query = select(*_FILE, AnswerFile.content).where(AnswerFile.id == file_id)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else (StoredFile(*row[:-1]), row[-1])


async def remove_file(connection: AsyncConnection, file_id: str) -> None:
    """Delete a file."""
    await connection.execute(delete(AnswerFile).where(AnswerFile.id == file_id))


# --- counts --------------------------------------------------------------------------


async def count_hits(connection: AsyncConnection, hits: Mapping[tuple[str, int], int]) -> None:
    """Add to how often answers were served; of one that is deleted meanwhile, nothing is kept."""
    known = {row.id for row in await get_many(connection, [answer_id for answer_id, _ in hits])}
    rows = [
        {"answer_id": answer_id, "local_day": day, "num_hits": num_hits}
        for (answer_id, day), num_hits in hits.items()
        if answer_id in known
    ]
    if rows:
        adding = insert_or_update(AnswerHits)
        await connection.execute(
            adding.on_conflict_do_update(
                index_elements=[AnswerHits.answer_id, AnswerHits.local_day],
                set_={"num_hits": AnswerHits.num_hits + adding.excluded.num_hits},
            ),
            rows,
        )


async def hits(connection: AsyncConnection, first_day: int = 0) -> dict[str, int]:
    """How often each answer was served from a day on; answers that never were are absent."""
    query = (
        select(AnswerHits.answer_id, func.sum(AnswerHits.num_hits))
        .where(AnswerHits.local_day >= first_day)
        .group_by(AnswerHits.answer_id)
    )
    return {answer_id: int(num_hits) for answer_id, num_hits in await connection.execute(query)}


async def mean_model_ms(connection: AsyncConnection, most: int = 1000) -> float | None:
    """How long the last answers of the model took on average; None before the first one."""
    last = (
        select(QuestionFact.total_ms)
        .where(
            QuestionFact.origin == "model",
            QuestionFact.outcome == "answered",
            QuestionFact.total_ms.is_not(None),
        )
        .order_by(QuestionFact.id.desc())
        .limit(most)
        .subquery()
    )
    return await connection.scalar(select(func.avg(last.c.total_ms)))


def _values(row: StoredAnswer | StoredFile) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}
