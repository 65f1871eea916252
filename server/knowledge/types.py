"""What knowledge finds for a question: data only.

An approved answer (标准答案) is served as it stands; passages are what a model is shown. This module knows
neither how something is found nor who asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something to open beside an approved answer."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class ApprovedAnswer:
    """An answer that somebody answers for, as it is served.

    Args:
        id: of the answer, not of one of its wordings.
        question: its first wording, as it is offered to people.
        text: the answer.
        source: where it comes from: a rule, a textbook, an office.
        author: who wrote it, person or office.
        approved: the day on which somebody answered for it.
        expires: the last day on which it is served.
    """

    id: str
    question: str
    text: str
    source: str = ""
    author: str = ""
    approved: date | None = None
    expires: date | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document.

    Args:
        id: of the passage; with it the document can be opened at its place.
        title: of the document.
        heading: the headings above it, joined by ` › `; empty where there are none.
        page: in a document that has pages, from 1.
        score: how well it fits the question; comparable within one finding only.
    """

    id: str
    document_id: str
    title: str
    text: str
    heading: str = ""
    page: int | None = None
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Served:
    """One approved answer fits. `likeness` is 1 for a wording that is the same after folding."""

    answer: ApprovedAnswer
    likeness: float


@dataclass(frozen=True, slots=True)
class Offered:
    """Two approved answers fit about as well: the person chooses."""

    answers: tuple[ApprovedAnswer, ...]


@dataclass(frozen=True, slots=True)
class Grounded:
    """Passages that fit, best first."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing fits. `is_empty` is true where there are no documents that could have."""

    is_empty: bool = True


Finding = Served | Offered | Grounded | Nothing
