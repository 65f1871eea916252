"""The draft as a whole: read in one consistent state, compiled, replaced.

What an edit is, and whether it was wise, is not known here.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import NamedTuple

from filters import WordListProblem
from server.moderation import problems
from server.moderation.compiled import Compiled, compile_snapshot
from server.moderation.published import PublishedFilter
from server.moderation.snapshot import Snapshot
from server.storage import word_desk, word_versions, words
from server.storage.database import Connection, Database
from server.storage.word_versions import Pending, StoredVersion
from server.storage.words import StoredList, StoredWord


@dataclass(frozen=True, slots=True)
class DraftState:
    """The draft at one moment, and the version that it was made from."""

    pending: Pending
    newest: StoredVersion
    snapshot: Snapshot

    @property
    def key(self) -> tuple[int, int]:
        """Two states with one key have one content: the newest change, and what lies under it."""
        return self.pending.newest_id, self.newest.number


class Draft:
    """Reads the draft, and keeps it compiled until it changes.

    `alone` is held by whoever makes a version or replaces the draft, so that these happen one by one.
    """

    def __init__(self, database: Database, published: PublishedFilter) -> None:
        self._database = database
        self._published = published
        self.alone = asyncio.Lock()
        self._compiled: tuple[tuple[int, int], Compiled] | None = None

    async def read(self) -> DraftState:
        """The draft as it is now."""
        async with self._database.read() as connection:
            pending = await word_versions.pending(connection)
            newest = await word_versions.newest(connection)
            lists = await words.all_lists(connection)
            rows = await words.all_words(connection)
        assert newest is not None  # `PublishedFilter.load` comes first
        return DraftState(pending, newest, Snapshot(tuple(lists), tuple(rows)))

    async def key(self) -> tuple[int, int]:
        """The key of the draft as it is now."""
        async with self._database.read() as connection:
            pending = await word_versions.pending(connection)
            newest = await word_versions.newest(connection)
        assert newest is not None
        return pending.newest_id, newest.number

    async def version(self, number: int) -> Snapshot:
        """The content of a version.

        Raises:
            ClientProblem: 404 `not_found`.
        """
        async with self._database.read() as connection:
            try:
                content = await word_versions.snapshot(connection, number)
            except LookupError:
                raise problems.no_version(number) from None
        return await asyncio.to_thread(Snapshot.from_bytes, content)

    async def compiled(self) -> Compiled:
        """The filter that the draft would be.

        Raises:
            ClientProblem: 422 `bad_import`, naming entries that cannot be compiled.
        """
        key = await self.key()
        if key[0] == 0:
            return self._published.compiled
        if self._compiled is None or self._compiled[0] != key:
            self._compiled = await self.compile(await self.read())
        return self._compiled[1]

    async def compile(self, state: DraftState) -> tuple[tuple[int, int], Compiled]:
        """The filter of one state, with its key.

        Raises:
            ClientProblem: 422 `bad_import`, naming entries that cannot be compiled.
        """
        return state.key, await self.filter_of(state.snapshot, state.newest.number + 1)

    async def filter_of(self, snapshot: Snapshot, version: int) -> Compiled:
        """A snapshot at work, as of today.

        Raises:
            ClientProblem: 422 `bad_import`, naming entries that cannot be compiled.
        """
        try:
            today, known = self._published.today(), self._published.compiled
            return await asyncio.to_thread(compile_snapshot, snapshot, version, today, known)
        except WordListProblem as problem:
            raise problems.bad_import(problem) from problem


async def replace_draft(connection: Connection, was: Snapshot, becomes: Snapshot) -> None:
    """Put other lists and entries in the place of the draft's.

    Only what differs is written: answers under way wait for it.

    Args:
        connection: from `Database.write`.
        was: the draft as it is now.
        becomes: the draft as it shall be.
    """
    step = await asyncio.to_thread(_step, was, becomes)
    for list_id in step.lists_gone:
        await words.delete_list(connection, list_id)
    await words.delete_words(connection, step.words_gone)
    for row in step.lists_changed:
        values = {name: getattr(row, name) for name in row.__dataclass_fields__ if name != "id"}
        await words.change_list(connection, row.id, values)
    await words.add_lists(connection, step.lists_new)
    await words.add_words(connection, step.words_new)


class _Step(NamedTuple):
    lists_gone: list[str]
    lists_changed: list[StoredList]
    lists_new: list[StoredList]
    words_gone: list[str]
    words_new: list[StoredWord]


def _step(was: Snapshot, becomes: Snapshot) -> _Step:
    old_lists, new_lists = ({each.id: each for each in side.lists} for side in (was, becomes))
    both = old_lists.keys() & new_lists.keys()
    renamed = any(old_lists[key].name != new_lists[key].name for key in both)
    # Two lists may have changed their names with each other, and no two may have one name in between.
    gone = set(old_lists) if renamed else old_lists.keys() - new_lists.keys()
    changed = [each for key, each in new_lists.items() if key in old_lists and key not in gone]
    old_words = {each.id: each for each in was.words if each.list_id not in gone}
    new_words = {each.id: each for each in becomes.words}
    return _Step(
        lists_gone=sorted(gone),
        lists_changed=[each for each in changed if old_lists[each.id] != each],
        lists_new=[each for key, each in new_lists.items() if key not in old_lists or key in gone],
        words_gone=[key for key, each in old_words.items() if new_words.get(key) != each],
        words_new=[each for key, each in new_words.items() if old_words.get(key) != each],
    )


async def nothing_scheduled(connection: Connection) -> None:
    """What waits for its hour is part of the draft: it must not be published or taken back beside that.

    Raises:
        ClientProblem: 409 `scheduled`.
    """
    if await word_desk.newest_submission(connection, ("scheduled",)) is not None:
        raise problems.scheduled()
