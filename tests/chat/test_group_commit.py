"""One writer for all conversations."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from server.chat.journal import Journal
from server.errors import StorageProblem
from server.metrics import Metrics
from server.storage import journal as stored
from server.storage.batches import Batch
from server.storage.conversations import StoredConversation
from server.storage.database import Database


class Diarist:
    """An author with lines to write; it notes what became of them."""

    def __init__(self, name: str, journal: Journal) -> None:
        self.id = name
        self.lines: list[tuple[int, str]] = []
        self.shown: list[tuple[int, str]] = []
        self.problems: list[StorageProblem] = []
        self.news = asyncio.Event()
        self._journal = journal
        self._is_stored = False

    def say(self, *lines: str) -> None:
        """Have something to write."""
        first = len(self.shown) + len(self.lines) + 1
        self.lines += [(seq, line) for seq, line in enumerate(lines, start=first)]
        self._journal.wake(self)

    def drain(self) -> Batch | None:
        batch = Batch(self.id, frames=self.lines)
        if not self._is_stored:
            batch.create = StoredConversation(self.id, "pupil", None, "education", "", "", 0, 0)
        self.lines = []
        return batch

    def committed(self, batch: Batch) -> None:
        self._is_stored = True
        self.shown += batch.frames
        self.news.set()

    def lost(self, problem: StorageProblem) -> None:
        self.problems.append(problem)


class Scatterbrain(Diarist):
    """An author with a bug, in one place or the other."""

    def __init__(self, name: str, journal: Journal, where: str) -> None:
        super().__init__(name, journal)
        self._where = where

    def drain(self) -> Batch | None:
        if self._where == "drain":
            raise RuntimeError("bug")
        return super().drain()

    def committed(self, batch: Batch) -> None:
        raise RuntimeError("bug")


@pytest.fixture
def metrics() -> Metrics:
    """Counts commits."""
    return Metrics()


def num_commits(metrics: Metrics) -> float:
    """How many transactions there were."""
    return metrics.registry.get_sample_value("dayi_journal_commit_seconds_count") or 0


@pytest.fixture
async def journal(database: Database, metrics: Metrics) -> AsyncIterator[Journal]:
    """A journal that writes every 2 s at most: long enough for a busy machine to fill one round."""
    opened = Journal(database, 2000, metrics)
    opened.start()
    yield opened
    await opened.close()


async def test_a_lone_frame_is_written_at_once_and_the_next_ones_together(
    journal: Journal, metrics: Metrics
) -> None:
    """The first text of an answer does not wait; a stream of them is joined, of all conversations at once."""
    authors = [Diarist(f"c{number}", journal) for number in range(10)]
    async with asyncio.timeout(1.5):
        authors[0].say("first")
        await authors[0].news.wait()
    authors[0].news.clear()
    for author in authors:
        author.say("a", "b")
    await asyncio.sleep(0.02)
    for author in authors:
        author.say("c")
    async with asyncio.timeout(60):
        await asyncio.gather(*(author.news.wait() for author in authors))
    assert num_commits(metrics) == 2
    assert authors[0].shown == [(1, "first"), (2, "a"), (3, "b"), (4, "c")]
    assert all(author.shown == [(1, "a"), (2, "b"), (3, "c")] for author in authors[1:])


async def test_closing_writes_what_is_there(database: Database, metrics: Metrics) -> None:
    """Nothing that was said before is lost."""
    journal = Journal(database, 2000, metrics)
    journal.start()
    author = Diarist("c", journal)
    author.say("a")
    await author.news.wait()
    author.say("b")
    await journal.close()
    async with database.read() as connection:
        assert await stored.read_after(connection, "c", 0) == author.shown == [(1, "a"), (2, "b")]


@pytest.mark.parametrize("where", ["drain", "committed"])
async def test_a_bug_in_one_conversation_does_not_silence_the_others(journal: Journal, where: str) -> None:
    """The writer outlives it."""
    bad, good = Scatterbrain("bad", journal, where), Diarist("good", journal)
    for word in ("a", "b"):
        bad.say(word)
        good.say(word)
        await good.news.wait()
        good.news.clear()
    assert good.shown == [(1, "a"), (2, "b")]
    assert len(bad.problems) == (2 if where == "drain" else 1), "its second frame has the number of the first"


async def test_an_author_whose_row_is_gone_is_told_and_the_others_are_written(
    journal: Journal, database: Database
) -> None:
    """A transaction that fails is tried again for each conversation alone."""
    one, two = Diarist("one", journal), Diarist("two", journal)
    one.say("a")
    await one.news.wait()
    one._is_stored = False  # it will try to be created a second time
    one.say("b")
    two.say("a")
    await two.news.wait()
    assert two.shown == [(1, "a")]
    assert one.shown == [(1, "a")]
    assert len(one.problems) == 1
