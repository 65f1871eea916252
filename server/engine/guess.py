"""Guessing ahead: what came after the same few ids before may come again.

The model checks several guessed ids in one step, which takes little more than a step for one; each is kept
only if it is the very id that would have been chosen, so the answer is the same. Prompt lookup, after
github.com/apoorvumang/prompt-lookup-decoding, with what was answered before as a second place to look.
This module does not know how guesses are checked.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

# How many ids must match, most first; an id alone says too little outside its own conversation.
_SUFFIXES = (4, 3, 2, 1)
_ELSEWHERE = _SUFFIXES[:3]
# A row more costs a twelfth of a step with one: bench/LOG.md has what each number of guesses gains.
_FIRST_GUESSES, _MIN_GUESSES, _MAX_GUESSES = 3, 1, 7


class Guesser:
    """Guesses for one conversation.

    Args:
        ids: those of the conversation; the caller goes on appending to them, and never removes any.
        answers: what was answered in others.
    """

    def __init__(self, ids: Sequence[int], answers: Answers) -> None:
        self._ids = ids
        self._answers = answers
        self._after: dict[tuple[int, ...], int] = {}  # some ids → where the id after them stands
        self._num_indexed = 0
        self._limit = _FIRST_GUESSES

    def guess(self, max_ids: int) -> list[int]:
        """The next ids, as far as one can guess."""
        limit = min(self._limit, max_ids)
        if limit <= 0:
            return []
        ids = self._ids
        self._index()
        for size in _SUFFIXES:
            suffix = tuple(ids[-size:])
            place = self._after.get(suffix)
            found = list(ids[place : place + limit]) if place else []
            if not found and size in _ELSEWHERE:
                found = self._answers.after(suffix, limit)
            if found:
                return found
        return []

    def checked(self, num_guessed: int, num_right: int) -> None:
        """So many of the ids guessed were right: guess more next time, or less."""
        if num_right == num_guessed:
            self._limit = min(_MAX_GUESSES, self._limit * 2)
        elif num_right * 2 < num_guessed:
            self._limit = max(_MIN_GUESSES, self._limit // 2)

    def _index(self) -> None:
        """Note what has come after what; the newest suffixes have nothing after them yet."""
        ids = self._ids
        for end in range(max(1, self._num_indexed), len(ids)):
            for size in _SUFFIXES:
                if size <= end:
                    self._after[tuple(ids[end - size : end])] = end
        self._num_indexed = len(ids)


class Answers:
    """The newest answers of all conversations, found by any few ids of them.

    Args:
        max_ids: how many ids are remembered, about.
    """

    def __init__(self, max_ids: int = 20_000) -> None:
        self._max_ids = max_ids
        self._answers: OrderedDict[int, tuple[int, ...]] = OrderedDict()
        self._conversations: dict[int, str] = {}
        self._after: dict[tuple[int, ...], tuple[int, int]] = {}
        self._num_added = 0
        self._num_ids = 0

    def add(self, ids: Sequence[int], conversation: str = "") -> None:
        """An answer in a conversation came to its end."""
        answer = tuple(ids)
        if not answer:  # it would never leave: room is counted in ids
            return
        self._num_added += 1
        self._answers[self._num_added] = answer
        self._conversations[self._num_added] = conversation
        self._num_ids += len(answer)
        while self._num_ids > self._max_ids:
            self._drop(next(iter(self._answers)))
        for size in _ELSEWHERE:
            for end in range(size, len(answer)):
                self._after[answer[end - size : end]] = (self._num_added, end)
        if len(self._after) > 2 * len(_ELSEWHERE) * self._max_ids:  # half of it points to answers that left
            self._clean()

    def forget(self, conversation: str) -> None:
        """Drop the answers of a conversation, and every few ids of them."""
        numbers = [number for number, name in self._conversations.items() if name == conversation]
        for number in numbers:
            self._drop(number)
        if numbers:
            self._clean()

    def after(self, suffix: tuple[int, ...], max_ids: int) -> list[int]:
        """What came after these ids last time."""
        number, place = self._after.get(suffix, (0, 0))
        return list(self._answers.get(number, ())[place : place + max_ids])

    def _drop(self, number: int) -> None:
        self._num_ids -= len(self._answers.pop(number))
        del self._conversations[number]

    def _clean(self) -> None:
        self._after = {key: place for key, place in self._after.items() if place[0] in self._answers}
