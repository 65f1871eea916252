"""Embedders for tests that know what the labelled pairs say, so that they are worth using."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from server.embedding import EmbeddingProblem, Role, Vectors
from server.knowledge import bridge
from server.likeness import seen_pairs, shipped_pairs
from server.storage import wording_vectors as storage
from server.storage.database import Database

DIMENSIONS = 32


class Knowing:
    """Texts that people call the same lie near each other, all others far apart.

    Args:
        name: the model's name.
        alike: further texts that are the same to it.
        knows: False: every text lies anywhere.
    """

    num_dimensions = DIMENSIONS
    note: str | None = None

    def __init__(
        self, name: str = "knowing", alike: Sequence[Sequence[str]] = (), knows: bool = True
    ) -> None:
        self.name = name
        self.is_away = False
        self.embedded: list[str] = []
        self._same: dict[str, str] = {}
        pairs = [pair for pair in (*shipped_pairs(), *seen_pairs()) if pair.half in ("tune", "fresh", "seen")]
        for one, other in [(pair.question, pair.other) for pair in pairs if pair.same and knows]:
            self._same[self._root(other)] = self._root(one)
        for texts in alike:
            for text in texts[1:]:
                self._same[self._root(text)] = self._root(texts[0])

    async def start(self) -> None:
        """Nothing to load."""

    async def close(self) -> None:
        """Nothing to end."""

    async def embed(self, texts: Sequence[str], role: Role) -> Vectors:
        """Near for the same root, and a little different for each text."""
        if self.is_away:
            raise EmbeddingProblem("away")
        if list(texts) != bridge.texts_to_embed():  # those that every model is measured on
            self.embedded += texts
        vectors = np.array([_drawn(self._root(text)) + 0.05 * _drawn(text) for text in texts], np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def made(self) -> list[str]:
        """Which texts were embedded since the last look."""
        made, self.embedded = self.embedded, []
        return made

    def _root(self, text: str) -> str:
        while text in self._same and self._same[text] != text:
            text = self._same[text]
        return text


def _drawn(text: str) -> Vectors:
    seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
    return np.random.default_rng(seed).normal(0, 1, DIMENSIONS).astype(np.float32)


async def keep_worth(database: Database, model: Knowing) -> None:
    """Have it measured already: that takes a second."""
    if model.name not in _WORTH:
        texts = bridge.texts_to_embed()
        _WORTH[model.name] = bridge.build(texts, await model.embed(texts, "question"))
    async with database.write() as connection:
        row = _WORTH[model.name].as_row()
        await storage.keep_bridge(connection, model.name, bridge.digest_of_pairs(), row, 0)


_WORTH: dict[str, bridge.Bridge] = {}
