"""Puts documents on the shelf: one after the other each is read, cut, stored and indexed.

The database is the truth: an edition is in effect from the moment at which one transaction says so, and the
index follows. Killed at any moment, a document is whole or waits to be read again. It does not know who
uploads, nor who asks. What another process changes is followed (`refresh`); one of them reads at a time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

from server.errors import ClientProblem, StorageProblem
from server.knowledge.cutting import cut, text_of
from server.knowledge.folder_lock import FolderLock
from server.knowledge.in_effect import InEffect
from server.knowledge.indexing import Indexing
from server.knowledge.progress import Progress, Stage
from server.knowledge.reader import Read, read_document
from server.reading.blocks import Block, Piece
from server.storage import documents, passages
from server.storage.database import Database
from server.storage.documents import StoredDocument
from server.storage.passages import NewPassage

log = structlog.get_logger(__name__)

ATTEMPTS: Final = 3  # a file with which the server ends three times is not tried again by itself
_AT_ONCE: Final = 400  # passages in one transaction: chats write between two of them
_RETRY_SECONDS: Final = 5.0


class Shelf:
    """The documents that can be found.

    Args:
        database: where documents are.
        indexing: what they are found with.
        files: the folder of the uploaded files, by their hashes.
        reading: held by the one process of this folder that reads and stores.
        changed: called whenever other documents are in effect.
    """

    def __init__(
        self,
        database: Database,
        indexing: Indexing,
        files: Path,
        reading: FolderLock,
        changed: Callable[[], object] = lambda: None,
    ) -> None:
        self._database = database
        self._indexing = indexing
        self._files = files
        self._reading = reading
        self._changed = changed
        self._queue: asyncio.Queue[str] = asyncio.Queue()
        self._progress: dict[str, Progress] = {}
        self._in_effect = InEffect()
        self._version = 0  # of what is in effect here
        self._effect = asyncio.Lock()  # one change of what is in effect at a time
        self._task: asyncio.Task[None] | None = None
        self._caught_up = asyncio.Event()  # with what the index lacked

    async def open(self, *, owns_folders: bool = True) -> None:
        """Take up the index and go on with what waits; what the index lacks is made anew meanwhile.

        Args:
            owns_folders: False where the folders of index and vectors are another process's.
        """
        async with self._database.read() as connection:
            self._version = await documents.version(connection)
            every = await documents.list_all(connection)
        self._in_effect.take_up(every)
        missing = await self._indexing.open(self._in_effect.titles, owns_folders=owns_folders)
        self._changed()
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
        await self._indexing.close()

    def progress(self, document_id: str) -> Progress | None:
        """How far it has come; None where it waits or is done."""
        return self._progress.get(document_id)

    def editions_for(self, class_id: str | None) -> frozenset[int] | None:
        """The editions that somebody of this class may see; None where that is every one."""
        return self._in_effect.editions_for(class_id)

    @property
    def num_documents(self) -> int:
        """How many are in effect."""
        return len(self._in_effect.classes)

    def put(self, document_id: str) -> None:
        """Read this document when its turn comes."""
        self._queue.put_nowait(document_id)

    async def take_down(self, document_id: str) -> None:
        """Find nothing of it any more; its row is deleted already."""
        async with self._effect:
            edition = self._in_effect.edition_of.pop(document_id, None)
            if edition is not None:
                await self._drop(edition)
                self._changed()

    async def retitle(self, document_id: str) -> None:
        """Its title is another one, and titles are found, too."""
        async with self._effect:
            edition = self._in_effect.edition_of.get(document_id)
            if edition is not None:
                await self._index_edition(edition)
                self._changed()

    async def refresh(self) -> bool:
        """Take over what another process put into effect, renamed or deleted; True if there was anything.

        Raises:
            StorageProblem: the database refused; what was in effect stays so.
        """
        async with self._database.read() as connection:
            if await documents.version(connection) == self._version:
                return False
        async with self._effect:
            async with self._database.read() as connection:
                version = await documents.version(connection)
                every = await documents.list_all(connection)
            stale, gone = self._in_effect.differs(every)
            for edition, each in stale.items():
                await self._index_edition(edition)
                self._in_effect.take_up([each])
            for edition in gone:
                await self._drop(edition)
            self._version = version
            if stale or gone:
                self._changed()
        return bool(stale or gone)

    def vectors_share(self, document: StoredDocument) -> float | None:
        """How far the vectors of a document are; None where none are being made."""
        return self._indexing.vectors_share(document)

    async def settle(self) -> None:
        """Wait until nothing waits: for tests and measurements."""
        await self._caught_up.wait()
        await self._queue.join()
        await self._indexing.settle()

    async def _work(self, missing: set[int]) -> None:
        try:
            async with self._reading.alone():
                await self._sweep()
            for edition in sorted(missing):
                async with self._effect:
                    await self._index_edition(edition, is_new=False)
            if missing:
                log.info("the index of documents was made anew", num_documents=len(missing))
                self._changed()
        except StorageProblem as problem:
            log.error("the index of documents is not complete", reason=str(problem))
        self._caught_up.set()
        while True:
            document_id = await self._queue.get()
            try:
                async with self._reading.alone():
                    await self._tried(document_id)
            except StorageProblem as problem:
                log.error("a document could not be stored", document=document_id, reason=str(problem))
                asyncio.get_running_loop().call_later(_RETRY_SECONDS, self.put, document_id)
            finally:
                self._progress.pop(document_id, None)
                self._queue.task_done()

    async def _tried(self, document_id: str) -> None:
        try:
            await self._shelve(document_id)
        except StorageProblem:
            raise
        except Exception:  # a bug, which must not keep the others waiting
            log.exception("a document could not be indexed", document=document_id)
            await self._failed(document_id, "document_damaged")

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
        async with self._effect:
            if not await self._publish(document, edition, read, text, len(pieces)):
                return
            self._told(document_id, "indexing", 0, len(pieces))
            await self._index_edition(
                edition, lambda done: self._told(document_id, "indexing", done, max(done, len(pieces)))
            )
            before = self._in_effect.put(document_id, edition, document.class_id)
            if before is not None:
                await self._drop(before)
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

    async def _index_edition(
        self, edition: int, told: Callable[[int], None] = lambda num_passages: None, *, is_new: bool = True
    ) -> None:
        title = await self._indexing.put(edition, told, is_new=is_new)
        if title is not None:
            self._in_effect.titles[edition] = title

    async def _drop(self, edition: int) -> None:
        self._in_effect.drop(edition)
        await self._indexing.drop([edition])

    async def _failed(self, document_id: str, code: str) -> None:
        async with self._database.write() as connection:
            await documents.fail(connection, document_id, code)

    async def _sweep(self) -> None:
        """Delete passages that are not in effect, a few at a time. Nothing is being stored meanwhile."""
        num_gone = 1
        while num_gone:
            async with self._database.write() as connection:
                num_gone = await passages.sweep(connection)

    def _told(self, document_id: str, stage: Stage, done: int, total: int) -> None:
        self._progress[document_id] = Progress(stage, done, total)


def _cut(blocks: list[Block]) -> tuple[str, list[Piece]]:
    return text_of(blocks), cut(blocks)
