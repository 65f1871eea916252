"""Steps over raw characters and finds what has the form of something: numbers, addresses, hidden text.

The same law and the same face as `walk`: every occurrence, whatever the pieces. It does not know actions'
effects.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final, NamedTuple

from filters.addresses import HAN
from filters.automata import Automaton, State
from filters.fold import PLAIN_SIGNS
from filters.forms import DIGIT_SYMBOLS, HAN_ZERO, NAME_SYMBOLS, UNSEEN, WORD_SYMBOLS, Form, named_han
from filters.lanes import NUMERALS
from filters.trie import altering, blocking
from filters.types import Action, Direction
from filters.walk import MAX_HIDDEN, Hit, Span

# A longer one is cut here, and looked at anew behind the cut: an address without end must not stall a stream.
MAX_FORM_CHARS: Final = 320

_UNSEEN: Final = re.compile(
    "[\u115f\u1160\u180e\u200b\u202a-\u202e\u2060-\u2064\u2066-\u206f\u3164\ufeff\uffa0\U000e0000-\U000e01ef]"
)
# What people write for a digit or a letter in numbers only.
_IN_NUMBERS: Final = {"幺": chr(HAN_ZERO + 1), "○": chr(HAN_ZERO), "×": "x"}
# One of these stands in everything that has a form: digits, signs, first characters, whatever may be one of
# them in another style (all that is neither ASCII, Han nor the usual punctuation), and what nobody sees.
_STYLED: Final = "\u00a1-\u00b6\u00b8-\u2012\u2015-\u2017\u201a\u201b\u201e-\u2025\u2027-\u2fff"
_TRIGGER: Final = re.compile(
    rf"[\d.@:．＠：。微薇威信扣球企幺vwqVWQＡ-Ｚａ-ｚ{''.join(NUMERALS)}釦陸貳參叄弐壱十百{_STYLED}\uf900-\ufaff\ufe10-\ufe6f]"
    rf"|{_UNSEEN.pattern}|[\ua700-\ua7ff]|[^\x00-\u2fff\u3400-\uffef]"
)
_FEW: Final = 4  # candidates; to look for what can be merged costs more than it saves
_BLACK_FLAG: Final = "\U0001f3f4"  # flags of regions are spelled in tag characters behind it


class Lookout(NamedTuple):
    """What is looked for in a direction, by number: its form, its entry and its action."""

    automaton: Automaton
    forms: list[Form]
    entries: list[int]
    actions: list[Action | None]
    unseen: frozenset[int]  # those that look for invisible characters
    firsts: dict[tuple[bool, bool], State | None]  # the state behind a digit, behind a word symbol

    def may(self, direction: Direction, bits: int) -> frozenset[int]:
        """The numbers of those whose action is among these bits of `trie`."""
        blocks = {n for n, action in enumerate(self.actions) if action is Action.BLOCK}
        alters = {n for n, action in enumerate(self.actions) if action and action.alters_text}
        if bits == blocking(direction):
            return frozenset(blocks)
        return frozenset(alters if bits == altering(direction) else ())


def may_contain(text: str) -> bool:
    """Whether it is worth the while to look."""
    return _TRIGGER.search(text) is not None


@cache
def _symbol(char: str) -> str:
    """What a character is to the patterns: '' is passed over."""
    if _UNSEEN.match(char):
        return UNSEEN
    if char in _IN_NUMBERS:
        return _IN_NUMBERS[char]
    sign = PLAIN_SIGNS[char]
    if sign is None:
        plain = unicodedata.normalize("NFKC", char)
        return plain if len(plain) == 1 and unicodedata.category(plain) != "Co" else "\0"
    if len(sign) != 1:
        return "" if not sign else "\0"
    folded = chr(sign[0][0])
    if folded in NUMERALS:
        return chr(HAN_ZERO + int(NUMERALS[folded]))
    return HAN if "\u3400" <= folded <= "\u9fff" and folded not in named_han() else folded


class DetectWalk:
    """All detectors over one text."""

    def __init__(self, lookout: Lookout, direction: Direction) -> None:
        self._lookout = lookout
        self._direction = direction
        self.live: list[tuple[int, State]] = []  # (raw start, state), oldest first
        self._symbols: list[tuple[int, str]] = []  # since the oldest candidate began
        self._before = ""  # the symbol that a new one would touch
        self._flag = False
        self._hidden = 0
        self._merging = frozenset(n for n, form in enumerate(lookout.forms) if form.merges)
        self._piece_at = 0
        self._form_of = dict(zip(lookout.entries, lookout.forms, strict=True))
        self.edge: list[Hit] = []
        self.hits: list[Hit] = []
        self.spans: list[Span] = []

    def feed(self, piece: str, at: int) -> None:
        """Walk over the next characters; `at` is the raw position of the first."""
        self._piece_at = at
        for char in piece:
            symbol = _symbol(char)
            if symbol == UNSEEN:
                if not (self._flag and char >= "\U000e0000"):
                    self._unseen(at)
            elif symbol:
                self._flag = char == _BLACK_FLAG
                self._hidden = 0
                self._visible(symbol, at)
            else:
                self._hidden += 1
                if self._hidden > MAX_HIDDEN:
                    self.finish()
            at += 1
        if self.live:
            oldest = self.live[0][0]
            if self._symbols and self._symbols[0][0] < oldest:
                self._symbols = [pair for pair in self._symbols if pair[0] >= oldest]
        else:
            self._symbols.clear()

    def _visible(self, symbol: str, at: int) -> None:
        if self.edge:
            self._leave_edge(symbol)
        automaton = self._lookout.automaton
        if symbol not in automaton.alphabet:
            self.live = []
            self._before = symbol
            return
        self._symbols.append((at, symbol))
        survivors = []
        cut = False
        for start, state in self.live:
            after = automaton.step(state, symbol)
            if after is not None:
                self._note(start, after, at + 1)
                if at + 1 - start < MAX_FORM_CHARS:
                    survivors.append((start, after))
                else:
                    cut = True
        first = self._first(self._before)
        begun = automaton.step(first, symbol) if first is not None else None
        if begun is not None:
            self._note(at, begun, at + 1)
            survivors.append((at, begun))
        self.live = self._merged(survivors) if len(survivors) > _FEW else survivors
        self._before = "" if cut else symbol

    def _merged(self, live: list[tuple[int, State]]) -> list[tuple[int, State]]:
        """Without what an older candidate covers; only within a piece, for what began in the message before
        means less than what stands in this one alone."""
        seen: set[int] = set()
        kept = []
        for start, state in live:
            if self._merging and start >= self._piece_at and state.alive <= self._merging:
                if state.number in seen:
                    continue
                seen.add(state.number)
            kept.append((start, state))
        return kept

    def _unseen(self, at: int) -> None:
        """An invisible character parts nothing, but may be looked for itself."""
        lookout = self._lookout
        self._hidden += 1
        if self._hidden > MAX_HIDDEN:
            self.finish()
        if not lookout.unseen:
            return
        survivors = []
        running = False
        others = frozenset(range(len(lookout.forms))) - lookout.unseen
        for start, state in self.live:
            stays = lookout.automaton.only(state, others)
            moved = lookout.automaton.step(state, UNSEEN)
            if moved is not None:
                self._note(start, moved, at + 1)
                running = True
            after = lookout.automaton.both(stays, moved)
            if after is not None and at + 1 - start < MAX_FORM_CHARS:
                survivors.append((start, after))
        first = lookout.automaton.start(lookout.unseen)
        begun = lookout.automaton.step(first, UNSEEN) if first is not None else None
        if begun is not None and not running:
            self._note(at, begun, at + 1)
            survivors.append((at, begun))
        self.live = survivors

    def finish(self) -> None:
        """The text is over, and its end is a boundary."""
        self.live = []
        self.hits += self.edge
        self.edge = []

    def earliest(self, bits: int, default: int) -> int:
        """The raw start of the oldest candidate that may still become something of these bits."""
        if not self.live:
            return default
        wanted = self._lookout.may(self._direction, bits)
        return next((start for start, state in self.live if state.alive & wanted), default)

    def _first(self, before: str) -> State | None:
        lookout = self._lookout
        beside = before in DIGIT_SYMBOLS, before in WORD_SYMBOLS
        if beside not in lookout.firsts:
            open_ones = [n for n, form in enumerate(lookout.forms) if not _left_guards(form.left, before)]
            lookout.firsts[beside] = lookout.automaton.start(open_ones)
        return lookout.firsts[beside]

    def _note(self, start: int, state: State, end: int) -> None:
        lookout = self._lookout
        for number in state.accepts:
            form = lookout.forms[number]
            if lookout.actions[number] is None:
                continue
            if form.valid is not None and not form.valid(self._between(start)):
                continue
            hit = Hit(start, end, lookout.entries[number])
            (self.edge if form.right else self.hits).append(hit)

    def _between(self, start: int) -> str:
        return "".join(symbol for at, symbol in self._symbols if at >= start)

    def _leave_edge(self, symbol: str) -> None:
        before = self._before
        self.hits += [
            hit for hit in self.edge if not _right_guards(self._form_of[hit.entry].right, before, symbol)
        ]
        self.edge = []


def _left_guards(guard: str, symbol: str) -> bool:
    """Whether a symbol before a form means that it is not this form."""
    return symbol in (DIGIT_SYMBOLS if guard == "digit" else WORD_SYMBOLS) if guard else False


def _right_guards(guard: str, before: str, symbol: str) -> bool:
    """The same behind it, where a full stop ends a sentence."""
    if guard == "line":
        return symbol == "线"
    if guard == "host" and _is_han(before) and _is_han(symbol):
        return True
    return symbol in (DIGIT_SYMBOLS if guard == "digit" else NAME_SYMBOLS)


def _is_han(symbol: str) -> bool:
    return symbol == HAN or "\u3400" <= symbol <= "\u9fff" or chr(HAN_ZERO) <= symbol <= chr(HAN_ZERO + 9)
