"""The vector of a question, while somebody waits for an answer: soon, or not at all.

One vector serves every finder: the latest are kept. An outage costs nobody time and is logged once. It does
not know what is found.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Final

import numpy as np
import structlog
from numpy.typing import NDArray

from server.embedding.types import EmbeddingProblem, OpenEmbedder

log = structlog.get_logger(__name__)

LIMIT_SECONDS: Final = 0.3
RETRY_SECONDS: Final = 5.0  # after an outage was met, nobody waits for so long
_KEPT: Final = 256
_QUESTION_CHARS: Final = 2_000

Vector = NDArray[np.float32]


class QuestionVectors:
    """What `embedder` makes of questions, within a limit.

    Args:
        embedder: the model.
        limit_seconds: how long a question may wait for it.
    """

    def __init__(self, embedder: OpenEmbedder, limit_seconds: float = LIMIT_SECONDS) -> None:
        self.embedder = embedder
        self._limit_seconds = limit_seconds
        self._kept: OrderedDict[str, Vector] = OrderedDict()
        self._not_before = 0.0
        self._note: str | None = None

    @property
    def note(self) -> str | None:
        """Why questions have no vectors now; None while they have."""
        return self._note or self.embedder.note

    async def of(self, question: str) -> Vector | None:
        """The vector of a question, or None where it does not come in time."""
        question = question[:_QUESTION_CHARS]
        if question in self._kept:
            self._kept.move_to_end(question)
            return self._kept[question]
        clock = asyncio.get_running_loop().time
        if clock() < self._not_before:
            return None
        try:
            async with asyncio.timeout(self._limit_seconds):
                vector: Vector = (await self.embedder.embed([question], "question"))[0]
        except (TimeoutError, EmbeddingProblem) as problem:
            said = str(problem) or f"no vector came within {self._limit_seconds:g} s"
            if isinstance(problem, TimeoutError):  # what is away says so at once; what is slow is left alone
                self._not_before = clock() + RETRY_SECONDS
            if self._note is None:
                log.warning("questions are looked up without the embedding model", reason=said)
            self._note = said
            return None
        if self._note is not None:
            log.info("questions are looked up with the embedding model again")
            self._note = None
        self._kept[question] = vector
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return vector
