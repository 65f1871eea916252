"""What an embedding model is to the rest of the house: texts become vectors; near vectors mean near texts.

It does not know which texts are embedded, nor what is made of their nearness.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

# Some models are told whether a text asks or is to be found.
Role = Literal["question", "passage"]

Vectors = NDArray[np.float32]  # of shape (texts, dimensions); each row has the length 1


class EmbeddingProblem(Exception):
    """The model gave no vectors: it is away, too slow, or answered something else."""


class Embedder(Protocol):
    """An embedding model, wherever it runs."""

    @property
    def name(self) -> str:
        """The model and how texts are given to it: vectors of two names are never compared."""
        ...

    @property
    def num_dimensions(self) -> int:
        """How long a vector is; 0 while that is not known, before another server's first answer."""
        ...

    async def embed(self, texts: Sequence[str], role: Role) -> Vectors:
        """The vectors of some texts, in their order; off the event loop.

        Raises:
            EmbeddingProblem: none came, or none in time.
        """
        ...


class OpenEmbedder(Embedder, Protocol):
    """An embedder that somebody opened and closes."""

    @property
    def note(self) -> str | None:
        """Why there are no vectors now; None while there are."""
        ...

    async def start(self) -> None:
        """Begin to load the model."""
        ...

    async def close(self) -> None:
        """End it; whoever waits gets an `EmbeddingProblem`."""
        ...
