"""Lets the passages of an edition be found: by their words at once, by vectors as these come.

It does not know which editions are in effect, nor who asks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping

from server.knowledge.index import Index
from server.knowledge.passage_vectors import PassageVectors
from server.knowledge.terms import Terms, terms_of
from server.storage import passages
from server.storage.database import Database
from server.storage.documents import StoredDocument
from server.storage.passages import StoredPassage


class Indexing:
    """The index and, with an embedding model, the vectors.

    Args:
        database: where passages are.
        index: finds them by words.
        vectors: finds them by nearness.
    """

    def __init__(self, database: Database, index: Index, vectors: PassageVectors | None) -> None:
        self._database = database
        self._index = index
        self._vectors = vectors

    async def open(self, titles: Mapping[int, str], *, owns_folders: bool) -> set[int]:
        """Take up what there is of these editions; return those that the index lacks."""
        missing = await asyncio.to_thread(self._index.open, list(titles), owns_folder=owns_folders)
        if self._vectors is not None:
            await self._vectors.open(titles, owns_folder=owns_folders)
        return missing

    async def close(self) -> None:
        """Stop making vectors; it goes on at the next start."""
        if self._vectors is not None:
            await self._vectors.close()

    async def put(
        self, edition: int, told: Callable[[int], None] = lambda num_passages: None, *, is_new: bool = True
    ) -> str | None:
        """Index an edition; return the title under which it is found, None where it has no passage.

        Args:
            edition: its passages are in the database.
            told: called with the number of passages that were looked at.
            is_new: False where only the index lacked it, or lost it.
        """
        rows: list[tuple[int, int, Terms]] = []
        title: str | None = None
        after = 0
        while True:
            async with self._database.read() as connection:
                part = await passages.of_edition(connection, edition, after=after)
            if not part:
                break
            after, title = part[-1].id, part[-1].title
            rows += await asyncio.to_thread(_terms, part)
            told(len(rows))
        await asyncio.to_thread(self._index.replace, edition, rows)
        if self._vectors is not None and is_new:
            await self._vectors.renew(edition)
        return title

    async def drop(self, editions: Collection[int]) -> None:
        """Find nothing of these any more."""
        for edition in editions:
            await asyncio.to_thread(self._index.remove, edition)
            if self._vectors is not None:
                await self._vectors.remove(edition)

    def vectors_share(self, document: StoredDocument) -> float | None:
        """How far the vectors of a document are; None where none are being made."""
        if self._vectors is None or document.edition is None:
            return None
        return self._vectors.share_of(document.edition, document.num_passages)

    async def settle(self) -> None:
        """Wait until every vector is there: for tests and measurements."""
        if self._vectors is not None:
            await self._vectors.settle()


def _terms(rows: list[StoredPassage]) -> list[tuple[int, int, Terms]]:
    # Title and headings are found with each passage: under 申请材料 the text seldom says what is applied for.
    return [(row.id, row.edition, terms_of(f"{row.title}\n{row.heading}\n{row.text}")) for row in rows]
