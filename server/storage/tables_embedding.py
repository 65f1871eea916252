"""The tables of what an embedding model made of wordings.

Nothing outside `server.storage` imports this module.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import Base


class WordingVector(Base):
    """The vector of a wording of an approved answer, by the model and a digest of the text."""

    __tablename__ = "wording_vectors"
    model: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    vector: Mapped[bytes]  # of float16


class EmbeddingBridge(Base):
    """What a model was found to be worth on the shipped pairs."""

    __tablename__ = "embedding_bridges"
    model: Mapped[str] = mapped_column(primary_key=True)
    pairs: Mapped[str]  # a digest of the pairs
    bridge: Mapped[dict[str, Any]]
    at_ms: Mapped[int]
