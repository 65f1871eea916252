"""What the measurements of documents search in: passages, by words alone or by words and vectors together.

The same functions rank here and in the server. It does not know what is measured.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Sequence
from statistics import median
from types import TracebackType
from typing import Final, Self

import numpy as np

from server.embedding import Role, Vectors
from server.errors import SettingsProblem
from server.knowledge.finding import Ranked, rank
from server.knowledge.index import Index
from server.knowledge.passage_vectors import near_passages
from server.knowledge.terms import terms_of
from server.knowledge.vector_scale import Scale, measure
from server.knowledge.vector_table import VectorTable
from server.settings import Settings
from server.wiring.embedding import embedding_of

LOOKED_AT: Final = 12  # passages, as in the server
_AT_ONCE: Final = 32
_LOAD_SECONDS: Final = 120.0


class Model:
    """An embedding model, open for the time of a measurement.

    Args:
        settings: name the model.

    Raises:
        SettingsProblem: there is no such model, or it does not load.
    """

    scale: Scale

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._runner = asyncio.Runner()
        self._known: dict[tuple[str, Role], Vectors] = {}

    def __enter__(self) -> Self:
        questions = self._runner.run(embedding_of(self._settings))
        assert questions is not None
        self._embedder = questions.embedder
        give_up_at = time.monotonic() + _LOAD_SECONDS
        while self._embedder.note is not None:
            if time.monotonic() > give_up_at:
                raise SettingsProblem(f"--embedding {self._settings.embedding}: {self._embedder.note}")
            self._runner.run(asyncio.sleep(0.1))
        self.scale = self._runner.run(measure(self._embedder))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._runner.run(self._embedder.close())
        self._runner.close()

    @property
    def name(self) -> str:
        """Of the model."""
        return self._embedder.name

    def question_ms(self, questions: Sequence[str]) -> float:
        """How long one question takes to become a vector, half of them."""
        times_ms = []
        for question in questions:
            before = time.perf_counter()
            self._runner.run(self._embedder.embed([question], "question"))
            times_ms.append((time.perf_counter() - before) * 1000)
        return median(times_ms)

    def vectors(self, texts: Sequence[str], role: Role) -> Vectors:
        """The vectors of some texts; each text is embedded once."""
        missing = sorted({text for text in texts if (text, role) not in self._known}, key=len)
        for start in range(0, len(missing), _AT_ONCE):
            part = missing[start : start + _AT_ONCE]
            for text, vector in zip(part, self._runner.run(self._embedder.embed(part, role)), strict=True):
                self._known[text, role] = vector
        return np.vstack([self._known[text, role] for text in texts])


class Base:
    """Passages that can be searched.

    Args:
        passages: the number of its document, from 1, and its text. A passage's id is its place.
        model: search by its vectors, too.
    """

    def __init__(self, passages: Sequence[tuple[int, str]], model: Model | None = None) -> None:
        self._model = model
        self._index = Index()
        self._index.add((place, document, terms_of(text)) for place, (document, text) in enumerate(passages))
        if model is None:
            return
        self._table = VectorTable(model.name)
        vectors = model.vectors([text for _, text in passages], "passage")
        numbers = np.array([document for document, _ in passages])
        for document in dict.fromkeys(numbers.tolist()):
            places = np.flatnonzero(numbers == document)
            self._table.add(document, "", places.tolist(), vectors[places])

    def find(self, question: str, documents: Collection[int] | None = None) -> list[Ranked]:
        """The passages that come closest, best first."""
        if self._model is None or not self._model.scale.is_useful:
            return rank(question, self._index.search(terms_of(question), LOOKED_AT, documents), {})
        vector = self._model.vectors([question], "question")[0]
        by_vectors = near_passages(self._table, self._model.scale, vector, documents, LOOKED_AT)
        hits = self._index.search(terms_of(question), LOOKED_AT, documents, by_vectors.passages)
        return rank(question, hits, by_vectors.nearness_of([hit.passage_id for hit in hits.hits]))
