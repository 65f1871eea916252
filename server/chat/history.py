"""What a conversation remembers of its turns: exactly what was shown, and what a source is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from server.sources.types import PastTurn, ReplyRequest, Sampling, TurnIds
from server.storage.turns import StoredTurn


@dataclass(frozen=True, slots=True)
class Remembered:
    """A turn that has ended. `ids` is None where the shown text is not what the model produced."""

    turn: str
    question: str
    answer: str
    finish: str
    ids: TurnIds | None = None


class History:
    """The ended turns of a conversation, oldest first; a turn that was answered anew is not among them."""

    def __init__(self, turns: Iterable[Remembered] = ()) -> None:
        self._turns = list(turns)

    @classmethod
    def of(cls, stored: Iterable[StoredTurn], told: Mapping[str, Sequence[str]] | None = None) -> History:
        """Take up what the database kept, and what teachers said to some turns."""
        history = cls(_remembered(turn) for turn in stored if turn.finish is not None and not turn.replaced)
        for turn, texts in (told or {}).items():
            for text in texts:
                history.told(turn, text)
        return history

    def __len__(self) -> int:
        return len(self._turns)

    def question_before(self, question: str) -> str | None:
        """What was asked last before this question, which may be answered anew."""
        earlier = (turn.question for turn in reversed(self._turns) if turn.question != question)
        return next(earlier, None)

    def question_of(self, turn: str) -> str | None:
        """What was asked in an ended turn."""
        return next((each.question for each in self._turns if each.turn == turn), None)

    def add(self, turn: Remembered) -> None:
        """A turn has ended."""
        self._turns.append(turn)

    def knows(self, turn: str) -> bool:
        """Whether this turn has ended and was not answered anew."""
        return any(each.turn == turn for each in self._turns)

    def told(self, turn: str, text: str) -> None:
        """A teacher answered this turn: remembered with its answer, which is not the model's alone now."""
        self._turns = [
            replace(each, answer="\n\n".join(filter(None, (each.answer, text))), ids=None)
            if each.turn == turn
            else each
            for each in self._turns
        ]

    def forget_ids(self, turn: str) -> None:
        """What was put before the model in this turn is not to be shown again; what was said stays."""
        self._turns = [replace(each, ids=None) if each.turn == turn else each for each in self._turns]

    def drop(self, turn: str | None) -> None:
        """This turn is being answered anew."""
        self._turns = [each for each in self._turns if each.turn != turn]

    def request(
        self,
        *,
        turn: str,
        conversation: str,
        user: str,
        system: str,
        question: str,
        sampling: Sampling,
        replaces: str | None = None,
    ) -> ReplyRequest:
        """What a source needs to answer `question`.

        A turn without an answer (stopped or cut before its first word) is left out: a model that is
        shown an empty answer learns to give empty answers.
        """
        past = [each for each in self._turns if each.turn != replaces and each.answer]
        hint: Literal["edited", "filtered"] | None = None
        if replaces is not None:
            hint = "edited"
        elif self._turns and self._turns[-1].ids is None and self._turns[-1].finish != "failed":
            hint = "filtered"
        return ReplyRequest(
            id=turn,
            conversation=conversation,
            user=user,
            system=system,
            question=question,
            turns=[PastTurn(each.question, each.answer, each.ids) for each in past],
            sampling=sampling,
            hint=hint,
        )


def _remembered(turn: StoredTurn) -> Remembered:
    ids = None
    if turn.tokenizer is not None and turn.question_ids is not None and turn.answer_ids is not None:
        ids = TurnIds(turn.tokenizer, turn.question_ids, turn.answer_ids)
    return Remembered(turn.id, turn.question, turn.answer, turn.finish or "failed", ids)
