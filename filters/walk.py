"""Steps through a trie with raw characters: gaps, word boundaries, candidates that still live.

Finds every occurrence, exactly, whatever the pieces. It does not know actions' effects, allow
phrases' power or what may be released (`stream`).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from filters.fold import LETTER, OTHER, PLAIN_SIGNS, SignTable
from filters.trie import ALL_SHORT, ALLOW_BITS, CELL, ENDS, NODE_SHIFT, RUN, RUN_BELOW, SOFT, UNJOINED, Trie

# Invisible characters between two visible ones: more end a match, or a stream could be stalled by them.
MAX_HIDDEN: Final = 32
# Repetitions of one character that count as that character, for the same reason.
MAX_REPEATS: Final = 32

# Two sentences rarely make one word on purpose: what crosses these is looked at by a person.
SENTENCE_ENDS: Final = frozenset("。！？｡\n\r\v\f\x85\u2028\u2029")
CELL_EDGES: Final = frozenset("|｜│┃\t")

# How a word is bounded.
ANYWHERE: Final = 0
WHOLE: Final = 1
PREFIX: Final = 2

PART_RANK: Final = 255  # a side of A & B or A ! B: it is told whatever else ends there


class Hit(NamedTuple):
    """An occurrence: raw positions, the number of its entry, and whether it can only lead to a review."""

    start: int
    end: int
    entry: int
    soft: bool = False


class Span(NamedTuple):
    """An occurrence of an allow phrase."""

    start: int
    end: int
    phrase: int


class Sight(NamedTuple):
    """What a walk looks for.

    Args:
        rank: for each entry, how much its action weighs in this direction; 0 if it is not looked for.
        soft_rank: what a rank is worth across the end of a sentence.
        bounds: for each entry, ANYWHERE, WHOLE or PREFIX.
        short: for each entry, whether it is two ASCII letters or fewer.
        hope: bits of the trie that keep a candidate alive.
        hope_joined: the same for a candidate right behind a letter (or digit) of its own kind.
        tell_all: tell words inside longer ones, too.
        repeats: a repeated character counts once.
        needs_letter: what has no letter in it is no hit (the plain table has it, or nobody).
        first_entry: what the trie calls 0 is this entry of all the lists that are looked for together.
        first_phrase: the same for allow phrases.
    """

    trie: Trie
    signs: SignTable
    rank: bytes
    soft_rank: bytes
    bounds: bytes
    short: bytes
    hope: int
    hope_joined: int
    max_gap: int
    tell_all: bool
    repeats: bool = False
    needs_letter: bool = False
    first_entry: int = 0
    first_phrase: int = 0


_Candidate = tuple[int, int, int]  # raw start, node, what it may hope for


class Walk:
    """One table of one text."""

    __slots__ = (
        "_gap",
        "_hidden",
        "_kind",
        "_last",
        "_last_letter",
        "_sight",
        "edge",
        "hits",
        "live",
        "spans",
    )

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self.live: list[_Candidate] = []  # oldest first
        self._gap = 0  # ignored and hidden characters since the last one that counted
        self._hidden = 0
        self._kind = OTHER  # of the character that a new one would be joined to
        self._last = -1  # the code before, where repetitions count
        self._last_letter = -1
        self.edge: list[Hit] = []  # bounded words complete, but the next character may belong to them
        self.hits: list[Hit] = []  # found since the owner last took them away
        self.spans: list[Span] = []  # allow phrases, likewise

    def feed(self, piece: str, at: int) -> None:
        """Walk over the next characters; `at` is the raw position of the first."""
        sight = self._sight
        signs, repeats = sight.signs, sight.repeats
        next_node, below = sight.trie.next_node, sight.trie.below
        live = self.live
        ended: list[_Candidate] = []
        for char in piece:
            sign = signs[char]
            if sign:
                if self._gap or self._hidden:
                    self._gap = self._hidden = 0
                if sight.needs_letter and _is_letter(char):
                    self._last_letter = at
                for code, left, right in sign:
                    joined = left != OTHER and left == self._kind
                    self._kind = right
                    if self.edge:
                        self._leave_edge(confirmed=not joined)
                    if live:
                        live = self._step(live, code, ended)
                    child = next_node.get(code)
                    if child is not None:
                        bits = below[child >> NODE_SHIFT]
                        hope = sight.hope_joined if joined else sight.hope
                        if bits & ENDS:
                            ended.append((at, child, hope))
                        if bits & hope or repeats:
                            live.append((at, child, hope))
                    if repeats:
                        self._last = code
                    if ended:
                        self._note(ended, at + 1)
                        ended.clear()
            elif sign is None:
                self._gap += 1
                self._kind = OTHER
                if self.edge:
                    self._leave_edge(confirmed=True)
                if live:
                    live = self._cross(live, char)
            else:
                self._hidden += 1
                if self._hidden > MAX_HIDDEN:
                    self._kind = OTHER
                    if self.edge:
                        self._leave_edge(confirmed=True)
                    live = []
            at += 1
        self.live = live

    def _step(self, live: list[_Candidate], code: int, ended: list[_Candidate]) -> list[_Candidate]:
        """The candidates that live on after a code; those that end something go to `ended`, too."""
        sight = self._sight
        next_node, below = sight.trie.next_node, sight.trie.below
        if sight.repeats:
            return self._step_repeats(live, code, ended)
        survivors = []
        for start, node, hope in live:
            child = next_node.get(node + code)
            if child is not None:
                bits = below[child >> NODE_SHIFT]
                if bits & ENDS:
                    ended.append((start, child, hope))
                if bits & hope:
                    survivors.append((start, child, hope))
        return survivors

    def _step_repeats(self, live: list[_Candidate], code: int, ended: list[_Candidate]) -> list[_Candidate]:
        """The same where a repetition leaves a candidate where it is.

        Of candidates that stand alike only the oldest is kept: what it finds contains what the others would.
        """
        sight = self._sight
        next_node, below = sight.trie.next_node, sight.trie.below
        survivors: dict[tuple[int, int], int] = {}
        again = code == self._last
        for start, node, hope in live:
            if again:
                if hope >= RUN * (MAX_REPEATS - 1):
                    continue
                child, hope = node, hope + RUN
            else:
                next_child = next_node.get(node + code)
                if next_child is None:
                    continue
                child, hope = next_child, hope & RUN_BELOW
            if (child, hope) in survivors:
                continue
            survivors[child, hope] = start
            if below[child >> NODE_SHIFT] & ENDS:
                ended.append((start, child, hope))
        return [(start, node, hope) for (node, hope), start in survivors.items()]

    def finish(self) -> None:
        """The text is over: nothing lives on, and its end is a boundary."""
        self.live = []
        self._leave_edge(confirmed=True)

    def earliest(self, bits: int, default: int) -> int:
        """The raw start of the oldest candidate that may still become something of these bits."""
        below = self._sight.trie.below
        for start, node, hope in self.live:
            possible = below[node >> NODE_SHIFT] & hope & bits
            if possible and (not hope & (SOFT | CELL) or _firm(possible, hope)):
                return start
        return default

    def _cross(self, live: list[_Candidate], char: str) -> list[_Candidate]:
        """The candidates that live on after an ignored character."""
        if self._gap > self._sight.max_gap:
            return []
        if char in SENTENCE_ENDS:
            return [(start, node, hope | SOFT) for start, node, hope in live]
        if char in CELL_EDGES:
            return [(start, node, hope | CELL) for start, node, hope in live]
        return live

    def _leave_edge(self, *, confirmed: bool) -> None:
        if confirmed:
            self.hits.extend(self.edge)
        self.edge = []

    def _note(self, ended: list[_Candidate], end: int) -> None:
        """Take down what ends here.

        A word inside a longer one of at least its rank is passed over unless all are to be told: whatever
        spares the longer one spares it, too. So nested words cost no more than the longest.
        """
        sight = self._sight
        sure_rank = edge_rank = 0
        for start, node, hope in ended:
            if sight.needs_letter and self._last_letter < start:
                continue
            for entry in sight.trie.ending_at(node):
                if entry < 0:
                    self.spans.append(Span(start, end, sight.first_phrase - 1 - entry))
                    continue
                rank = sight.rank[entry]
                bound = sight.bounds[entry]
                if not rank or (bound and not hope & UNJOINED):
                    continue
                soft = bool(hope & SOFT) or bool(hope & CELL and sight.short[entry])
                if rank != PART_RANK:
                    if soft:
                        rank = sight.soft_rank[entry]
                    if rank <= sure_rank and not sight.tell_all:
                        continue
                if bound != WHOLE or self._kind == OTHER:
                    if rank != PART_RANK:
                        sure_rank = rank
                    self.hits.append(Hit(start, end, sight.first_entry + entry, soft))
                elif rank > edge_rank or rank == PART_RANK or sight.tell_all:
                    # Only a letter or digit can be joined by what comes next.
                    if rank != PART_RANK:
                        edge_rank = rank
                    self.edge.append(Hit(start, end, sight.first_entry + entry, soft))


def _firm(possible: int, hope: int) -> bool:
    """Whether a candidate that crossed something can do more than report."""
    return bool(possible & (ALLOW_BITS if hope & SOFT else ~ALL_SHORT))


def _is_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff" or any(
        kind == LETTER for _, kind, _ in PLAIN_SIGNS[char] or ()
    )
