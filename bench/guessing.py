"""How well the engine guessed ahead: what it says to nobody is found by guessing the same answers again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.engine.guess import Answers, Guesser

_END = -1  # no id: what ends an answer is never guessed right


@dataclass(frozen=True, slots=True)
class Guesses:
    """Counts of one answer, or of several together; the step that computed the prompt is none of `steps`."""

    steps: int = 0
    tokens: int = 0
    guessed: int = 0
    right: int = 0

    def __add__(self, other: Guesses) -> Guesses:
        return Guesses(
            self.steps + other.steps,
            self.tokens + other.tokens,
            self.guessed + other.guessed,
            self.right + other.right,
        )


def replayed(
    prompt: Sequence[int], answer: Sequence[int], stopped: bool, max_tokens: int, answers: Answers
) -> Guesses:
    """What the engine guessed while it gave this answer.

    Args:
        prompt: the ids before the answer.
        answer: its ids, without the end token.
        stopped: it ended by that token, not by its length.
        max_tokens: the length that it was allowed.
        answers: those given before it by the same engine; this one is added.
    """
    chosen = [*answer, _END] if stopped else list(answer)
    ids = [*prompt, chosen[0]]
    guesser = Guesser(ids, answers)
    place, counts = 1, Guesses(tokens=len(answer) - 1)
    while place < len(chosen):
        guessed = guesser.guess(max_tokens - place - 1)
        rest = chosen[place:]
        right = 0
        while right < min(len(guessed), len(rest) - 1) and guessed[right] == rest[right]:
            right += 1
        if guessed:
            guesser.checked(len(guessed), right)
        ids += rest[: right + 1]
        place += right + 1
        counts += Guesses(1, 0, len(guessed), right)
    answers.add(answer)
    return counts
