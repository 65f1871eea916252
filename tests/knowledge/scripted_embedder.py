"""An embedder by rule: texts are near that share characters, or words written down as meaning the same.

For tests of what is made of vectors; no model is that simple.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from server.embedding import EmbeddingProblem, Role, Vectors

DIMENSIONS = 512


class ScriptedEmbedder:
    """Texts as sets of characters and pairs of them.

    Args:
        name: of the model.
        same: a word, and the one that is read in its place.
        delay_seconds: how long a text takes.
        asked: called with the texts of each request.
    """

    def __init__(
        self,
        name: str = "scripted",
        same: Mapping[str, str] | None = None,
        delay_seconds: float = 0.0,
        asked: Callable[[Sequence[str]], object] = lambda texts: None,
    ) -> None:
        self.name = name
        self.num_dimensions = DIMENSIONS
        self.is_away = False
        self.delay_seconds = delay_seconds
        self._same = same or {}
        self._asked = asked

    async def embed(self, texts: Sequence[str], role: Role) -> Vectors:
        """The vectors of some texts."""
        self._asked(texts)
        await asyncio.sleep(self.delay_seconds)
        if self.is_away:
            raise EmbeddingProblem("the model is away")
        return np.vstack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        for word, meant in self._same.items():
            text = text.replace(word, meant)
        vector = np.zeros(DIMENSIONS, np.float32)
        vector[0] = 1.0  # as with real models no two texts are strangers
        for piece in {*text, *(text[place : place + 2] for place in range(len(text) - 1))}:
            vector[zlib.crc32(piece.encode()) % DIMENSIONS] += 1.0
        return vector / np.float32(np.linalg.norm(vector))
