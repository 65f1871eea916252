"""Knowledge: what people have approved, and what is found of it for a question."""

from server.knowledge.library import Library
from server.knowledge.types import (
    ApprovedAnswer,
    Attachment,
    Finding,
    Grounded,
    Nothing,
    Offered,
    Passage,
    Served,
)

__all__ = [
    "ApprovedAnswer",
    "Attachment",
    "Finding",
    "Grounded",
    "Library",
    "Nothing",
    "Offered",
    "Passage",
    "Served",
]
