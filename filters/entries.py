"""Works out under which keys each word is looked for, and puts them into tries.

Filled once, while a list is compiled. It does not look at any text, and does not know how strong an
action is.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from functools import cache
from typing import Final

from filters.combos import Combo, Side
from filters.effects import actions_of, soften
from filters.expressions import Expression, parse_expression
from filters.lanes import PLAIN, Key, lane_keys
from filters.placing import bound_of, place_allow, place_word
from filters.trie import PART, Trie, allow_bit, bits_for
from filters.types import (
    Action,
    AllowPhrase,
    Category,
    Detector,
    Direction,
    Lane,
    LaneUse,
    Options,
    Word,
    WordList,
)
from filters.walk import ANYWHERE

MAX_WITHIN: Final = 100
DETECTOR: Final = "detector"
_NOBODY: Final = Category()
_Actions = tuple[tuple[Direction, Action], ...]


class Entries:
    """Everything that can be found, by number.

    The first entries are the words themselves, in their order, then come the detectors, then each word
    in each lane and the sides of `A & B` and `A ! B`.
    """

    def __init__(self, words: tuple[Word, ...], word_list: WordList) -> None:
        self._options: Options = word_list.options
        self._categories: Mapping[str, Category] = word_list.categories
        self.words = words + tuple(map(_as_word, word_list.detectors))
        self.owner = array("I", range(len(self.words)))  # the word of each entry
        self.lane_of: list[str] = [PLAIN] * len(words) + [DETECTOR] * len(word_list.detectors)
        self.bounds = bytearray(len(self.words))
        self.short = bytearray(len(self.words))
        self.reviews = bytearray(len(self.words))  # entries that at most review
        self.combos: list[Combo] = []
        self.sides: dict[int, Side] = {}
        self.tries: dict[str, Trie] = {}
        self.keys: dict[str, list[str]] = {}
        self.actions = [actions_of(word, self._category(word)) for word in self.words]
        self._usual_lanes: dict[str, list[tuple[Lane, LaneUse]]] = {}
        self.trie(PLAIN)

    def add_word(self, number: int, word: Word) -> bool:
        """Put in a word under all its keys; False if nothing of it can be looked for."""
        expression = parse_expression(word.text)
        actions = tuple(self.actions[number].items())
        if expression.operator:
            self._add_combo(number, word, expression)
            return True
        table, folded = place_word(word.text)
        if not folded:
            return False
        key = Key(table, folded, bound_of(word.match, folded))
        self.lane_of[number] = table
        self.bounds[number], self.short[number] = key.bound, _is_short(folded)
        self._insert(key, number, actions, reviews=False)
        for lane, use in self._lanes(word) if table == PLAIN else ():
            reviews = use is LaneUse.REVIEW
            for other in lane_keys(lane, folded, key.bound):
                self._insert(other, self._new_entry(number, other, lane, reviews), actions, reviews=reviews)
        return True

    def add_allow(self, number: int, phrase: AllowPhrase) -> bool:
        """Put in an allow phrase; False if nothing of it can be looked for."""
        bits = 0
        for direction in phrase.directions or Direction:
            bits |= allow_bit(direction)
        table, folded = place_allow(phrase.text)
        if folded:
            self.trie(table).add(folded, -1 - number, bits)
        return bool(folded)

    def _category(self, word: Word) -> Category:
        return self._categories.get(word.category, _NOBODY)

    def _lanes(self, word: Word) -> list[tuple[Lane, LaneUse]]:
        if word.lanes:
            return self._chosen(word)
        if word.category not in self._usual_lanes:
            self._usual_lanes[word.category] = self._chosen(word)
        return self._usual_lanes[word.category]

    def _chosen(self, word: Word) -> list[tuple[Lane, LaneUse]]:
        chosen = {**self._options.lanes, **self._category(word).lanes, **word.lanes}
        return [(lane, use) for lane, use in chosen.items() if use is not LaneUse.OFF]

    def _add_combo(self, number: int, word: Word, expression: Expression) -> None:
        within = self._options.within if word.within is None else word.within
        combo = Combo(number, expression.operator, max(0, min(within, MAX_WITHIN)))
        self.combos.append(combo)
        for right, text in enumerate((expression.left, expression.right)):
            table, folded = place_word(text)
            keys: list[tuple[Key, str, bool]] = [
                (Key(table, folded, bound_of(word.match, folded)), PLAIN, False)
            ]
            for lane, use in self._lanes(word) if table == PLAIN else ():
                keys += [
                    (key, lane, use is LaneUse.REVIEW) for key in lane_keys(lane, folded, keys[0][0].bound)
                ]
            silent = combo.operator == "!" and bool(right)  # B alone never changes anything
            for key, name, reviews in keys:
                entry = self._new_entry(number, key, name, reviews)
                self.sides[entry] = Side(len(self.combos) - 1, bool(right), reviews)
                actions = () if silent else tuple(self.actions[number].items())
                self._insert(key, entry, actions, reviews=reviews, more=PART)

    def _new_entry(self, number: int, key: Key, lane: str, reviews: bool) -> int:
        self.owner.append(number)
        self.lane_of.append(lane)
        self.bounds.append(key.bound)
        self.short.append(_is_short(key.folded))
        self.reviews.append(reviews)
        return len(self.owner) - 1

    def _insert(self, key: Key, entry: int, actions: _Actions, *, reviews: bool, more: int = 0) -> None:
        bits = more | _bits(actions, reviews, key.bound != ANYWHERE, self.short[entry])
        if bits:
            self.trie(key.table).add(key.folded, entry, bits, grows=key.table == "repeat")
            self.keys[key.table].append(key.folded)

    def trie(self, table: str) -> Trie:
        """The trie of a table, made when it is first asked for."""
        if table not in self.tries:
            self.tries[table] = Trie()
            self.keys[table] = []
        return self.tries[table]


def _is_short(folded: str) -> bool:
    return len(folded) <= 2 and folded.isascii()


def _as_word(detector: Detector) -> Word:
    """What matches of a detector name as their word."""
    return Word(
        detector.id,
        detector.kind.value,
        detector.category,
        detector.actions,
        replacement=detector.replacement,
        style=detector.style,
    )


@cache
def _bits(actions: _Actions, reviews: bool, bounded: bool, short: int) -> int:
    bits = 0
    for direction, action in actions:
        bits |= bits_for(direction, soften(action) if reviews else action, bounded, bool(short))
    return bits
