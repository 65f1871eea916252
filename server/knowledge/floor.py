"""Whether the best passage answers the question at all, or merely has some words of it.

What decides is how much of what is rare in the question the passage has: a number from 0 to 1 that means the
same in a small base and in a large one, which a BM25 score does not. A character is there where a pair of it
and its neighbour is; how rare it is, the base says together with what is known of Chinese, since in a small
base the words that it is about are the common ones. Pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np

from filters import fold
from server.knowledge.index import Hit, Hits
from server.knowledge.terms import pair_key, spans_of, without_quotes, word_key

# Measured (`dayi bench knowledge`): of the questions of CMRC 2018 about the base 95 in 100 keep their
# passage, and of those whose passage was taken out of the base 91 in 100 find nothing.
FLOOR: Final = 0.58
_KNOWN_PASSAGES: Final = 50  # how many passages the knowledge of Chinese counts for
_LITTLE: Final = 0.3
_SAYS_LITTLE: Final = 3.0  # 电话 and 多长 do, 护照 does not
_WORD_WEIGHT: Final = 2.0  # a word of letters or digits beside a character


def fit(question: str, hits: Hits, hit: Hit) -> float:
    """How much of what the question is about a passage has, from 0 to 1; 0 for a question about nothing."""
    has = dict(zip(hits.terms.tolist(), hit.has.tolist(), strict=True))
    num_having = dict(zip(hits.terms.tolist(), hits.num_having.tolist(), strict=True))
    num_all = _KNOWN_PASSAGES + max(hits.num_passages, max(num_having.values(), default=0))
    common = _lexicon().common
    asked = there = 0.0
    for place in _places(question):
        having = num_having.get(place.term, 0) + _KNOWN_PASSAGES * common.get(place.term, 0.0)
        weight = place.weight * _rarity(having, num_all)
        asked += weight
        there += weight * any(has.get(term, False) for term in place.shown_by)
    return there / asked if asked else 0.0


def says_nothing(question: str) -> bool:
    """Whether a question is about nothing that could be looked up: a greeting, thanks."""
    return not any(place.weight for place in _places(question))


def refers_back(question: str) -> bool:
    """Whether a question says too little to be understood without the one before: how long does it take?"""
    common = _lexicon().common
    said = sum(
        place.weight * _rarity(_KNOWN_PASSAGES * common.get(place.term, 0.0), _KNOWN_PASSAGES)
        for place in _places(question)
    )
    return 0 < said <= _SAYS_LITTLE


def _rarity(num_having: float, num_all: float) -> float:
    return math.log1p((num_all - num_having + 0.5) / (num_having + 0.5))


@dataclass(frozen=True, slots=True)
class _Place:
    """A character or a word of a question, and the terms any of which shows that a passage has it."""

    term: int
    weight: float
    shown_by: tuple[int, ...]


def _places(question: str) -> Iterator[_Place]:
    lexicon = _lexicon()
    # One character for each, so that words that say little are found at their places.
    text = "".join(
        folded if len(folded) == 1 else " "
        for folded in (fold(char, keep_ignored=True) for char in without_quotes(question))
    )
    weights = np.ones(len(text))
    for pattern, weight in ((lexicon.little, _LITTLE), (lexicon.nothing, 0.0)):
        for found in pattern.finditer(text):
            weights[found.start() : found.end()] = weight
    for start, end, is_word in spans_of(text):
        if is_word:
            weight = _WORD_WEIGHT * float(weights[start:end].max())
            yield _Place(word_key(text[start:end]), weight, (word_key(text[start:end]),))
            continue
        for place in range(start, end):
            pairs = tuple(
                pair_key(text[first], text[first + 1])
                for first in (place - 1, place)
                if start <= first < end - 1
            )
            term = ord(text[place])
            yield _Place(term, float(weights[place]), pairs or (term,))


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """`floor.txt`, compiled."""

    nothing: re.Pattern[str]
    little: re.Pattern[str]
    common: Mapping[int, float]


@cache
def _lexicon() -> _Lexicon:
    words: dict[str, list[str]] = {"nothing": [], "little": []}
    common: dict[int, float] = {}
    for line in files("server.knowledge").joinpath("floor.txt").read_text("utf-8").splitlines():
        head, _, rest = line.partition(":")
        if head in words:
            words[head] += rest.split()
        elif head.startswith("common "):
            share = float(head.removeprefix("common "))
            common.update(dict.fromkeys(map(ord, rest.strip()), share))
    return _Lexicon(_any_of(words["nothing"]), _any_of(words["little"]), common)


def _any_of(words: list[str]) -> re.Pattern[str]:
    words = sorted(words, key=len, reverse=True)
    return re.compile("|".join(rf"\b{word}\b" if word.isascii() else re.escape(word) for word in words))
