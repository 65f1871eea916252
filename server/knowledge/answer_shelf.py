"""Approved answers as they are found: by the same words, or by words that surely ask the same.

Pure: no database, no clock, no people. An index from pieces of wordings to wordings finds the few that are
worth comparing, the rarest pieces first, so that a question costs about the same however many answers there
are. Where an embedding model is set, wordings that lie near join them. What makes two questions the same is
`server.likeness`' to say, and what nearness is worth `bridge`'s; what speaks against it no vector overrules.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final

from server.knowledge.near import Near
from server.knowledge.types import ApprovedAnswer, Offered, Served
from server.likeness import SURE, Reading, read, sameness, speaks_against

MARGIN: Final = 0.08  # two answers closer than this are offered
_MOST_VISITS: Final = 6_000
_MOST_COMPARED: Final = 32
_MOST_NEAR: Final = 16


@dataclass(frozen=True, slots=True)
class Shelved:
    """An answer with everything that decides whether it is served."""

    answer: ApprovedAnswer
    wordings: tuple[str, ...]
    class_id: str | None  # None: for everybody
    valid_from: date | None
    enabled: bool
    changed_at_ms: int

    def counts(self, class_id: str | None, today: date) -> bool:
        """Whether it may be served to somebody of this class on this day."""
        if not self.enabled or self.class_id not in (None, class_id):
            return False
        if self.valid_from is not None and today < self.valid_from:
            return False
        return self.answer.expires is None or today <= self.answer.expires


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer that a question could get, and how sure that is.

    Args:
        shelved: the answer.
        wording: the one of its wordings that is nearest.
        sureness: 1 for the same words.
        against: what speaks against it: number, negation, kind, act …
    """

    shelved: Shelved
    wording: str
    sureness: float
    against: str | None = None


class AnswerShelf:
    """All approved answers. Not for several threads at once."""

    def __init__(self, answers: Iterable[Shelved] = ()) -> None:
        self._answers: dict[str, Shelved] = {}
        self._wordings: dict[int, tuple[str, str, Reading]] = {}
        self._numbers: dict[str, list[int]] = {}
        self._by_wording: dict[str, dict[int, None]] = defaultdict(dict)
        self._by_key: dict[str, dict[int, None]] = defaultdict(dict)
        self._by_piece: dict[str, dict[int, None]] = defaultdict(dict)
        self._next = 0
        for each in answers:
            self.put(each)

    def __len__(self) -> int:
        return len(self._answers)

    @property
    def wordings(self) -> Collection[str]:
        """Every wording of every answer, as it changes."""
        return self._by_wording.keys()

    def get(self, answer_id: str) -> Shelved | None:
        """The answer of this id, or None."""
        return self._answers.get(answer_id)

    def put(self, shelved: Shelved) -> None:
        """Add an answer, or take its new form."""
        self.drop(shelved.answer.id)
        self._answers[shelved.answer.id] = shelved
        numbers = self._numbers[shelved.answer.id] = []
        for wording in shelved.wordings:
            reading = read(wording)
            number, self._next = self._next, self._next + 1
            numbers.append(number)
            self._wordings[number] = (shelved.answer.id, wording, reading)
            self._by_wording[wording][number] = None
            self._by_key[reading.key][number] = None
            for piece in _places(reading):
                self._by_piece[piece][number] = None

    def drop(self, answer_id: str) -> None:
        """Forget an answer; nothing happens if it is not there."""
        self._answers.pop(answer_id, None)
        for number in self._numbers.pop(answer_id, ()):
            _, wording, reading = self._wordings.pop(number)
            _forget(self._by_wording, wording, number)
            _forget(self._by_key, reading.key, number)
            for piece in _places(reading):
                _forget(self._by_piece, piece, number)

    def find(
        self, question: str, class_id: str | None, today: date, near: Near | None = None
    ) -> Served | Offered | None:
        """The answer that surely fits, two that fit about as well, or None."""
        reading = read(question)
        same = [self._answer_of(number) for number in self._by_key.get(reading.key, ()) if reading.key]
        exact = [each for each in same if each.counts(class_id, today)]
        if exact:
            # The same words cannot be offered twice: the class's own goes first, then the newest.
            return Served(max(exact, key=_by_precedence).answer, 1.0)
        sure = [each for each in self._nearest(reading, class_id, today, near) if each.sureness >= SURE]
        if not sure:
            return None
        best = sure[0]
        for other in sure[1:]:
            says_other = other.shelved.answer.text != best.shelved.answer.text
            if says_other and best.sureness - other.sureness < MARGIN:
                return Offered((best.shelved.answer, other.shelved.answer))
        return Served(best.shelved.answer, best.sureness)

    def nearest(
        self, question: str, class_id: str | None, today: date, near: Near | None = None, most: int = 5
    ) -> list[Candidate]:
        """The answers that a question is nearest to, for people who want to see why."""
        return self._nearest(read(question), class_id, today, near)[:most]

    def alike(self, wording: str, but: str | None = None, near: Near | None = None) -> list[Candidate]:
        """Answers that would be given to a wording, too, whether they count now or not."""
        compared = self._compared(read(wording), lambda shelved: shelved.answer.id != but, near)
        return [each for each in compared if each.sureness >= SURE]

    def _nearest(
        self, reading: Reading, class_id: str | None, today: date, near: Near | None
    ) -> list[Candidate]:
        return self._compared(reading, lambda shelved: shelved.counts(class_id, today), near)

    def _compared(
        self, reading: Reading, is_meant: Callable[[Shelved], bool], near: Near | None
    ) -> list[Candidate]:
        best: dict[str, Candidate] = {}
        numbers = dict.fromkeys(self._candidates(reading, is_meant))
        if near is not None:
            numbers |= dict.fromkeys(self._near(near, is_meant))
        for number in numbers:
            answer_id, wording, other = self._wordings[number]
            sureness, against = sameness(reading, other), speaks_against(reading, other)
            if near is not None and sureness < SURE:
                sureness = max(sureness, near.sureness(wording))
            candidate = Candidate(self._answers[answer_id], wording, sureness, against)
            if answer_id not in best or _by_sureness(candidate) < _by_sureness(best[answer_id]):
                best[answer_id] = candidate
        return sorted(best.values(), key=_by_sureness)

    def _answer_of(self, number: int) -> Shelved:
        return self._answers[self._wordings[number][0]]

    def _near(self, near: Near, is_meant: Callable[[Shelved], bool]) -> list[int]:
        numbers = (number for wording in near.cosines for number in self._by_wording.get(wording, ()))
        return list(islice((each for each in numbers if is_meant(self._answer_of(each))), _MOST_NEAR))

    def _candidates(self, reading: Reading, is_meant: Callable[[Shelved], bool]) -> list[int]:
        lists = sorted(
            (self._by_piece[piece] for piece in _places(reading) if piece in self._by_piece), key=len
        )
        scores: dict[int, float] = defaultdict(float)
        for number in self._by_key.get(reading.key, ()):
            scores[number] = len(lists) + 1.0
        left = _MOST_VISITS
        for numbers in lists:
            if left < len(numbers) and scores:
                break
            for number in list(numbers)[-left:] if left < len(numbers) else numbers:
                scores[number] += 1.0
            left -= len(numbers)
        meant = (number for number in scores if is_meant(self._answer_of(number)))
        return heapq.nlargest(_MOST_COMPARED, meant, key=lambda number: (scores[number], number))


def _by_precedence(shelved: Shelved) -> tuple[bool, int, str]:
    return shelved.class_id is not None, shelved.changed_at_ms, shelved.answer.id


def _by_sureness(candidate: Candidate) -> tuple[float, bool, bool, int]:
    shelved = candidate.shelved
    return (
        -candidate.sureness,
        candidate.against is not None,
        shelved.class_id is None,
        -shelved.changed_at_ms,
    )


def _places(reading: Reading) -> frozenset[str]:
    """What a wording is found by; of one without any content, what else it says."""
    content = reading.pieces | {f"~{word}" for word in reading.foreign}
    if content:
        return content
    return frozenset(
        [f"#{number}" for number in reading.numbers]
        + [f"!{act}" for act in reading.acts]
        + [f"-{word}" for word in reading.soft]
    )


def _forget(index: dict[str, dict[int, None]], key: str, number: int) -> None:
    kept = index[key]
    kept.pop(number, None)
    if not kept:
        del index[key]
