"""Texts as vectors, from an embedding model that an organisation may set."""

from server.embedding.asking import QuestionVectors
from server.embedding.names import EmbeddingName, parse_embedding
from server.embedding.open import open_embedder
from server.embedding.types import Embedder, EmbeddingProblem, OpenEmbedder, Role, Vectors

__all__ = [
    "Embedder",
    "EmbeddingName",
    "EmbeddingProblem",
    "OpenEmbedder",
    "QuestionVectors",
    "Role",
    "Vectors",
    "open_embedder",
    "parse_embedding",
]
