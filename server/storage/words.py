"""The draft: word lists and their entries as they are being edited.

What an action does and whether a word is any good is not known here.
Functions take a connection of `Database.read` or `Database.write`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables_words import WordListRow, WordRow

_PART = 2000
_CHUNK = 900  # SQLite takes a bounded number of variables in one statement


@dataclass(frozen=True, slots=True)
class StoredList:
    """A list's row."""

    id: str
    name: str
    kind: str  # words | allow | detectors
    category: str
    question_action: str | None
    answer_action: str | None
    enabled: bool
    note: str
    position: int
    lanes: dict[str, str] = field(default_factory=dict)
    style: str | None = None
    replacement: str | None = None
    refusal_zh: str = ""
    refusal_en: str = ""
    layer: str = "organisation"
    updated_at_ms: int = 0
    updated_by: str = ""


@dataclass(frozen=True, slots=True)
class StoredWord:
    """An entry's row; null actions mean the list's."""

    id: str
    list_id: str
    text: str
    question_action: str | None
    answer_action: str | None
    match: str
    note: str
    enabled: bool
    updated_at_ms: int
    updated_by: str
    lanes: dict[str, str] = field(default_factory=dict)
    style: str | None = None
    replacement: str | None = None
    category: str | None = None
    within: int | None = None
    expires: str | None = None
    scope: list[str] = field(default_factory=list)
    direction: str | None = None


_LIST = [getattr(WordListRow, name) for name in StoredList.__dataclass_fields__]
_WORD = [getattr(WordRow, name) for name in StoredWord.__dataclass_fields__]


async def all_lists(connection: AsyncConnection) -> list[StoredList]:
    """Every list in the order in which it is shown."""
    rows = await connection.execute(select(*_LIST).order_by(WordListRow.position, WordListRow.name))
    return [StoredList(**row) for row in rows.mappings()]


async def all_words(connection: AsyncConnection) -> list[StoredWord]:
    """Every entry of every list."""
    found: list[StoredWord] = []
    # In parts, because turning 50,000 rows into objects at once would hold up the event loop.
    stream = await connection.stream(select(*_WORD).order_by(WordRow.id))
    async for rows in stream.partitions(_PART):
        found += [StoredWord(*row) for row in rows]
    return found


async def get_list(connection: AsyncConnection, list_id: str) -> StoredList | None:
    """The list, or None."""
    rows = await connection.execute(select(*_LIST).where(WordListRow.id == list_id))
    row = rows.mappings().one_or_none()
    return None if row is None else StoredList(**row)


async def find_list(connection: AsyncConnection, name: str) -> StoredList | None:
    """The list of this name, or None."""
    rows = await connection.execute(select(*_LIST).where(WordListRow.name == name))
    row = rows.mappings().one_or_none()
    return None if row is None else StoredList(**row)


async def add_lists(connection: AsyncConnection, rows: Sequence[StoredList]) -> None:
    """Add lists; their names must be free."""
    if rows:
        await connection.execute(insert(WordListRow), [_values(row) for row in rows])


async def change_list(connection: AsyncConnection, list_id: str, values: dict[str, Any]) -> None:
    """Change some columns of a list."""
    if values:
        await connection.execute(update(WordListRow).where(WordListRow.id == list_id).values(values))


async def delete_list(connection: AsyncConnection, list_id: str) -> None:
    """Delete a list with its entries."""
    await connection.execute(delete(WordRow).where(WordRow.list_id == list_id))
    await connection.execute(delete(WordListRow).where(WordListRow.id == list_id))


async def count_by_list(connection: AsyncConnection) -> dict[str, int]:
    """How many entries each list has; empty lists are absent."""
    query = select(WordRow.list_id, func.count().label("num_words")).group_by(WordRow.list_id)
    return {row.list_id: row.num_words for row in await connection.execute(query)}


async def page(
    connection: AsyncConnection,
    *,
    list_id: str | None,
    q: str,
    enabled: bool | None,
    offset: int,
    limit: int,
) -> tuple[list[StoredWord], int]:
    """A page of entries in alphabetical order, and how many there are on all pages.

    Args:
        connection: from `Database.read`.
        list_id: only of this list.
        q: must occur in the word or its note; every character counts as itself.
        enabled: only those switched on, or off.
        offset: so many before this page.
        limit: at most so many on it.
    """
    conditions: list[ColumnElement[bool]] = []
    if list_id is not None:
        conditions.append(WordRow.list_id == list_id)
    if enabled is not None:
        conditions.append(WordRow.enabled.is_(enabled))
    if q:
        in_text = WordRow.text.icontains(q, autoescape=True)
        conditions.append(or_(in_text, WordRow.note.icontains(q, autoescape=True)))
    query = select(*_WORD).where(*conditions).order_by(WordRow.text, WordRow.id).offset(offset).limit(limit)
    total = await connection.scalar(select(func.count()).select_from(WordRow).where(*conditions))
    return [StoredWord(*row) for row in await connection.execute(query)], total or 0


async def get_word(connection: AsyncConnection, word_id: str) -> StoredWord | None:
    """The entry, or None."""
    row = (await connection.execute(select(*_WORD).where(WordRow.id == word_id))).one_or_none()
    return None if row is None else StoredWord(*row)


async def find_word(connection: AsyncConnection, list_id: str, text: str) -> StoredWord | None:
    """The entry with exactly this text in the list, or None."""
    query = select(*_WORD).where(WordRow.list_id == list_id, WordRow.text == text)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else StoredWord(*row)


async def get_words(connection: AsyncConnection, word_ids: Iterable[str]) -> list[StoredWord]:
    """Those of the entries that exist."""
    found: list[StoredWord] = []
    ids = list(dict.fromkeys(word_ids))
    for start in range(0, len(ids), _CHUNK):
        query = select(*_WORD).where(WordRow.id.in_(ids[start : start + _CHUNK]))
        found += [StoredWord(*row) for row in await connection.execute(query)]
    return found


async def words_of(connection: AsyncConnection, list_id: str) -> dict[str, StoredWord]:
    """The entries of a list by their texts."""
    found: dict[str, StoredWord] = {}
    stream = await connection.stream(select(*_WORD).where(WordRow.list_id == list_id))
    async for rows in stream.partitions(_PART):
        for row in rows:
            word = StoredWord(*row)
            found[word.text] = word
    return found


async def add_words(connection: AsyncConnection, rows: Sequence[StoredWord]) -> None:
    """Add entries; their texts must be new to their lists."""
    for start in range(0, len(rows), _PART):
        await connection.execute(insert(WordRow), [_values(row) for row in rows[start : start + _PART]])


async def change_words(connection: AsyncConnection, word_ids: Sequence[str], values: dict[str, Any]) -> None:
    """Change some columns of entries."""
    for start in range(0, len(word_ids), _CHUNK):
        chosen = WordRow.id.in_(word_ids[start : start + _CHUNK])
        await connection.execute(update(WordRow).where(chosen).values(values))


async def delete_words(connection: AsyncConnection, word_ids: Sequence[str]) -> None:
    """Delete entries."""
    for start in range(0, len(word_ids), _CHUNK):
        await connection.execute(delete(WordRow).where(WordRow.id.in_(word_ids[start : start + _CHUNK])))


def _values(row: StoredList | StoredWord) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}
