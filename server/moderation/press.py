"""Makes a version and puts it into effect, in one step for everybody who reads the filter.

Whether it may be made is asked by a guard, in the same transaction; why it is made is not known here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from server.moderation import problems
from server.moderation.draft import Draft
from server.moderation.published import PublishedFilter
from server.moderation.snapshot import Snapshot
from server.moderation.views import VersionView
from server.storage import word_versions
from server.storage.database import Connection, Database
from server.storage.word_versions import StoredChange, StoredVersion

COMMENT_CHARS = 500


@dataclass(frozen=True, slots=True)
class Imprint:
    """What stands on a version beside its content."""

    who: str
    comment: str
    now_ms: int
    approved_by: str | None = None
    restores: int | None = None
    what: str = "publish"

    @property
    def told(self) -> dict[str, Any]:
        """How it came about, for the record."""
        if self.approved_by is None:
            return {"comment": self.comment, "by_one_person": True}
        return {"comment": self.comment, "approved_by": self.approved_by}


class Press:
    """Every version comes from here. Its caller holds `Draft.alone`."""

    def __init__(self, database: Database, published: PublishedFilter, draft: Draft) -> None:
        self._database = database
        self._published = published
        self._draft = draft

    async def print(
        self,
        snapshot: Snapshot,
        imprint: Imprint,
        *,
        base: int,
        up_to: int,
        num_changes: int,
        guard: Callable[[Connection], Awaitable[None]],
    ) -> VersionView:
        """Make a snapshot the next version; when this returns, it is in effect.

        Args:
            snapshot: its content.
            imprint: by whom, and how it came about.
            base: the version in effect now.
            up_to: the newest change of the draft that is in it; 0 for none.
            num_changes: how many changes the record shall name.
            guard: called in the transaction, before anything is written; it raises where it must not be.

        Raises:
            ClientProblem: what `guard` raises; 409 `changed_meanwhile` where another version came first; 422
                `bad_import` naming entries that cannot be compiled.
        """
        version = StoredVersion(
            number=base + 1,
            published_at_ms=imprint.now_ms,
            published_by=imprint.who,
            comment=imprint.comment.strip()[:COMMENT_CHARS],
            num_words=snapshot.count("words"),
            num_allow=snapshot.count("allow"),
            approved_by=imprint.approved_by,
            restores=imprint.restores,
        )
        await self._published.refresh()  # of a class that was made just now a layer counts as well
        compiled = await self._draft.filter_of(snapshot, version.number)
        content = await asyncio.to_thread(snapshot.to_bytes)
        counts = {"num_words": version.num_words, "num_allow": version.num_allow}
        restored = {} if imprint.restores is None else {"restores": imprint.restores}
        done = StoredChange(
            imprint.now_ms,
            imprint.who,
            imprint.what,
            str(version.number),
            None,
            {**imprint.told, **counts, **restored},
            max(num_changes, 1),
            version.number,
        )
        async with self._database.write() as connection:
            newest = await word_versions.newest(connection)
            if newest is None or newest.number != base:
                raise problems.version_meanwhile()
            await guard(connection)
            await word_versions.add(connection, version, content, up_to)
            await word_versions.record(connection, done)
        self._published.swap(compiled)
        return VersionView.model_validate(version)
