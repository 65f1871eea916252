"""What a document is once it is read: blocks in their order. Data only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a row of a table or a heading.

    Args:
        text: on one line or several, never empty.
        level: of a heading, from 1; 0 for everything else.
        page: in a document that has pages, from 1.
    """

    text: str
    level: int = 0
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage before it has an id: where it stands in the document's text.

    Args:
        start: its first character.
        end: behind its last one.
        heading: the headings above it, joined by ` › `.
        page: where it begins, in a document that has pages.
    """

    start: int
    end: int
    heading: str = ""
    page: int | None = None
