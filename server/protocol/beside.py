"""What stands beside an answer and was written by people: it passes the filter like the answer itself.

A word that may not be said in an answer may not be said in a quote, a question to choose or a name either.
What is found here is not recorded as a hit: nobody asked for it, and it would be found with every question.
"""

from __future__ import annotations

from collections.abc import Iterable

from filters import Direction, Pipeline
from server.protocol.frames import Approved, Passage


class Beside:
    """The filter of one turn for what is shown with it. A filter that fails raises whatever it raises.

    Args:
        pipeline: the filter in effect when the turn began.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def shown(self, text: str) -> str:
        """The text as it may be shown: of a blocked one what stands before the word."""
        return self._pipeline.check(text, Direction.ANSWER).text

    def passages(self, passages: Iterable[Passage]) -> list[Passage]:
        """Passages with their titles, headings and quotes."""
        return [
            each.model_copy(
                update={
                    "title": self.shown(each.title),
                    "heading": self._maybe(each.heading),
                    "quote": self.shown(each.quote),
                }
            )
            for each in passages
        ]

    def offers(self, questions: Iterable[str]) -> list[str]:
        """Questions to choose from, as they are shown."""
        return [shown for each in questions if (shown := self.offer(each)) is not None]

    def offer(self, question: str) -> str | None:
        """One of them as it is shown; None for one that may not be shown at all."""
        verdict = self._pipeline.check(question, Direction.ANSWER)
        return None if verdict.blocked else verdict.text

    def approved(self, approved: Approved) -> Approved:
        """Who answers for an answer, and what belongs to it."""
        attached = approved.attachments and [
            each.model_copy(update={"name": self.shown(each.name)}) for each in approved.attachments
        ]
        return approved.model_copy(
            update={
                "question": self.shown(approved.question),
                "source": self._maybe(approved.source),
                "author": self._maybe(approved.author),
                "attachments": attached,
            }
        )

    def _maybe(self, text: str | None) -> str | None:
        return None if text is None else self.shown(text) or None
