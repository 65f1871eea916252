"""The syllables of Chinese characters, and the parts that characters are split into.

Two tables read from this package's own data when they are first needed. It does not know words or lanes.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files
from itertools import islice, product
from typing import Final

MAX_READINGS: Final = 8  # of one word; more combinations are not looked for
_FIRST_SOUND: Final = 0xE000  # syllables are numbered from here, in the private use area


@cache
def syllables() -> dict[str, tuple[str, ...]]:
    """The readings of every character without tones, the commonest first."""
    readings: dict[str, tuple[str, ...]] = {}
    rarer: list[tuple[str, str]] = []
    for line in _lines("syllables.txt"):
        syllable, chars, more = line.split(" ")
        readings.update(dict.fromkeys(chars, (syllable,)))
        rarer += [(char, syllable) for char in more[1:]]
    for char, syllable in rarer:
        readings[char] = (*readings.get(char, ()), syllable)
    return readings


@cache
def sound_codes() -> dict[str, int]:
    """A code point for every syllable."""
    first = dict.fromkeys(spoken for readings in syllables().values() for spoken in readings)
    return {syllable: _FIRST_SOUND + number for number, syllable in enumerate(sorted(first))}


@cache
def parts() -> dict[str, str]:
    """The first of the ways in which a character is split."""
    split: dict[str, str] = {}
    for line in _lines("splits.txt"):
        for entry in line.split():
            split.setdefault(entry[0], entry[1:])
    return split


@lru_cache(maxsize=16)  # three lanes ask for each word, one after the other
def readings_of(word: str) -> list[tuple[str, ...]]:
    """The ways to say a word of Chinese characters, as syllables; none if one of them has no sound."""
    known = [syllables().get(char, ()) for char in word]
    return list(islice(product(*known), MAX_READINGS))


def split_forms(word: str) -> list[str]:
    """The word with all, and with each one, of its characters split."""
    split = parts()
    places = [place for place, char in enumerate(word) if char in split]
    forms = ["".join(split.get(char, char) for char in word)] if places else []
    if len(places) > 1:
        forms += [word[:place] + split[word[place]] + word[place + 1 :] for place in places]
    return forms


def _lines(name: str) -> list[str]:
    text = (files("filters") / "data" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]
