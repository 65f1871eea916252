"""Everything that is known, looked up in one order: an approved answer first, then documents.

It does not know how either is found. A failure costs nobody an answer: it is logged, and nothing is found.
"""

from __future__ import annotations

from typing import Protocol

import structlog

from server.knowledge.types import Finding, Grounded, Nothing, Offered, Served

log = structlog.get_logger(__name__)


class FindsAnswers(Protocol):
    """Approved answers."""

    async def find(self, question: str, class_id: str | None) -> Served | Offered | None:
        """The approved answer that fits a question, off the event loop where it takes long."""
        ...

    def served(self, answer_id: str) -> None:
        """Somebody got this answer."""
        ...


class FindsPassages(Protocol):
    """Documents."""

    async def find(self, question: str, class_id: str | None) -> Grounded | Nothing:
        """The passages that fit a question, off the event loop where it takes long."""
        ...


class Library:
    """Approved answers and documents together."""

    def __init__(self, answers: FindsAnswers | None, documents: FindsPassages | None) -> None:
        self._answers = answers
        self._documents = documents

    async def find(self, question: str, class_id: str | None) -> Finding:
        """What fits a question of somebody in this class."""
        try:
            answered = None if self._answers is None else await self._answers.find(question, class_id)
            if answered is not None:
                return answered
            if self._documents is not None:
                return await self._documents.find(question, class_id)
        except Exception:
            log.exception("knowledge could not be looked up")
        return Nothing()

    def served(self, answer_id: str) -> None:
        """Somebody got this approved answer."""
        if self._answers is not None:
            self._answers.served(answer_id)
