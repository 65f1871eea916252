"""What frames tell of the knowledge behind an answer: data only, and no frames of their own."""

from __future__ import annotations

from pydantic import Field

from server.protocol.frame import Frame


class Passage(Frame):
    """A piece of a document that an answer rests on; with its id the document can be opened at its place.

    `removed`: the document was deleted since; then nothing else is there.
    """

    id: str
    title: str
    heading: str | None = None
    page: int | None = None
    quote: str
    removed: bool | None = None


class Attached(Frame):
    """Something to open beside an approved answer."""

    name: str
    url: str


class Approved(Frame):
    """Who answers for an approved answer, since when and until when (`2026-12-31`)."""

    id: str
    question: str
    source: str | None = None
    author: str | None = None
    approved: str | None = None
    expires: str | None = None
    attachments: list[Attached] | None = None


class Chosen(Frame):
    """One of the questions that the answer of `turn` offers, by its place among them from 0."""

    turn: str = Field(max_length=64)
    number: int = Field(ge=0, le=9)
