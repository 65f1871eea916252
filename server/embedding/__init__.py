"""Texts as vectors, from an embedding model that an organisation may set."""

from server.embedding.types import Embedder, EmbeddingProblem, Role, Vectors

__all__ = ["Embedder", "EmbeddingProblem", "Role", "Vectors"]
