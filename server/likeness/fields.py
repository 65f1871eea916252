"""How much of what one question tells another one tells, too, be it in other words of the same field.

Pure. `fields.txt` and its like say which words go together; `often.txt` how often a character is said, for
what is said seldom tells more. A field bridges two wordings of one question and never says that two things
are one: what is wanted, done and told apart is read elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from filters import fold
from server.likeness.reading import Reading

FILES: Final = (
    "fields.txt",
    "fields_more.txt",
    "fields_school.txt",
    "fields_letters.txt",
    "fields_sciences.txt",
    "fields_services.txt",
    "fields_desk.txt",
)
_SAME_FIELD: Final = 0.6  # of a word, where the other question has one of its field
_SAME_CHARS: Final = 0.35  # of a word or a character, where the other question has it, but in another word
_LATIN_WEIGHT: Final = 2.0


@dataclass(frozen=True, slots=True)
class Unit:
    """A word of some fields, or a character that is in no such word.

    Args:
        text: the word.
        weight: how much it tells.
        fields: the fields that it belongs to.
        pieces: two characters each, by which a single one is known again.
        chars: of a word, its characters and what each tells.
    """

    text: str
    weight: float
    fields: frozenset[int]
    pieces: tuple[str, ...]
    chars: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """What a question tells.

    Args:
        units: it, cut up.
        fields: all fields that its words belong to.
        text: where a word of another question is looked for.
        weight: how much all of it tells.
        chars: all characters, polite words left out.
    """

    units: tuple[Unit, ...]
    fields: frozenset[int]
    text: str
    weight: float
    chars: frozenset[str]


@dataclass(frozen=True, slots=True)
class Told:
    """How much of one question another one tells, as shares, and how much is left over.

    Args:
        freely: words of the same field counted in part.
        by_name: in the same words.
        missed: what is left over, as a weight.
    """

    freely: float
    by_name: float
    missed: float


def telling(question: str, reading: Reading) -> Telling:
    """What a question tells, that was read."""
    folded = str(fold(question))
    units = [unit for run in reading.content for unit in _units(run)]
    fields = frozenset(field for unit in units for field in unit.fields)
    fields |= frozenset(field for _, _, found in _cut(folded) for field in found)
    units += [Unit(word, _LATIN_WEIGHT, frozenset(), (), ()) for word in sorted(reading.foreign)]
    return Telling(
        tuple(units),
        fields,
        "\n".join((*reading.content, folded, " ".join(sorted(reading.foreign)))),
        sum(unit.weight for unit in units),
        frozenset(reading.key),
    )


def told(one: Telling, other: Telling) -> Told:
    """How much of the one question the other one tells."""
    freely = by_name = 0.0
    text, fields = other.text, other.fields
    for unit in one.units:
        if unit.pieces:
            if any(piece in text for piece in unit.pieces):
                freely += unit.weight
                by_name += unit.weight
            elif unit.text in text:
                freely += unit.weight * _SAME_CHARS
        elif unit.text in text:
            freely += unit.weight
            by_name += unit.weight
        else:
            shared = _SAME_CHARS * sum(weight for char, weight in unit.chars if char in text)
            in_field = 0.0 if unit.fields.isdisjoint(fields) else _SAME_FIELD * unit.weight
            freely += max(shared, in_field)
    if not one.weight:
        return Told(0.0, 0.0, 0.0)
    return Told(freely / one.weight, by_name / one.weight, one.weight - freely)


def _units(run: str) -> Iterator[Unit]:
    for start, word, fields in _cut(run):
        chars = tuple((char, _weight(char)) for char in word)
        weight = sum(each for _, each in chars)
        if fields:
            yield Unit(word, weight, fields, (), chars)
        else:
            around = (run[max(0, start - 1) : start + 1], run[start : start + 2])
            pieces = tuple(piece for piece in around if len(piece) > 1)
            yield Unit(word, weight, fields, pieces, chars)


def _cut(text: str) -> Iterator[tuple[int, str, frozenset[int]]]:
    """The words of fields in a text, the longest first, and single characters between them."""
    words, lengths = _fields()
    start = 0
    while start < len(text):
        size = next((size for size in lengths.get(text[start], ()) if text[start : start + size] in words), 0)
        word = text[start : start + max(1, size)]
        yield start, word, words[word] if size else frozenset()
        start += max(1, size)


@cache
def _fields() -> tuple[Mapping[str, frozenset[int]], Mapping[str, tuple[int, ...]]]:
    """The fields of each word, and how long the words are that begin with a character, the longest first."""
    fields: dict[str, set[int]] = {}
    lines = [
        line
        for name in FILES
        for line in files("server.likeness").joinpath(name).read_text("utf-8").splitlines()
    ]
    for number, line in enumerate(lines):
        for word in () if line.startswith("#") else line.split():
            fields.setdefault(str(fold(word)), set()).add(number)
    lengths: dict[str, set[int]] = {}
    for word in fields:
        lengths.setdefault(word[0], set()).add(len(word))
    return (
        {word: frozenset(found) for word, found in fields.items()},
        {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()},
    )


def _weight(char: str) -> float:
    return _weights().get(char, 1.0)


@cache
def _weights() -> Mapping[str, float]:
    """What a character tells: 1 for one that was never met, less the more questions had it."""
    head, *lines = files("server.likeness").joinpath("often.txt").read_text("utf-8").splitlines()
    whole = math.log(2 * int(head))
    weights: dict[str, float] = {}
    for line in lines:
        count, _, chars = line.partition(" ")
        weights |= dict.fromkeys(chars, 1 - math.log(2 * int(count) + 1) / whole)
    return weights
