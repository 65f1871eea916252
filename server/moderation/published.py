"""The filter in effect: one reference that every conversation reads and a publication swaps.

Fails closed: until a version is loaded there is no filter, and without one nothing may be said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import date

from filters import Direction, Pipeline, WordListProblem
from server.errors import StorageProblem
from server.moderation.calm import many_objects
from server.moderation.compiled import Compiled, compile_snapshot
from server.moderation.demonstration import SHIPPED_BY, demonstration
from server.moderation.snapshot import Snapshot
from server.storage import classes, word_versions, words
from server.storage.database import Database
from server.storage.word_versions import StoredVersion


class PublishedFilter:
    """Holds the filter in effect. Everyone who checks a text reads `of` at that moment.

    Args:
        database: where versions are.
        today: the day that decides whether a word has expired.
    """

    def __init__(self, database: Database, today: Callable[[], date] = date.today) -> None:
        self._database = database
        self.today = today
        self._compiled: Compiled | None = None
        self._read: Snapshot | None = None  # the version that was read last
        self._open_classes: frozenset[str] = frozenset()

    @property
    def compiled(self) -> Compiled:
        """The filter in effect with the names of its lists.

        Raises:
            StorageProblem: none is loaded; nothing may be sent.
        """
        if self._compiled is None:
            raise StorageProblem("no word list is loaded")
        return self._compiled

    def whose_layer(self, class_id: str | None) -> str | None:
        """The class whose own layer counts; None for a class that is archived or gone, too."""
        return class_id if class_id in self._open_classes else None

    def view(self, class_id: str | None) -> Compiled:
        """The filter in effect in a class; None, or a class that is archived or gone: for everybody.

        Raises:
            StorageProblem: none is loaded; nothing may be sent.
        """
        return self.compiled.of(self.whose_layer(class_id))

    def of(self, class_id: str | None) -> Pipeline:
        """The same without its particulars.

        Raises:
            StorageProblem: none is loaded; nothing may be sent.
        """
        return self.view(class_id).pipeline

    @property
    def current(self) -> Pipeline:
        """The filter in effect for everybody, whatever their class.

        Raises:
            StorageProblem: none is loaded; nothing may be sent.
        """
        return self.compiled.pipeline

    @property
    def version(self) -> int:
        """The number of the version in effect.

        Raises:
            StorageProblem: none is loaded.
        """
        return self.current.version

    def refusals(self, lang: str, class_id: str | None = None) -> Mapping[str, str]:
        """What is said in place of the preset's refusal, by category."""
        return {} if self._compiled is None else self.view(class_id).refusals.get(lang, {})

    def words_in(self, text: str) -> set[str]:
        """The words in effect that a text contains, in either direction."""
        verdicts = [self.current.check(text, direction) for direction in Direction]
        return {match.word for verdict in verdicts for match in verdict.matches}

    async def load(self, now_ms: int) -> None:
        """Put the newest version into effect; at the very first start that is the demonstration.

        Raises:
            StorageProblem: the version cannot be read or compiled. The server must not answer then.
        """
        shipped = demonstration(now_ms)
        first = StoredVersion(
            number=1,
            published_at_ms=now_ms,
            published_by=SHIPPED_BY,
            comment="演示词表",
            num_words=shipped.count("words"),
            num_allow=shipped.count("allow"),
        )
        async with self._database.write() as connection:
            if await word_versions.newest(connection) is None:
                await words.add_lists(connection, shipped.lists)
                await words.add_words(connection, shipped.words)
                await word_versions.add(connection, first, shipped.to_bytes(), 0)
        await self.refresh()

    async def refresh(self) -> bool:
        """Take over a version that another process published, or drop what has expired; True if either.

        Which classes there are is looked up as well: the layer of one that is archived counts no more.

        Raises:
            StorageProblem: the version cannot be read or compiled; the one before stays in effect.
        """
        async with self._database.read() as connection:
            self._open_classes = frozenset(await classes.open_ids(connection))
            newest = await word_versions.newest(connection)
            if newest is None:
                raise StorageProblem("there is no published word list")
            today = self.today()
            if self._compiled is not None and self._compiled.pipeline.version >= newest.number:
                last_day = self._compiled.last_day
                if last_day is None or today <= last_day:
                    return False
            content = await word_versions.snapshot(connection, newest.number)
        try:
            compiled, self._read = await asyncio.to_thread(
                _open, content, newest.number, today, self._compiled, self._read
            )
        except (ValueError, WordListProblem) as problem:
            raise StorageProblem(f"word list version {newest.number} is unusable: {problem}") from problem
        self.swap(compiled)
        return True

    def swap(self, compiled: Compiled) -> None:
        """Put a filter into effect, from the next look at `current` on; never an older one."""
        if self._compiled is None or compiled.pipeline.version >= self._compiled.pipeline.version:
            self._compiled = compiled


def _open(
    content: bytes, version: int, today: date, known: Compiled | None, before: Snapshot | None
) -> tuple[Compiled, Snapshot]:
    with many_objects():
        snapshot = Snapshot.from_bytes(content, before)
        return compile_snapshot(snapshot, version, today, known), snapshot
