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
        rank: for each word, how much its action weighs in this direction; 0 if it is not looked for.
        whole: for each word, whether it wants word boundaries.
        hope: bits of the trie that keep a candidate alive.
        hope_joined: the same for a candidate right behind a letter (or digit) of its own kind.
    """

    trie: Trie
    signs: SignTable
    rank: bytes
    whole: bytes
    hope: int
    hope_joined: int
    max_gap: int
    report_all: bool


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
        ended: list[tuple[int, int, int]] = []
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
                                ended.append((start, child, hope))
                            if bits & hope:
                                survivors.append((start, child, hope))
                    child = next_node.get(code)
                    if child is not None:
                        bits = below[child >> NODE_SHIFT]
                        hope = sight.hope_joined if joined else sight.hope
                        if bits & ENDS:
                            ended.append((at, child, hope))
                        if bits & hope:
                            survivors.append((at, child, hope))
                    if ended:
                        self._note(ended, at + 1)
                        ended.clear()
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

    def _note(self, ended: list[tuple[int, int, int]], end: int) -> None:
        """Take down what ends here.

        A word inside a longer one of at least its rank is passed over unless all are asked for: whatever
        spares the longer one spares it, too. So nested words cost no more than the longest.
        """
        sight = self._sight
        sure_rank = edge_rank = 0
        for start, node, hope in ended:
            for index in sight.trie.ends[node]:
                if index < 0:
                    self.spans.append((start, end))
                    continue
                rank = sight.rank[index]
                if not rank or (rank <= sure_rank and not sight.report_all):
                    continue
                if not sight.whole[index] or (hope == sight.hope and self._kind == OTHER):
                    sure_rank = rank
                    self.hits.append(Hit(start, end, index))
                elif hope == sight.hope and (rank > edge_rank or sight.report_all):
                    # Only a letter or digit can be joined by what comes next.
                    edge_rank = rank
                    self.edge.append(Hit(start, end, index))
