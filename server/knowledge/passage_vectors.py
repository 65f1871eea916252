"""Makes vectors of passages, in the background and in order, and says how near each is to a question.

A document is found by its words at once, and by its vectors as they come. Killed at any moment, the work goes
on behind the last whole block. Where the model is away, nothing is said of nearness, and the work waits. It
does not know how words are found.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import structlog
from numpy.typing import NDArray

from server.embedding import EmbeddingProblem, QuestionVectors, Vectors
from server.errors import StorageProblem
from server.knowledge.vector_scale import Scale, measure, read_scale, write_scale
from server.knowledge.vector_table import VectorTable
from server.storage import passages
from server.storage.database import Database
from server.storage.passages import StoredPassage

log = structlog.get_logger(__name__)

_OF_A_BLOCK: Final = 32  # passages; so much is made again after a kill
_AT_ONCE: Final = 4
# The model computes on the cores that answers need: it rests a while after each few texts, longer while
# somebody asks.
_REST: Final = 0.5
_REST_WHILE_ASKED: Final = 3.0
_ASKED_SECONDS: Final = 20.0
_FIRST_PAUSE_SECONDS: Final = 2.0
_LONGEST_PAUSE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class NearPassages:
    """Which passages are near a question.

    Args:
        passages: the nearest, best first.
        nearness_of: how near some passages are, of those that have a vector.
    """

    passages: list[int]
    nearness_of: Callable[[list[int]], dict[int, float]]


class PassageVectors:
    """The vectors of the documents in effect. Call `open`, later `close`.

    Args:
        database: where passages are.
        folder: where vectors are kept.
        questions: the model.
    """

    def __init__(self, database: Database, folder: Path, questions: QuestionVectors) -> None:
        self._database = database
        self._folder = folder
        self._questions = questions
        self._embedder = questions.embedder
        self._table = VectorTable(self._embedder.name, folder)
        self._scale: Scale | None = None
        self._wanted: dict[int, object] = {}  # an edition, and a mark that is another one for each title
        self._queue: asyncio.Queue[int] = asyncio.Queue()
        self._changing = asyncio.Lock()
        self._asked_at = float("-inf")
        self._is_away = False
        self._task: asyncio.Task[None] | None = None

    async def open(self, titles: Mapping[int, str], *, owns_folder: bool = True) -> None:
        """Take up what there is of these editions, and make what is missing.

        Args:
            titles: of their documents.
            owns_folder: False where it is another process's: it is read, and what comes is kept in memory.
        """
        await asyncio.to_thread(self._table.open, titles, owns_folder=owns_folder)
        for edition in sorted(titles):
            self.put(edition)
        self._task = asyncio.create_task(self._work(), name="vectors of passages")

    async def close(self) -> None:
        """Stop; it goes on at the next start."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def put(self, edition: int) -> None:
        """Make the vectors of an edition when its turn comes."""
        self._wanted[edition] = object()
        self._queue.put_nowait(edition)

    async def remove(self, edition: int) -> None:
        """Forget an edition."""
        self._wanted.pop(edition, None)
        async with self._changing:
            await asyncio.to_thread(self._table.remove, edition)

    async def renew(self, edition: int) -> None:
        """Its document has another title, which is found with each passage."""
        await self.remove(edition)
        self.put(edition)

    def share_of(self, edition: int, num_passages: int) -> float | None:
        """How far an edition is; None where there is nothing to do."""
        if edition not in self._wanted or (self._scale is not None and not self._scale.is_useful):
            return None
        num = self._table.num_of(edition)
        return None if num >= num_passages else num / num_passages

    async def near(self, question: str, editions: Collection[int] | None, most: int) -> NearPassages | None:
        """What is near a question, among these editions; None where the model says nothing in time."""
        self._asked_at = asyncio.get_running_loop().time()
        scale = self._scale
        if scale is None or not scale.is_useful or not len(self._table):
            return None
        vector = await self._questions.of(question)
        if vector is None or len(vector) != len(scale.middle):
            return None
        return await asyncio.to_thread(near_passages, self._table, scale, vector, editions, most)

    async def settle(self) -> None:
        """Wait until every vector is there: for tests and measurements."""
        await self._queue.join()

    async def _work(self) -> None:
        pause_seconds = _FIRST_PAUSE_SECONDS
        while True:
            edition = await self._queue.get()
            try:
                if self._scale is None:
                    self._scale = await self._measured()
                if self._scale.is_useful:
                    await self._make(edition)
                pause_seconds = _FIRST_PAUSE_SECONDS
                self._told(None)
            except (EmbeddingProblem, StorageProblem, OSError) as problem:
                self._told(str(problem))
                self._queue.put_nowait(edition)
                await asyncio.sleep(pause_seconds)
                pause_seconds = min(2 * pause_seconds, _LONGEST_PAUSE_SECONDS)
            except Exception:
                log.exception("vectors of a document could not be made", edition=edition)
            finally:
                self._queue.task_done()

    async def _measured(self) -> Scale:
        file = self._folder / "scale.json"
        scale = await asyncio.to_thread(read_scale, file, self._embedder.name)
        if scale is None:
            scale = await measure(self._embedder)
            await asyncio.to_thread(write_scale, scale, file)
        log.info(
            "passages are found by vectors, too"
            if scale.is_useful
            else "the embedding model tells shipped questions apart too badly and is not used for documents",
            model=scale.model,
            told_apart=round(scale.share_told, 2),
        )
        return scale

    async def _make(self, edition: int) -> None:
        mark = self._wanted.get(edition)
        while mark is not None:
            async with self._database.read() as connection:
                rows = await passages.of_edition(
                    connection, edition, after=self._table.last_of(edition), limit=_OF_A_BLOCK
                )
            if not rows:
                return
            vectors = []
            for start in range(0, len(rows), _AT_ONCE):
                vectors.append(await self._embedded(rows[start : start + _AT_ONCE]))
                if self._wanted.get(edition) is not mark:
                    return
            async with self._changing:
                if self._wanted.get(edition) is not mark:
                    return
                ids = [row.id for row in rows]
                await asyncio.to_thread(self._table.add, edition, rows[0].title, ids, np.vstack(vectors))

    async def _embedded(self, rows: list[StoredPassage]) -> Vectors:
        clock = asyncio.get_running_loop().time
        began = clock()
        vectors = await self._embedder.embed([_text(row) for row in rows], "passage")
        is_asked = clock() - self._asked_at < _ASKED_SECONDS
        await asyncio.sleep((clock() - began) * (_REST_WHILE_ASKED if is_asked else _REST))
        return vectors

    def _told(self, problem: str | None) -> None:
        """Log an outage once."""
        if problem is not None and not self._is_away:
            log.warning("vectors of documents have to wait", reason=problem)
        self._is_away = problem is not None


def near_passages(
    table: VectorTable,
    scale: Scale,
    question: NDArray[np.float32],
    editions: Collection[int] | None,
    most: int,
) -> NearPassages:
    """What of a table is near a question."""
    look = table.look(question, editions)

    def nearness_of(ids: list[int]) -> dict[int, float]:
        return {each: scale.nearness(question, cosine) for each, cosine in look.of(ids).items()}

    return NearPassages(look.nearest(most), nearness_of)


def _text(row: StoredPassage) -> str:
    # As words are: under 申请材料 the text seldom says what is applied for.
    return f"{row.title}\n{row.heading}\n{row.text}"
