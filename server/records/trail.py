"""The audit log for those who read it: pages, proof, export. Rows themselves are `server.storage.audit`'s."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

from server.storage import audit
from server.storage.database import Database

MAX_PAGE = 500


class Trail:
    """Who did what and when, and whether anybody has tampered with it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(
        self, *, who: str, what: str, subject: str, now_ms: int, detail: dict[str, Any] | None = None
    ) -> None:
        """Record an act that changes nothing else in the database, such as an export.

        Raises:
            StorageProblem: it cannot be recorded; then it must not be done.
        """
        async with self._database.write() as connection:
            await audit.append(connection, at_ms=now_ms, who=who, what=what, subject=subject, detail=detail)

    async def page(
        self,
        *,
        who: str | None = None,
        what: str | None = None,
        from_ms: int | None = None,
        to_ms: int | None = None,
        text: str = "",
        offset: int = 0,
        limit: int = 100,
    ) -> dict[str, Any]:
        """A page of the log, newest first, with the number of rows on all pages and every kind of act."""
        async with self._database.read() as connection:
            rows, total = await audit.list_page(
                connection,
                who=who,
                what=what,
                from_ms=from_ms,
                to_ms=to_ms,
                text=text.strip(),
                offset=max(offset, 0),
                limit=min(max(limit, 1), MAX_PAGE),
            )
            kinds = await audit.kinds(connection)
        return {"rows": [asdict(row) for row in rows], "total": total, "kinds": kinds}

    async def verify(self, known_hash: str | None = None) -> dict[str, Any]:
        """Walk along the whole chain.

        Args:
            known_hash: the hash of a row that was once the last one, to find an end that was cut off.
        """
        began = time.monotonic()
        async with self._database.read() as connection:
            found = await audit.verify(connection, known_hash=known_hash)
        broken = found.first_broken
        return {
            "num_rows": found.num,
            "head_hash": found.head_hash,
            "broken": None if broken is None else {"seq": broken[0], "why": broken[1]},
            "seconds": round(time.monotonic() - began, 3),
        }

    async def head(self) -> tuple[int, str]:
        """The number and the hash of the last row."""
        async with self._database.read() as connection:
            return await audit.head(connection)

    async def lines(self) -> AsyncIterator[str]:
        """The whole log as JSON lines, oldest first."""
        async with self._database.read() as connection:
            async for entry in audit.every(connection):
                yield as_line(entry)


def as_line(entry: audit.Entry) -> str:
    """A row as one line of JSON, from which anybody can compute its hash."""
    return json.dumps(asdict(entry), ensure_ascii=False)
