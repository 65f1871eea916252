"""Turns a word list into tries and screens, once, when it is compiled.

Decides for every entry how it is looked for. It does not look at any text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final, NamedTuple

import ahocorasick

from filters.fold import IGNORED, LITERAL_SIGNS, PLAIN_SIGNS, SignTable, fold
from filters.trie import ALLOW, Trie, bits_for, wanted
from filters.types import Action, Direction, MatchMode, Options, Word, WordList, WordListProblem
from filters.walk import MAX_HIDDEN, Sight

PLAIN: Final = "plain"  # ignored characters may stand inside
LITERAL: Final = "literal"  # every visible character counts
MAX_GAP: Final = 32

_NOT_APPLIED: Final = -1


class Lane(NamedTuple):
    """The words of one way to look at a text, and a quick test whether any can be in it."""

    name: str
    trie: Trie
    screens: dict[Direction, Screen]
    keep_ignored: bool
    signs: SignTable


class Screen:
    """Says of a folded text, fast, whether any of its words can be in it.

    pyahocorasick scans the children of a node one by one, so it is given UTF-8 read as Latin-1:
    at most 256 children instead of thousands. A hit is only a reason to look closely.
    """

    def __init__(self, folded_words: Iterable[str]) -> None:
        self._automaton = ahocorasick.Automaton(ahocorasick.STORE_INTS)
        for word in folded_words:
            self._automaton.add_word(_bytewise(word), 1)
        self._empty = len(self._automaton) == 0
        if not self._empty:
            self._automaton.make_automaton()

    def suspects(self, folded: str) -> bool:
        """Whether to look closely."""
        if self._empty:
            return False
        for _ in self._automaton.iter(_bytewise(folded)):
            return True
        return False


def _bytewise(folded: str) -> str:
    return folded.encode().decode("latin-1")


def place_word(text: str) -> tuple[str, str]:
    """(lane, folded) of a word; folded is empty if nothing of it can be looked for.

    Symbols (C++, emoji) belong to a word that has them; white space and punctuation do not.
    """
    plain, kept = fold(text), fold(text.strip(), keep_ignored=True)
    if plain and (plain == kept or not _has_symbols(text)):
        return PLAIN, plain
    return LITERAL, kept


def place_allow(text: str) -> tuple[str, str]:
    """(lane, folded) of an allow phrase: what stands inside it counts ("pen is" spares no "penis")."""
    if not _has_symbols(text):
        first, last = 0, len(text)
        while first < last and not PLAIN_SIGNS[text[first]]:
            first += 1
        while first < last and not PLAIN_SIGNS[text[last - 1]]:
            last -= 1
        core = text[first:last]
        if core and not any(PLAIN_SIGNS[char] is IGNORED for char in core):
            return PLAIN, fold(core)
        text = core or text
    return LITERAL, fold(text.strip(), keep_ignored=True)


def wants_whole(match: MatchMode, folded: str) -> bool:
    """Whether a word of this mode is only found as a whole word."""
    return match == "whole" or (match == "auto" and folded.isascii())


def _has_symbols(text: str) -> bool:
    for char in text:
        if PLAIN_SIGNS[char] is IGNORED and not char.isspace():
            category = unicodedata.category(char)
            if category[0] in "SC":
                return True
    return False


class Lexicon:
    """A compiled word list. Never changed after it is made, so that any number may read it at once.

    Raises:
        WordListProblem: an entry of which nothing can be looked for; its `line` is its place
            in the list, counted from 1, allow phrases after the words.
        ValueError: an option out of range.
    """

    def __init__(self, word_list: WordList) -> None:
        self.words: tuple[Word, ...] = word_list.words
        self.options: Options = word_list.options
        if not 0 <= self.options.max_gap <= MAX_GAP:
            raise ValueError(f"max_gap must be 0 to {MAX_GAP}")
        placed = [place_word(word.text) for word in self.words]
        allowed = [place_allow(phrase.text) for phrase in word_list.allow]
        texts = [word.text for word in self.words] + [phrase.text for phrase in word_list.allow]
        problems = [
            (place, "empty_fold", text)
            for place, (text, (_, folded)) in enumerate(zip(texts, placed + allowed, strict=True), 1)
            if not folded
        ]
        if problems:
            raise WordListProblem(problems)
        self.lane_of = [lane for lane, _ in placed]
        self._whole = bytes(
            wants_whole(word.match, folded) for word, (_, folded) in zip(self.words, placed, strict=True)
        )
        lanes = [self._lane(PLAIN, placed, allowed), self._lane(LITERAL, placed, allowed)]
        self.lanes = [lane for lane in lanes if lane.trie.ends or lane.name == PLAIN]
        self.actions = {
            direction: [_sought(word.actions.get(direction)) for word in self.words]
            for direction in Direction
        }
        self._sights = {direction: self._sights_for(direction) for direction in Direction}

    def sights(self, direction: Direction) -> list[Sight]:
        """What the walks of one direction look for, one for each lane."""
        return self._sights[direction]

    def longest_hold_chars(self) -> int:
        """No stream ever holds more characters than this."""
        longest = max(lane.trie.longest for lane in self.lanes)
        return longest * (1 + self.options.max_gap + MAX_HIDDEN) + 1

    def _lane(self, name: str, placed: list[tuple[str, str]], allowed: list[tuple[str, str]]) -> Lane:
        trie = Trie()
        in_direction: dict[Direction, list[str]] = {direction: [] for direction in Direction}
        for index, (lane, folded) in enumerate(placed):
            if lane == name:
                bits = 0
                for direction, action in self.words[index].actions.items():
                    if action is Action.PASS:
                        continue
                    bits |= bits_for(direction, action, bool(self._whole[index]))
                    in_direction[direction].append(folded)
                trie.add(folded, index, bits)
        for lane, folded in allowed:
            if lane == name:
                trie.add(folded, -1, ALLOW)
        # Directions with the same words, which is the rule, share one screen.
        screens: dict[tuple[str, ...], Screen] = {}
        by_direction: dict[Direction, Screen] = {}
        for direction, words in in_direction.items():
            key = tuple(words)
            if key not in screens:
                screens[key] = Screen(words)
            by_direction[direction] = screens[key]
        literal = name == LITERAL
        return Lane(name, trie, by_direction, literal, LITERAL_SIGNS if literal else PLAIN_SIGNS)

    def _sights_for(self, direction: Direction) -> list[Sight]:
        pairs = zip(self.words, self.actions[direction], strict=True)
        ranks = bytes(rank_of(word, action) if action else 0 for word, action in pairs)
        hope, joined = wanted(direction, whole=True), wanted(direction, whole=False)
        report_all = self.options.report == "all"
        return [
            Sight(lane.trie, lane.signs, ranks, self._whole, hope, joined, self.options.max_gap, report_all)
            for lane in self.lanes
        ]


def _sought(action: Action | None) -> Action | None:
    return None if action is Action.PASS else action


def effect_of(word: Word, action: Action) -> Action:
    """What is done to the text; a replacement that has no text masks."""
    return Action.MASK if action is Action.REPLACE and word.replacement is None else action


def rank_of(word: Word, action: Action) -> int:
    """Orders what words do: by strength, and masking for want of a text above replacing."""
    return 2 * action.strength + (effect_of(word, action) is not action)
