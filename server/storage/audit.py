"""The audit log: who did what and when, append-only, each row sealed by the hash of the row before it.

The hash of a row is the SHA-256 of its canonical JSON, `[seq, at_ms, who, what, subject, detail, prev_hash]`
with sorted keys, no blanks and UTF-8, so that anybody can check an exported log without this program.
What the acts mean, and who may read of them, is not known here.
Functions take a connection of `Database.read` or `Database.write`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables_audit import AuditRow

GENESIS = "0" * 64  # what stands for the hash before the first row
_PART = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log."""

    seq: int
    at_ms: int
    who: str
    what: str
    subject: str
    detail: dict[str, Any]
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a walk along the chain found. `first_broken` is the first row that does not fit, and why."""

    num: int
    head_hash: str
    first_broken: tuple[int, str] | None


_COLUMNS = [getattr(AuditRow, name) for name in Entry.__dataclass_fields__]


async def append(
    connection: AsyncConnection,
    *,
    at_ms: int,
    who: str,
    what: str,
    subject: str,
    detail: dict[str, Any] | None = None,
) -> int:
    """Add a row in the caller's transaction: the act and its record are kept together or not at all.

    Args:
        connection: from `Database.write`; only one such transaction is open at a time.
        at_ms: when it happened.
        who: the name of whoever did it, or of the part of the server that did.
        what: the kind of act, in snake_case.
        subject: what it was done to, for people; never what a pupil wrote.
        detail: whatever else belongs to the record; JSON without NaN.

    Returns:
        The number of the row.
    """
    seq, prev_hash = await head(connection)
    seq += 1
    who, what, subject, content = (_clean(each) for each in (who, what, subject, _canonical(detail or {})))
    values = {"seq": seq, "at_ms": at_ms, "who": who, "what": what, "subject": subject}
    sealed = _hash(seq, at_ms, who, what, subject, json.loads(content), prev_hash)
    await connection.execute(
        insert(AuditRow).values(**values, detail=content, prev_hash=prev_hash, hash=sealed)
    )
    return seq


async def head(connection: AsyncConnection) -> tuple[int, str]:
    """The number and the hash of the last row; of an empty log 0 and `GENESIS`."""
    query = select(AuditRow.seq, AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)
    row = (await connection.execute(query)).one_or_none()
    return (0, GENESIS) if row is None else (row.seq, row.hash)


async def verify(connection: AsyncConnection, *, known_hash: str | None = None) -> Verified:
    """Walk along the whole chain, in parts and in a thread.

    Args:
        connection: from `Database.read`.
        known_hash: the hash of a row that was once the last one. A log that no longer has it was cut off, or
            written anew: within the log itself neither leaves a trace.
    """
    walk = _Walk(known_hash)
    async for part in _parts(connection):
        await asyncio.to_thread(walk.over, part)
    return walk.result()


async def every(connection: AsyncConnection) -> AsyncIterator[Entry]:
    """The whole log, oldest first.

    Raises:
        ValueError: the detail of a row is no JSON any more.
    """
    async for part in _parts(connection):
        for row in part:
            yield _entry(row)


async def list_page(
    connection: AsyncConnection,
    *,
    who: str | None = None,
    what: str | None = None,
    from_ms: int | None = None,
    to_ms: int | None = None,
    text: str = "",
    offset: int = 0,
    limit: int = 100,
) -> tuple[list[Entry], int]:
    """A page of the log, newest first, and how many rows there are on all pages.

    Args:
        connection: from `Database.read`.
        who: only acts of this person.
        what: only acts of this kind.
        from_ms: not before.
        to_ms: before.
        text: must occur in the subject, the detail or the name.
        offset: so many before this page.
        limit: at most so many on it.
    """
    chosen: list[ColumnElement[bool]] = []
    if who:
        chosen.append(AuditRow.who == who)
    if what:
        chosen.append(AuditRow.what == what)
    if from_ms is not None:
        chosen.append(AuditRow.at_ms >= from_ms)
    if to_ms is not None:
        chosen.append(AuditRow.at_ms < to_ms)
    if text:
        columns = (AuditRow.subject, AuditRow.detail, AuditRow.who)
        chosen.append(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    query = select(*_COLUMNS).where(*chosen).order_by(AuditRow.seq.desc()).offset(offset).limit(limit)
    total = await connection.scalar(select(func.count()).select_from(AuditRow).where(*chosen))
    return [_entry(row) for row in await connection.execute(query)], total or 0


async def kinds(connection: AsyncConnection) -> list[str]:
    """Every kind of act that the log has."""
    return list(await connection.scalars(select(AuditRow.what).distinct().order_by(AuditRow.what)))


class _Walk:
    """One walk along the chain; it stops judging at the first row that does not fit."""

    def __init__(self, known_hash: str | None) -> None:
        self._known_hash = known_hash
        self._met = known_hash is None or known_hash == GENESIS
        self._num = 0
        self._last = GENESIS
        self._broken: tuple[int, str] | None = None

    def over(self, rows: list[Any]) -> None:
        for row in rows:
            if self._broken is None and (why := self._misfit(row)):
                self._broken = (row.seq, why)
            self._num += 1
            self._last = row.hash
            self._met = self._met or row.hash == self._known_hash

    def result(self) -> Verified:
        broken = self._broken
        if broken is None and not self._met:
            why = f"no row has the hash {self._known_hash}: the end was cut off, or the log was written anew"
            broken = (self._num + 1, why)
        return Verified(num=self._num, head_hash=self._last, first_broken=broken)

    def _misfit(self, row: Any) -> str:
        if row.seq != self._num + 1:
            return f"row {self._num + 1} is missing"
        if row.prev_hash != self._last:
            return "its prev_hash is not the hash of the row before it"
        try:
            detail = json.loads(row.detail)
        except (ValueError, TypeError):
            return "its detail is no JSON"
        content = _hash(row.seq, row.at_ms, row.who, row.what, row.subject, detail, row.prev_hash)
        return "" if content == row.hash else "its hash is not that of its content"


async def _parts(connection: AsyncConnection) -> AsyncIterator[list[Any]]:
    stream = await connection.stream(select(*_COLUMNS).order_by(AuditRow.seq))
    async for part in stream.partitions(_PART):
        yield list(part)


def _entry(row: Any) -> Entry:
    values = {name: getattr(row, name) for name in Entry.__dataclass_fields__ if name != "detail"}
    return Entry(**values, detail=json.loads(row.detail))


def _hash(*fields: object) -> str:
    return hashlib.sha256(_canonical(list(fields)).encode("utf-8", "surrogatepass")).hexdigest()


def _canonical(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _clean(text: str) -> str:
    # Half of a surrogate pair cannot be stored; a record with a question mark is better than none.
    return text.encode("utf-8", "replace").decode()
