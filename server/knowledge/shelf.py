"""Puts documents on the shelf: one after the other each is read, cut, stored and indexed.

The database is the truth: an edition is in effect from the moment at which one transaction says so, and the
index follows. Killed at any moment, a document is whole or waits to be read again. It does not know who
uploads, nor who asks.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import structlog

from server.errors import ClientProblem, StorageProblem
from server.knowledge.cutting import cut, text_of
from server.knowledge.index import Index
from server.knowledge.passage_vectors import PassageVectors
from server.knowledge.reader import Read, read_document
from server.knowledge.terms import Terms, terms_of
from server.reading.blocks import Block, Piece
from server.storage import documents, passages
from server.storage.database import Database
from server.storage.documents import StoredDocument
from server.storage.passages import NewPassage, StoredPassage

log = structlog.get_logger(__name__)

ATTEMPTS: Final = 3  # a file with which the server ends three times is not tried again by itself
_AT_ONCE: Final = 400  # passages in one transaction: chats write between two of them
_RETRY_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a document under way has come. `total` is 0 where nobody knows."""

    stage: Literal["reading", "storing", "indexing"]
    done: int
    total: int


class Shelf:
    """The documents that can be found.

    Args:
        database: where documents are.
        index: what they are found with.
        files: the folder of the uploaded files, by their hashes.
        changed: called whenever other documents are in effect.
        vectors: of their passages, if there is an embedding model.
    """

    def __init__(
        self,
        database: Database,
        index: Index,
        files: Path,
        changed: Callable[[], object] = lambda: None,
        vectors: PassageVectors | None = None,
    ) -> None:
        self._database = database
        self._index = index
        self._files = files
        self._changed = changed
        self._vectors = vectors
        self._queue: asyncio.Queue[str] = asyncio.Queue()
        self._progress: dict[str, Progress] = {}
        self._classes: dict[int, str | None] = {}
        self._editions: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None
        self._caught_up = asyncio.Event()  # with what the index lacked

    async def open(self) -> None:
        """Take up the index and go on with what waits; what the index lacks is made anew meanwhile."""
        async with self._database.read() as connection:
            every = await documents.list_all(connection)
        self._editions = {each.id: each.edition for each in every if each.edition is not None}
        self._classes = {each.edition: each.class_id for each in every if each.edition is not None}
        missing = await asyncio.to_thread(self._index.open, list(self._classes))
        self._changed()
        if self._vectors is not None:
            await self._vectors.open({each.edition: each.title for each in every if each.edition is not None})
        for each in reversed(every):
            if each.state == "waiting":
                self._queue.put_nowait(each.id)
        self._task = asyncio.create_task(self._work(missing), name="documents")

    async def close(self) -> None:
        """Stop; what is under way is begun again at the next start."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._vectors is not None:
            await self._vectors.close()

    def progress(self, document_id: str) -> Progress | None:
        """How far it has come; None where it waits or is done."""
        return self._progress.get(document_id)

    def editions_for(self, class_id: str | None) -> frozenset[int] | None:
        """The editions that somebody of this class may see; None where that is every one."""
        if all(each is None or each == class_id for each in self._classes.values()):
            return None
        return frozenset(
            edition for edition, each in self._classes.items() if each is None or each == class_id
        )

    @property
    def num_documents(self) -> int:
        """How many are in effect."""
        return len(self._classes)

    def put(self, document_id: str) -> None:
        """Read this document when its turn comes."""
        self._queue.put_nowait(document_id)

    async def take_down(self, document_id: str) -> None:
        """Find nothing of it any more; its row is deleted already."""
        edition = self._editions.pop(document_id, None)
        if edition is not None:
            self._classes.pop(edition, None)
            await self._unindex(edition)
            self._changed()

    async def retitle(self, document_id: str) -> None:
        """Its title is another one, and titles are found, too."""
        edition = self._editions.get(document_id)
        if edition is not None:
            await self._index_edition(edition)
            if self._vectors is not None:
                await self._vectors.renew(edition)
            self._changed()

    def vectors_share(self, document: StoredDocument) -> float | None:
        """How far the vectors of a document are; None where none are being made."""
        if self._vectors is None or document.edition is None:
            return None
        return self._vectors.share_of(document.edition, document.num_passages)

    async def settle(self) -> None:
        """Wait until nothing waits: for tests and measurements."""
        await self._caught_up.wait()
        await self._queue.join()
        if self._vectors is not None:
            await self._vectors.settle()

    async def _work(self, missing: set[int]) -> None:
        try:
            await self._sweep()
            for edition in sorted(missing):
                await self._index_edition(edition)
            if missing:
                log.info("the index of documents was made anew", num_documents=len(missing))
                self._changed()
        except StorageProblem as problem:
            log.error("the index of documents is not complete", reason=str(problem))
        self._caught_up.set()
        while True:
            document_id = await self._queue.get()
            try:
                await self._shelve(document_id)
            except StorageProblem as problem:
                log.error("a document could not be stored", document=document_id, reason=str(problem))
                asyncio.get_running_loop().call_later(_RETRY_SECONDS, self.put, document_id)
            except Exception:
                log.exception("a document could not be indexed", document=document_id)
                await self._failed(document_id, "document_damaged")
            finally:
                self._progress.pop(document_id, None)
                self._queue.task_done()

    async def _shelve(self, document_id: str) -> None:
        async with self._database.read() as connection:
            document = await documents.get(connection, document_id)
        if document is None or document.state != "waiting":
            return
        async with self._database.write() as connection:
            attempt = await documents.begin(connection, document_id)
        if attempt > ATTEMPTS:
            await self._failed(document_id, "document_interrupted")
            return
        began = time.monotonic()
        self._told(document_id, "reading", 0, 0)
        try:
            read = await read_document(
                self._files.absolute() / document.sha256,
                progress=lambda done, total: self._told(document_id, "reading", done, total),
            )
        except ClientProblem as problem:
            await self._failed(document_id, problem.code)
            return
        text, pieces = await asyncio.to_thread(_cut, read.blocks)
        edition = await self._store(document_id, text, pieces)
        if not await self._publish(document, edition, read, text, len(pieces)):
            return
        self._told(document_id, "indexing", 0, len(pieces))
        await self._index_edition(edition, document_id)
        before = self._editions.get(document_id)
        self._editions[document_id] = edition
        self._classes[edition] = document.class_id
        if before is not None:
            self._classes.pop(before, None)
            await self._unindex(before)
        if self._vectors is not None:
            self._vectors.put(edition)
        self._changed()
        log.info(
            "a document can be found",
            document=document_id,
            num_passages=len(pieces),
            seconds=round(time.monotonic() - began, 1),
        )
        await self._sweep()

    async def _store(self, document_id: str, text: str, pieces: list[Piece]) -> int:
        async with self._database.write() as connection:
            edition = await documents.new_edition(connection)
        for start in range(0, len(pieces), _AT_ONCE):
            self._told(document_id, "storing", start, len(pieces))
            rows = [
                NewPassage(each.start, each.end, each.heading, each.page, text[each.start : each.end])
                for each in pieces[start : start + _AT_ONCE]
            ]
            async with self._database.write() as connection:
                if await documents.get(connection, document_id) is None:  # deleted meanwhile
                    break
                await passages.add(connection, document_id, edition, rows)
        return edition

    async def _publish(
        self, document: StoredDocument, edition: int, read: Read, text: str, num_passages: int
    ) -> bool:
        async with self._database.write() as connection:
            return await documents.publish(
                connection,
                document.id,
                edition=edition,
                kind=read.kind,
                text=text,
                num_pages=max((each.page for each in read.blocks if each.page is not None), default=None),
                num_passages=num_passages,
                now_ms=time.time_ns() // 1_000_000,
            )

    async def _index_edition(self, edition: int, document_id: str | None = None) -> None:
        rows: list[tuple[int, int, Terms]] = []
        after = 0
        while True:
            async with self._database.read() as connection:
                part = await passages.of_edition(connection, edition, after=after)
            if not part:
                break
            after = part[-1].id
            rows += await asyncio.to_thread(_terms, part)
            if document_id is not None:
                done = self._progress.get(document_id, Progress("indexing", 0, 0))
                self._told(document_id, "indexing", len(rows), max(done.total, len(rows)))
        await asyncio.to_thread(self._index.replace, edition, rows)

    async def _unindex(self, edition: int) -> None:
        await asyncio.to_thread(self._index.remove, edition)
        if self._vectors is not None:
            await self._vectors.remove(edition)

    async def _failed(self, document_id: str, code: str) -> None:
        async with self._database.write() as connection:
            await documents.fail(connection, document_id, code)

    async def _sweep(self) -> None:
        """Delete passages that are not in effect, a few at a time. Nothing is being stored meanwhile."""
        num_gone = 1
        while num_gone:
            async with self._database.write() as connection:
                num_gone = await passages.sweep(connection)

    def _told(
        self, document_id: str, stage: Literal["reading", "storing", "indexing"], done: int, total: int
    ) -> None:
        self._progress[document_id] = Progress(stage, done, total)


def _cut(blocks: list[Block]) -> tuple[str, list[Piece]]:
    return text_of(blocks), cut(blocks)


def _terms(rows: list[StoredPassage]) -> list[tuple[int, int, Terms]]:
    # Title and headings are found with each passage: under 申请材料 the text seldom says what is applied for.
    return [(row.id, row.edition, terms_of(f"{row.title}\n{row.heading}\n{row.text}")) for row in rows]
