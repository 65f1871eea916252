"""The documents as those who look after them see them; each change is in the audit log, in one transaction.

It does not know formats, nor how passages are found.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Final

from server.embedding import QuestionVectors
from server.errors import ClientProblem, StorageProblem
from server.knowledge.document_views import DocumentView, Opened
from server.knowledge.finding import PassageFinder
from server.knowledge.folder_lock import FolderLock
from server.knowledge.index import Index
from server.knowledge.indexing import Indexing
from server.knowledge.passage_vectors import PassageVectors
from server.knowledge.shelf import Shelf
from server.knowledge.uploads import (
    FILE_BYTES,
    TITLE_CHARS,
    keep,
    one_line,
    problem,
    tidy,
    title_of,
)
from server.storage import audit, documents, passages
from server.storage.database import Connection, Database
from server.storage.documents import StoredDocument
from server.storage.ids import new_id

WAITING: Final = 200  # documents that may wait at once


class DocumentDesk:
    """Make one with its folders, then `open` it.

    Args:
        database: where documents are.
        folder: the data folder; uploaded files, the index and vectors get folders of their own in it.
        questions: an embedding model, if there is one: then passages are found by vectors, too.
    """

    def __init__(self, database: Database, folder: Path, questions: QuestionVectors | None = None) -> None:
        self._database = database
        self._files = folder / "documents"
        index = Index(folder / "index")
        self._vectors = folder / "vectors"
        vectors = None if questions is None else PassageVectors(database, self._vectors, questions)
        self._has_vectors = vectors is not None
        self._first = FolderLock(folder / "index.lock")  # index and vectors belong to one process
        self.shelf = Shelf(
            database,
            Indexing(database, index, vectors),
            self._files,
            FolderLock(folder / "documents.lock"),
        )
        self.finder = PassageFinder(database, index, self.shelf, vectors)
        self._writing = asyncio.Lock()  # of files: one is never deleted while it comes again

    async def open(self) -> None:
        """Take up what is there, and go on with what waits.

        Raises:
            StorageProblem: the folder cannot be written.
        """
        async with self._database.read() as connection:
            wanted = await documents.files(connection)
        try:
            is_first = self._first.try_hold()
            if is_first:  # what lies about may be what another process is about to write down
                await asyncio.to_thread(tidy, self._files, wanted)
                # Of a model that is set no more: nobody would delete them together with their document.
                if not self._has_vectors:
                    await asyncio.to_thread(shutil.rmtree, self._vectors, ignore_errors=True)
            await self.shelf.open(owns_folders=is_first)
        except OSError as error:
            raise StorageProblem(f"cannot use {self._files}: {error}") from error

    async def close(self) -> None:
        """Stop reading; it goes on at the next start."""
        await self.shelf.close()
        self._first.release()

    async def add(
        self,
        content: bytes,
        file_name: str,
        *,
        class_id: str | None,
        classes: Collection[str] | None,
        who: str,
        now_ms: int,
    ) -> DocumentView:
        """Take in a file; it is read as soon as its turn comes.

        Args:
            content: the file.
            file_name: as it was uploaded: it gives the title, and nothing else.
            class_id: for whom it is; None: for everyone.
            classes: the classes that whoever uploads may act for; None: all, and everyone.
            who: the name of whoever uploads.
            now_ms: the time.

        Raises:
            ClientProblem: empty, too large, known already, too many wait, or a class that is not theirs.
            StorageProblem: the file or its row could not be kept; then nothing is.
        """
        if classes is not None and class_id not in classes:
            raise problem("not_for_everyone" if class_id is None else "not_your_class")
        if not 0 < len(content) <= FILE_BYTES:
            raise problem("document_too_heavy" if content else "document_empty")
        sha256 = await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
        document = StoredDocument(
            id=new_id(),
            title=title_of(file_name),
            file_name=one_line(file_name)[-200:],
            kind="",
            size_bytes=len(content),
            sha256=sha256,
            class_id=class_id,
            state="waiting",
            problem=None,
            attempts=0,
            edition=None,
            num_pages=None,
            num_chars=0,
            num_passages=0,
            added_at_ms=now_ms,
            added_by=who,
            indexed_at_ms=None,
        )
        async with self._writing:
            try:
                await asyncio.to_thread(keep, self._files / sha256, content)
            except OSError as error:
                raise StorageProblem(f"cannot keep {self._files / sha256}: {error}") from error
            async with self._database.write() as connection:
                known = await documents.same(connection, sha256, class_id)
                if known is not None:
                    raise ClientProblem(
                        "document_known",
                        f"这个文件已经有了：《{known.title}》。",
                        message_en=f"This file is there already: “{known.title}”.",
                        status=409,
                        details=[{"id": known.id, "title": known.title}],
                    )
                if await documents.num_waiting(connection) >= WAITING:
                    raise problem("too_many_waiting")
                await documents.add(connection, document)
                await _note(connection, document, what="document_added", who=who, now_ms=now_ms)
        self.shelf.put(document.id)
        return DocumentView(document, None)

    async def list_for(
        self, classes: Collection[str] | None, *, text: str = "", offset: int = 0, limit: int = 100
    ) -> tuple[list[DocumentView], int]:
        """A page of the documents of some classes (None: of all), and how many there are."""
        async with self._database.read() as connection:
            rows, total = await documents.list_for(
                connection, classes, text=text.strip(), offset=offset, limit=limit
            )
        return [self._view(row) for row in rows], total

    async def get(self, document_id: str, classes: Collection[str] | None) -> DocumentView:
        """One document.

        Raises:
            ClientProblem: `no_such_document`, also where it is not for these classes.
        """
        async with self._database.read() as connection:
            row = await documents.get(connection, document_id)
        if row is None or not _is_for(row, classes):
            raise problem("no_such_document")
        return self._view(row)

    async def read(
        self, document_id: str, classes: Collection[str] | None, *, start: int = 0, num_chars: int = 20_000
    ) -> Opened:
        """A stretch of the text, with the passages in it.

        Raises:
            ClientProblem: `no_such_document`, or `not_read_yet`.
        """
        document = (await self.get(document_id, classes)).document
        async with self._database.read() as connection:
            text = await documents.text_of(connection, document_id)
            places = await passages.places(connection, document_id)
        if text is None:
            raise problem("not_read_yet")
        start = max(0, min(start, len(text)))
        end = min(len(text), start + num_chars)
        inside = [place for place in places if place[0] < end and place[1] > start]
        return Opened(document, text[start:end], start, len(text), inside)

    async def rename(
        self, document_id: str, title: str, classes: Collection[str] | None, *, who: str, now_ms: int
    ) -> DocumentView:
        """Give it another title.

        Raises:
            ClientProblem: `no_such_document`, 403 `not_for_everyone`, or `bad_title`.
        """
        title = one_line(title)
        if not 0 < len(title) <= TITLE_CHARS:
            raise problem("bad_title")
        before = await self._own(document_id, classes)
        async with self._database.write() as connection:
            await documents.rename(connection, document_id, title)
            await _note(connection, before, what="document_renamed", who=who, now_ms=now_ms, title=title)
        await self.shelf.retitle(document_id)
        return await self.get(document_id, classes)

    async def read_anew(
        self, document_id: str, classes: Collection[str] | None, *, who: str, now_ms: int
    ) -> DocumentView:
        """Read the file again; what was found of it so far is found until that is done.

        Raises:
            ClientProblem: `no_such_document` or 403 `not_for_everyone`.
        """
        document = await self._own(document_id, classes)
        if document.state != "waiting":
            async with self._database.write() as connection:
                await documents.wait_again(connection, document_id)
                await _note(connection, document, what="document_read_anew", who=who, now_ms=now_ms)
            self.shelf.put(document_id)
        return await self.get(document_id, classes)

    async def delete(
        self, document_id: str, classes: Collection[str] | None, *, who: str, now_ms: int
    ) -> None:
        """Delete it, with its passages and, where no other document rests on it, its file.

        Raises:
            ClientProblem: `no_such_document` or 403 `not_for_everyone`.
        """
        document = await self._own(document_id, classes)
        async with self._writing:
            async with self._database.write() as connection:
                await documents.delete_document(connection, document_id, now_ms)
                await _note(connection, document, what="document_deleted", who=who, now_ms=now_ms)
                wanted = await documents.is_file_wanted(connection, document.sha256)
            await self.shelf.take_down(document_id)
            if not wanted:
                file = self._files / document.sha256
                await asyncio.to_thread(lambda: file.unlink(missing_ok=True))

    def _view(self, row: StoredDocument) -> DocumentView:
        return DocumentView(row, self.shelf.progress(row.id), self.shelf.vectors_share(row))

    async def _own(self, document_id: str, classes: Collection[str] | None) -> StoredDocument:
        document = (await self.get(document_id, classes)).document
        if classes is not None and document.class_id is None:
            raise problem("not_for_everyone")
        return document


def _is_for(document: StoredDocument, classes: Collection[str] | None) -> bool:
    return classes is None or document.class_id is None or document.class_id in classes


async def _note(
    connection: Connection, document: StoredDocument, *, what: str, who: str, now_ms: int, **more: str
) -> None:
    """Put an act on the audit log, in its own transaction."""
    detail = {
        "document": document.id,
        "file": document.file_name,
        "sha256": document.sha256,
        "class": document.class_id,
        **more,
    }
    await audit.append(connection, at_ms=now_ms, who=who, what=what, subject=document.title, detail=detail)
