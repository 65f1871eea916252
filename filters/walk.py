"""Steps through a trie with raw characters: gaps, word boundaries, candidates that still live.

Finds every occurrence, exactly, whatever the pieces. It does not know actions' effects, allow
phrases' power or what may be released (`stream`).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from filters.fold import OTHER, SignTable
from filters.trie import ENDS, NODE_SHIFT, Trie

# Invisible characters between two visible ones: more end a match, or a stream could be stalled by them.
MAX_HIDDEN: Final = 32


class Hit(NamedTuple):
    """An occurrence of a word: raw positions, and the word's place in its list."""

    start: int
    end: int
    word: int


class Sight(NamedTuple):
    """What a walk looks for.

    Args:
        active: for each word, whether its direction looks for it.
        whole: for each word, whether it wants word boundaries.
        hope: bits of the trie that keep a candidate alive.
        hope_joined: the same for a candidate right behind a letter (or digit) of its own kind.
    """

    trie: Trie
    signs: SignTable
    active: bytes
    whole: bytes
    hope: int
    hope_joined: int
    max_gap: int


class Walk:
    """One lane of one text."""

    __slots__ = ("_gap", "_hidden", "_kind", "_live", "_sight", "edge", "hits", "spans")

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self._live: list[tuple[int, int, int]] = []  # (raw start, node, what it may hope for), oldest first
        self._gap = 0  # ignored and hidden characters since the last one that counted
        self._hidden = 0
        self._kind = OTHER  # of the character that a new one would be joined to
        self.edge: list[Hit] = []  # whole words complete, but the next character may belong to them
        self.hits: list[Hit] = []  # found since the owner last took them away
        self.spans: list[tuple[int, int]] = []  # allow phrases, likewise

    def feed(self, piece: str, at: int) -> None:
        """Walk over the next characters; `at` is the raw position of the first."""
        sight = self._sight
        trie, signs = sight.trie, sight.signs
        next_node, below = trie.next_node, trie.below
        live = self._live
        for char in piece:
            sign = signs[char]
            if sign:
                self._gap = self._hidden = 0
                for code, kind in sign:
                    joined = kind != OTHER and kind == self._kind
                    self._kind = kind
                    if self.edge:
                        self._leave_edge(confirmed=not joined)
                    survivors = []
                    for start, node, hope in live:
                        child = next_node.get(node + code)
                        if child is not None:
                            bits = below[child >> NODE_SHIFT]
                            if bits & ENDS:
                                self._ended(child, start, at + 1, hope)
                            if bits & hope:
                                survivors.append((start, child, hope))
                    child = next_node.get(code)
                    if child is not None:
                        bits = below[child >> NODE_SHIFT]
                        hope = sight.hope_joined if joined else sight.hope
                        if bits & ENDS:
                            self._ended(child, at, at + 1, hope)
                        if bits & hope:
                            survivors.append((at, child, hope))
                    live = survivors
            elif sign is None:
                self._gap += 1
                self._kind = OTHER
                if self.edge:
                    self._leave_edge(confirmed=True)
                if self._gap > sight.max_gap:
                    live = []
            else:
                self._hidden += 1
                if self._hidden > MAX_HIDDEN:
                    self._kind = OTHER
                    if self.edge:
                        self._leave_edge(confirmed=True)
                    live = []
            at += 1
        self._live = live

    def finish(self) -> None:
        """The text is over: nothing lives on, and its end is a boundary."""
        self._live = []
        self._leave_edge(confirmed=True)

    def earliest(self, bits: int, default: int) -> int:
        """The raw start of the oldest candidate that may still become something of these bits."""
        below = self._sight.trie.below
        for start, node, hope in self._live:
            if below[node >> NODE_SHIFT] & hope & bits:
                return start
        return default

    def _leave_edge(self, *, confirmed: bool) -> None:
        if confirmed:
            self.hits.extend(self.edge)
        self.edge = []

    def _ended(self, node: int, start: int, end: int, hope: int) -> None:
        sight = self._sight
        for index in sight.trie.ends[node]:
            if index < 0:
                self.spans.append((start, end))
            elif sight.active[index]:
                if not sight.whole[index]:
                    self.hits.append(Hit(start, end, index))
                elif hope == sight.hope:
                    # Only a letter or digit can be joined by what comes next.
                    (self.hits if self._kind == OTHER else self.edge).append(Hit(start, end, index))
