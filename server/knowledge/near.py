"""Which wordings lie near a question, by their vectors: one matrix in memory, one product a question.

It does not know which model made the vectors, nor what nearness is worth; `Near.bridge` does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from server.embedding import Vectors
from server.knowledge.bridge import Bridge

NEAREST: Final = 128  # looked at; most of them may belong to other classes
_LEAST_ROWS: Final = 1024
_HERE: Final = 4_000_000  # numbers in the matrix, up to which the product takes about a millisecond


@dataclass(frozen=True, slots=True)
class Near:
    """What vectors say of one question.

    Args:
        question: as it was asked.
        cosines: of the wordings that are nearest, the nearest first.
        bridge: what they are worth.
    """

    question: str
    cosines: Mapping[str, float] = field(repr=False)
    bridge: Bridge = field(repr=False)

    def sureness(self, wording: str) -> float:
        """How sure it is by its vector that a wording asks the same: at least `SURE`, or 0."""
        cosine = self.cosines.get(wording)
        return 0.0 if cosine is None else self.bridge.sureness(self.question, wording, cosine)


class Matrix:
    """Vectors of texts. `put` and `drop` are called on the event loop alone; `nearest` computes in a thread.

    Args:
        num_dimensions: how long a vector is.
    """

    def __init__(self, num_dimensions: int) -> None:
        self._rows = np.zeros((_LEAST_ROWS, num_dimensions), np.float32)
        self._texts: list[str | None] = []
        self._row_of: dict[str, int] = {}
        self._free: list[int] = []

    @property
    def num_dimensions(self) -> int:
        """How long a vector is."""
        return int(self._rows.shape[1])

    def __len__(self) -> int:
        return len(self._row_of)

    def __contains__(self, text: str) -> bool:
        return text in self._row_of

    def __iter__(self) -> Iterator[str]:
        return iter(self._row_of)

    async def put(self, texts: Iterable[str], vectors: Vectors) -> None:
        """Add texts that are not there yet."""
        new = [(text, row) for row, text in enumerate(texts) if text not in self._row_of]
        least = len(self._texts) + len(new) - len(self._free)
        if least > len(self._rows):
            grown = np.zeros((max(least, 2 * len(self._rows)), self._rows.shape[1]), np.float32)
            await asyncio.to_thread(np.copyto, grown[: len(self._rows)], self._rows)
            self._rows = grown
        for text, row in new:
            place = self._free.pop() if self._free else len(self._texts)
            if place == len(self._texts):
                self._texts.append(None)
            self._rows[place] = vectors[row]
            self._texts[place], self._row_of[text] = text, place

    def drop(self, texts: Iterable[str]) -> None:
        """Forget texts."""
        for text in texts:
            place = self._row_of.pop(text)
            self._texts[place] = None
            self._free.append(place)

    async def nearest(self, vector: Vectors) -> dict[str, float]:
        """The nearest texts with their cosines, the nearest first."""
        num, rows = len(self._texts), self._rows
        if not num:
            return {}
        if num * rows.shape[1] <= _HERE:
            places = _nearest(rows[:num], vector)
        else:
            places = await asyncio.to_thread(_nearest, rows[:num], vector)
        # A place may have another text by now: what is said of it is computed anew.
        cosines = self._rows[places] @ vector
        found = [
            (float(cosine), text)
            for place, cosine in zip(places.tolist(), cosines.tolist(), strict=True)
            if (text := self._texts[place]) is not None
        ]
        return {text: cosine for cosine, text in sorted(found, reverse=True)}


def _nearest(rows: Vectors, vector: Vectors) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    scores = rows @ vector
    if len(scores) <= NEAREST:
        return np.arange(len(scores))
    return np.argpartition(-scores, NEAREST)[:NEAREST]
