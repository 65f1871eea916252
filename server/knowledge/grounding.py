"""Whether the facts of an answer stand in what it rests on: passages, the question, what the desk says.

No model is asked. What an answer says in other words is not judged; a number, date, name or address that is
nowhere in the support is. `Grounding` judges an answer while it comes, sentence by sentence, and every way to
cut it into pieces gives the same. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from filters import fold
from server.knowledge.facts import Fact, facts_of

# A full stop ends a sentence only where a blank follows: 3.5 and www.example.com go on.
_END: Final = re.compile(r"[。！？!?；;\n]+|\.(?=[ \t\n])")
_LONGEST_CHARS: Final = 300  # a sentence without an end is judged in pieces of this length


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A fact that nothing supports.

    Args:
        start: where it begins in the answer.
        text: as the answer has it.
    """

    start: int
    text: str
    kind: str


class Support:
    """What an answer may rest on.

    Args:
        texts: the question, and whatever else is known to be right.
        passages: what is shown for many questions; what is read in them is kept.
    """

    def __init__(self, texts: Iterable[str], passages: Iterable[str] = ()) -> None:
        folded: list[str] = []
        self._numbers: dict[str, set[str]] = {}
        self._dates: set[tuple[str, ...]] = set()
        self._times: set[tuple[str, ...]] = set()
        self._codes: set[str] = set()
        self._addresses: set[str] = set()
        for known in (*map(_read, texts), *map(_kept, passages)):
            folded.append(known.folded)
            for fact in known.facts:
                self._know(fact)
        self._folded = "\n".join(folded)  # nothing folded has a line's end in it: no name goes over two texts

    def has(self, fact: Fact) -> bool:
        """Whether the fact is in the support."""
        match fact.kind:
            case "number":
                return self._has_number(fact)
            case "date":
                return any(_is_part(fact.form, known) for known in self._dates)
            case "time":
                return fact.form in self._times
            case "code":
                return fact.form[0] in self._codes or fact.form[0] in self._numbers
            case "address":
                return fact.form[0] in self._addresses
            case "organisation":
                return self._has_organisation(fact.form[0])
            case _:
                return fact.form[0] in self._folded

    def _know(self, fact: Fact) -> None:
        match fact.kind:
            case "number":
                self._numbers.setdefault(fact.form[0], set()).add(fact.unit)
            case "date":
                self._dates.add(fact.form)
            case "time":
                self._times.add(fact.form)
            case "code":
                self._codes.add(fact.form[0])
            case "address":
                self._addresses.add(fact.form[0])

    def _has_number(self, fact: Fact) -> bool:
        units = self._numbers.get(fact.form[0])
        if units is None:
            return fact.form[0] in self._codes
        return not fact.unit or fact.unit in units or "" in units

    def _has_organisation(self, name: str) -> bool:
        # Where a name begins is not written; its last characters must stand somewhere as they are.
        return name[-4:] in self._folded


@dataclass(frozen=True, slots=True)
class _Known:
    """A text that may be rested on, as it is compared."""

    folded: str
    facts: tuple[Fact, ...]


def _read(text: str) -> _Known:
    return _Known(fold(text), tuple(fact for each in sentences(text) for fact in facts_of(each)))


_kept = lru_cache(maxsize=256)(_read)  # of documents only: what people say is kept nowhere


def sentences(text: str) -> list[str]:
    """The sentences of a text with their ends; joined they are the text."""
    parts, start = [], 0
    while start < len(text):
        end = _end_of_first(text, start, is_whole=True)
        assert end is not None
        parts.append(text[start:end])
        start = end
    return parts


def unsupported(text: str, support: Support) -> list[Unsupported]:
    """Every fact of a whole text that the support does not have."""
    found, start = [], 0
    for sentence in sentences(text):
        found += _judge(sentence, start, support)
        start += len(sentence)
    return found


class Grounding:
    """Judges an answer while it comes.

    Args:
        support: what it may rest on.
        mode: `mark` lets everything out and tells at the end what nothing supports; `fallback` lets out whole
            sentences only, and none from the first that has an unsupported fact.
    """

    def __init__(self, support: Support, mode: Literal["mark", "fallback"]) -> None:
        self._support = support
        self._mode = mode
        self._held = ""  # of the sentence under way
        self._start = 0  # of it in the answer
        self.unsupported: list[Unsupported] = []

    @property
    def is_cut(self) -> bool:
        """Whether the answer ends here, and what else comes is not let out."""
        return self._mode == "fallback" and bool(self.unsupported)

    def feed(self, piece: str) -> str:
        """More of the answer; what of it is let out."""
        if self.is_cut:
            return ""
        self._held += piece
        out = ""
        while not self.is_cut and (end := _end_of_first(self._held, 0, is_whole=False)) is not None:
            out += self._pass(end)
        return piece if self._mode == "mark" else out

    def flush(self) -> str:
        """The answer is over; what is let out of the rest."""
        out = ""
        while not self.is_cut and self._held:
            end = _end_of_first(self._held, 0, is_whole=True)
            assert end is not None
            out += self._pass(end)
        return "" if self._mode == "mark" else out

    def _pass(self, end: int) -> str:
        sentence, self._held = self._held[:end], self._held[end:]
        found = _judge(sentence, self._start, self._support)
        self._start += end
        self.unsupported += found
        return "" if found else sentence


def _judge(sentence: str, start: int, support: Support) -> list[Unsupported]:
    return [
        Unsupported(start + fact.start, sentence[fact.start : fact.end].strip(), fact.kind)
        for fact in facts_of(sentence)
        if not support.has(fact)
    ]


def _end_of_first(text: str, start: int, *, is_whole: bool) -> int | None:
    """Where the first sentence ends; None where only more text can tell."""
    longest = start + _LONGEST_CHARS
    found = _END.search(text, start, longest)
    if found is None:
        if len(text) > longest:
            return longest
        return len(text) if is_whole else None
    # What ends a sentence may go on with the next piece.
    if found.end() == len(text) and not is_whole:
        return None
    return found.end()


def _is_part(form: tuple[str, ...], known: tuple[str, ...]) -> bool:
    """Whether a date says no more than a known one: 2025-03 of 2025-03-15."""
    return all(not part or part == other for part, other in zip(form, known, strict=True))
