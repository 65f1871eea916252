"""What those who look after documents get to see of one; data only."""

from __future__ import annotations

from dataclasses import dataclass

from server.knowledge.progress import Progress
from server.storage.documents import StoredDocument


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document, and how far it has come."""

    document: StoredDocument
    progress: Progress | None
    vectors_share: float | None = None  # how far its vectors are, while they are being made


@dataclass(frozen=True, slots=True)
class Opened:
    """A stretch of a document's text.

    Args:
        start: where it begins in the whole text.
        places: start, end, heading and page of each passage in it.
    """

    document: StoredDocument
    text: str
    start: int
    num_chars: int
    places: list[tuple[int, int, str, int | None]]
