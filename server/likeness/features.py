"""A question as it is found and held against others: weighted pieces, numbers that say which, and a reading.

Pure. Folded by the filter's folding (traditional to simplified among it), numbers that could be any number
made `#`, words that say nothing dropped, the rest cut into pieces of one to three characters. What is wanted
of a thing (how, where, how much) and what is never the same (area, perimeter) is in `likeness.txt`.
How alike two questions are, groups, people and where questions are kept are not known here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from filters import fold
from server.likeness.fields import Telling, telling
from server.likeness.lexicon import lexicon
from server.likeness.reading import Reading, read

LOOKED_AT_CHARS: Final = 400  # what a long question is about is said early
FILES: Final = ("likeness.txt", "school.txt", "science.txt", "services.txt", "wording.txt")
_READ_CHARS: Final = 120  # of it: readings are compared piece by piece, which costs the square
_DIGITS: Final = str.maketrans("零一二三四五六七八九两", "01234567892")
_NUMERAL: Final = r"[0-9一二三四五六七八九十两]+"
# A number that says which one: of a class, a lesson, a year. Any other could be another as well.
_WHICH: Final = re.compile(
    rf"第({_NUMERAL})([^\W\d_]?)|({_NUMERAL})(年级|单元|课|章|节|册|月|岁|届|版|班|号楼|模块|级)"
    r"|((?:19|20)\d\d)(年)"
)
_ANY_NUMBER: Final = re.compile(r"\d+(?:[.,:/]\d+)*%?")
# Words of an English sentence, which folding would write as one; those that every sentence has are dropped.
_ENGLISH: Final = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?(?:[\s,\"“”]+[A-Za-z]+(?:['’][A-Za-z]+)?)+")
_ENGLISH_WORD: Final = re.compile(r"[A-Za-z]+")
_ENGLISH_STOP: Final = re.compile(
    r"a|about|am|an|and|are|at|be|between|by|can|could|did|do|does|explain|for|from|get|ha[dsv]e?|help|how|i|if|in"
    r"|is|its?|me|my|of|on|or|please|s|should|t|tell|tha[nt]|the|their|there|these|they|this|those|to|us|was|we"
    r"|were|what|when|where|which|who|whose|why|will|with|would|your?"
)
_KEPT: Final = re.compile(r"[^\W_]|#")
_PIECE_WEIGHTS: Final = {1: 0.35, 2: 1.0, 3: 0.8}
_WEAK_WEIGHT: Final = 0.5
_ASPECT_WEIGHT: Final = 0.7
_ACT_WEIGHT: Final = 1.2


@dataclass(frozen=True, slots=True)
class Features:
    """A question as it is compared.

    Args:
        pieces: how much each feature weighs, before its rarity counts: what a question is found by.
        which: of a class, a lesson, a year: the numbers that say which one is meant.
        words: runs of characters that carry the meaning, for people.
        latin: words in Latin letters, without those that every English sentence has.
        reading: what is said, wanted and done.
        telling: what it tells, word by word, and of which fields.
    """

    pieces: Mapping[str, float]
    which: Mapping[str, frozenset[str]]
    words: tuple[str, ...]
    latin: frozenset[str]
    reading: Reading
    telling: Telling

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing that another question could be grouped with it by."""
        return not (self.words or self.reading.acts)


def features_of(question: str) -> Features:
    """The features of a question; without pieces where it says nothing."""
    known = lexicon(*FILES)
    english: list[str] = []

    def take_english(found: re.Match[str]) -> str:
        words = [word.lower() for word in _ENGLISH_WORD.findall(found.group())]
        english.extend([word for word in words if not _ENGLISH_STOP.fullmatch(word)] or words)
        return " "

    text = str(fold(_ENGLISH.sub(take_english, question[:LOOKED_AT_CHARS])))
    which: dict[str, set[str]] = {}

    def keep_which(found: re.Match[str]) -> str:
        number, unit = (group for group in found.groups() if group is not None)
        which.setdefault(unit, set()).add(_number(number))
        return f"{_number(number)}{unit}".translate(_HIDE_DIGITS)

    text = _WHICH.sub(keep_which, text)
    text = _ANY_NUMBER.sub("#", text).translate(_SHOW_DIGITS)
    pieces: dict[str, float] = {}
    aspects: set[str] = set()
    runs: list[str] = [""]
    place = 0
    while place < len(text):
        found = known.match(text, place)
        if found is None:
            if _KEPT.match(text[place]):
                runs[-1] += text[place]
            elif runs[-1]:
                runs.append("")
            place += 1
            continue
        place += len(found)
        for kind, name in known.meanings[found]:
            if kind == "aspect":
                aspects.add(name)
            elif kind == "weak":
                pieces[f"~{name}"] = _WEAK_WEIGHT
                runs.append("")
            elif kind == "act":
                pieces[f"!{name}"] = _ACT_WEIGHT
                runs.append("")
            elif kind == "content":
                runs[-1] += name
    words = tuple(run for run in runs if run and run != "#")
    for run in words:
        for size, weight in _PIECE_WEIGHTS.items():
            for start in range(len(run) - size + 1):
                pieces[run[start : start + size]] = weight
    for word in english:
        for size in (2, 3):  # single letters are in every word
            for start in range(len(word) - size + 1):
                pieces[word[start : start + size]] = _PIECE_WEIGHTS[size]
    words += tuple(english)
    if len(aspects) > 1:
        aspects -= {"how", "what"}  # said by the way where something else is wanted, too
    for aspect in aspects:
        pieces[f"@{aspect}"] = _ASPECT_WEIGHT
    reading = read(question[:_READ_CHARS])
    latin = frozenset(word for word in reading.foreign if not _ENGLISH_STOP.fullmatch(word))
    return Features(
        pieces,
        {unit: frozenset(numbers) for unit, numbers in which.items()},
        words,
        latin or reading.foreign,
        reading,
        telling(question[:_READ_CHARS], reading),
    )


# Digits of a number that says which one are kept from becoming `#` by a stay among private characters.
_HIDE_DIGITS: Final = {ord("0") + n: 0xE000 + n for n in range(10)}
_SHOW_DIGITS: Final = {0xE000 + n: ord("0") + n for n in range(10)}


def _number(text: str) -> str:
    """Digits for a number up to 99 in characters; longer ones are taken digit by digit."""
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (tens.translate(_DIGITS) or "1") + (ones.translate(_DIGITS) or "0")
    return text.translate(_DIGITS)
