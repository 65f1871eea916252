"""Write-ahead group commit: what all conversations have to say is made durable together,
at most every `join_ms`, and only then shown.

It does not know what a batch holds, nor who watches a conversation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import perf_counter
from typing import Protocol

import structlog

from server.errors import StorageProblem
from server.metrics import Metrics
from server.storage import batches
from server.storage.batches import Batch
from server.storage.database import Database

log = structlog.get_logger(__name__)


class Author(Protocol):
    """Whoever has something to write: a live conversation."""

    @property
    def id(self) -> str: ...

    def drain(self) -> Batch | None:
        """What is to be written since the last call."""
        ...

    def committed(self, batch: Batch) -> None:
        """It is durable: show it."""
        ...

    def lost(self, problem: StorageProblem) -> None:
        """It could not be written: nothing of it may be shown."""
        ...


class Journal:
    """One writer for all conversations. A lone frame is written at once; in a stream of them
    a commit follows the one before after `join_ms`, which is also what joins an answer's text."""

    def __init__(self, database: Database, join_ms: int, metrics: Metrics) -> None:
        self._database = database
        self._join_seconds = join_ms / 1000
        self._metrics = metrics
        self._woken: dict[Author, None] = {}  # in the order of waking
        self._wake = asyncio.Event()
        self._closing = False
        self._committing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.create_task(self._run(), name="journal")

    async def close(self) -> None:
        """Write what is there, and stop."""
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await self._task

    def wake(self, author: Author) -> None:
        """This author has something to write."""
        self._woken[author] = None
        self._wake.set()

    async def settled(self) -> None:
        """Wait until what is being written is written."""
        async with self._committing:
            pass

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        last_commit = clock() - self._join_seconds
        while not self._closing or self._woken:
            await self._wake.wait()
            wait_seconds = last_commit + self._join_seconds - clock()
            if wait_seconds > 0:
                await asyncio.sleep(wait_seconds)
            self._wake.clear()
            last_commit = clock()
            async with self._committing:
                await self._commit()

    async def _commit(self) -> None:
        woken, self._woken = self._woken, {}
        drained = [(author, self._drain(author)) for author in woken]
        work = [(author, batch) for author, batch in drained if batch]
        if not work:
            return
        try:
            await self._write([batch for _, batch in work])
        except StorageProblem as problem:
            if len(work) == 1:
                self._give_up(work[0][0], problem)
                return
            # One batch may have spoilt it for all (a conversation deleted meanwhile): each for itself.
            for author, batch in work:
                try:
                    await self._write([batch])
                except StorageProblem as own_problem:
                    self._give_up(author, own_problem)
                else:
                    self._show(author, batch)
            return
        for author, batch in work:
            self._show(author, batch)

    def _drain(self, author: Author) -> Batch | None:
        try:
            return author.drain()
        except Exception:  # a bug in one conversation must not end the journal of all
            log.exception("bug while draining")
            self._give_up(author, StorageProblem("a bug while draining"))
            return None

    async def _write(self, work: Sequence[Batch]) -> None:
        began = perf_counter()
        try:
            await batches.write(self._database, work)
        except StorageProblem:
            raise
        except Exception as error:  # a bug: the writer must outlive it, and nothing may be shown
            log.exception("bug while journalling")
            raise StorageProblem("a bug while journalling") from error
        self._metrics.journal_committed(perf_counter() - began, sum(len(batch.frames) for batch in work))

    @staticmethod
    def _show(author: Author, batch: Batch) -> None:
        try:
            author.committed(batch)
        except Exception:
            log.exception("bug while showing frames", conversation=batch.conversation_id)

    @staticmethod
    def _give_up(author: Author, problem: StorageProblem) -> None:
        log.error("frames could not be stored", conversation=author.id, problem=str(problem))
        try:
            author.lost(problem)
        except Exception:
            log.exception("bug while giving up", conversation=author.id)
