"""The vectors of all wordings: measured, made, kept and forgotten in the background.

A model is held against the labelled pairs first, and used if it is worth something. Vectors lie in the
database, so that a start reads them; missing ones are made in small parts. It does not know what an answer
is, and a failure of the model or the database only leaves the finders by words alone.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Collection
from typing import Final, Protocol

import numpy as np
import structlog

from server.embedding import EmbeddingProblem, QuestionVectors, Vectors
from server.errors import StorageProblem
from server.knowledge import bridge
from server.knowledge.bridge import Bridge
from server.knowledge.near import Matrix, Near
from server.storage import wording_vectors as storage
from server.storage.database import Database

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 0.5
_PART: Final = 256  # texts that are embedded and kept at once
_TELL_EVERY: Final = 2_000
_PAUSE_SECONDS: Final = 2.0  # after a failure, doubled for each one that follows
_LONGEST_PAUSE_SECONDS: Final = 120.0


class HasWordings(Protocol):
    """Whoever has the wordings of all answers."""

    @property
    def version(self) -> int:
        """Another one after every change."""
        ...

    @property
    def wordings(self) -> Collection[str]:
        """Every wording there is now."""
        ...


class WordingVectors:
    """Vectors of the wordings that there are. Run `keep_up` as long as the house stands.

    Args:
        database: where they are kept.
        questions: the model, as questions meet it.
        wordings: the texts that there are now.
        look_seconds: how often it is looked what changed.
    """

    def __init__(
        self,
        database: Database,
        questions: QuestionVectors,
        wordings: HasWordings,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._database = database
        self._questions = questions
        self._wordings = wordings
        self._look_seconds = look_seconds
        self._matrix: Matrix | None = None
        self._bridge: Bridge | None = None
        self._followed = -1  # the version of the wordings that all have their vectors
        self._is_complete = asyncio.Event()

    @property
    def bridge(self) -> Bridge | None:
        """What the model is worth; None while that is not known."""
        return self._bridge

    @property
    def num_vectors(self) -> int:
        """How many wordings have one."""
        return 0 if self._matrix is None else len(self._matrix)

    async def complete(self) -> None:
        """Wait until the model was measured and, if it is used, every wording has a vector."""
        await self._is_complete.wait()

    async def near(self, question: str) -> Near | None:
        """The wordings near a question, or None where vectors say nothing, at once or within the limit."""
        if self._bridge is None or self._bridge.threshold is None or not self.num_vectors:
            return None
        vector = await self._questions.of(question)
        if vector is None or self._matrix is None:
            return None
        return Near(question, await self._matrix.nearest(vector), self._bridge)

    async def keep_up(self) -> None:
        """Measure the model, then give every new wording a vector and forget those of wordings that went."""
        pause_seconds = _PAUSE_SECONDS
        while True:
            try:
                if self._bridge is None:
                    self._bridge = await self._measured()
                    await self._forget_others(self._bridge)
                if self._bridge.threshold is None:
                    self._is_complete.set()
                    return
                if self._matrix is None:
                    self._matrix = await self._read()
                await self._follow(self._matrix)
                pause_seconds = _PAUSE_SECONDS
            except (EmbeddingProblem, StorageProblem) as problem:
                if pause_seconds == _PAUSE_SECONDS:  # an outage is told once
                    log.warning("vectors of approved answers must wait", reason=str(problem))
                await asyncio.sleep(pause_seconds)
                pause_seconds = min(2 * pause_seconds, _LONGEST_PAUSE_SECONDS)
            except Exception:  # a bug here leaves the finders by words
                log.exception("vectors of approved answers are given up")
                self._matrix = None
                return
            await asyncio.sleep(self._look_seconds)

    async def _measured(self) -> Bridge:
        model, texts = self._questions.embedder.name, await asyncio.to_thread(bridge.texts_to_embed)
        pairs = await asyncio.to_thread(bridge.digest_of_pairs)
        async with self._database.read() as connection:
            row = await storage.bridge_of(connection, model, pairs)
        found = Bridge.of_row(row) if row is not None else None
        if found is None:
            vectors = await self._embedded(texts)
            log.info("the embedding model is being measured", model=model, num_texts=len(texts))
            found = await asyncio.to_thread(bridge.build, texts, vectors)
            async with self._database.write() as connection:
                await storage.keep_bridge(connection, model, pairs, found.as_row(), _now_ms())
        figures = {
            "gain": round(found.gain, 3),
            "recall": round(found.recall, 3),
            "recall_without": round(found.recall_without, 3),
        }
        if found.threshold is None:
            log.warning(
                "the embedding model adds nothing to approved answers: not used", model=model, **figures
            )
        else:
            precision = round(found.precision, 3)
            log.info(
                "the embedding model finds approved answers", model=model, precision=precision, **figures
            )
        return found

    async def _forget_others(self, found: Bridge) -> None:
        """Vectors that nobody compares any more would stay when their answers go."""
        model = None if found.threshold is None else self._questions.embedder.name
        async with self._database.write() as connection:
            await storage.forget_vectors_but_of(connection, model)

    async def _read(self) -> Matrix:
        """What was kept by an earlier start, of wordings that are still there."""
        model, there = self._questions.embedder.name, set(self._wordings.wordings)
        text_of = await asyncio.to_thread(lambda: {_digest(text): text for text in there})
        matrix: Matrix | None = None
        gone: list[str] = []
        async with self._database.read() as connection:
            async for rows in storage.vectors_of(connection, model):
                known = [(text_of[digest], vector) for digest, vector in rows if digest in text_of]
                gone += [digest for digest, _ in rows if digest not in text_of]
                sizes = {len(vector) for _, vector in known}
                if not known:
                    continue
                matrix = matrix or Matrix(min(sizes) // 2)
                if sizes != {matrix.num_dimensions * 2}:
                    raise StorageProblem("kept vectors have different lengths")
                content = b"".join(vector for _, vector in known)
                vectors = np.frombuffer(content, np.float16).reshape(len(known), -1).astype(np.float32)
                await matrix.put([text for text, _ in known], vectors)
        async with self._database.write() as connection:
            await storage.forget_vectors(connection, model, gone)
        if matrix is None:
            (first,) = await self._questions.embedder.embed(["第一句"], "question")
            matrix = Matrix(len(first))
        return matrix

    async def _follow(self, matrix: Matrix) -> None:
        """Make matrix and database what the wordings are now."""
        version = self._wordings.version
        if version == self._followed:
            return
        model, there = self._questions.embedder.name, self._wordings.wordings
        gone = [text for text in matrix if text not in there]
        if gone:
            matrix.drop(gone)
            async with self._database.write() as connection:
                await storage.forget_vectors(connection, model, [_digest(text) for text in gone])
        missing = [text for text in there if text not in matrix]
        for start in range(0, len(missing), _PART):
            texts = missing[start : start + _PART]
            vectors = await self._embedded(texts)
            if vectors.shape != (len(texts), matrix.num_dimensions):
                raise EmbeddingProblem("the model's vectors have another length than before")
            half = vectors.astype(np.float16)
            rows = [(_digest(text), half[row].tobytes()) for row, text in enumerate(texts)]
            async with self._database.write() as connection:
                await storage.keep_vectors(connection, model, rows)
            await matrix.put(texts, half.astype(np.float32))
            done = start + len(texts)
            if done // _TELL_EVERY > start // _TELL_EVERY or (done == len(missing) > _PART):
                log.info("wordings of approved answers are embedded", done=done, of=len(missing))
        self._followed = version
        self._is_complete.set()

    async def _embedded(self, texts: list[str]) -> Vectors:
        return await self._questions.embedder.embed(texts, "question")


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
