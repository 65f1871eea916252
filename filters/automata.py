"""Patterns over single symbols, and the automaton that follows many of them at once.

Small on purpose: sequence, choice, repetition. It knows nothing of what the patterns mean.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from typing import Final, NamedTuple

# A pattern builds itself into a Net, between two states.
Pattern = tuple[str, tuple[object, ...]]


def one(chars: Iterable[str]) -> Pattern:
    """Any one of these symbols."""
    return "one", (frozenset(chars),)


def word(text: str) -> Pattern:
    """These symbols in this order."""
    return seq(*(one(char) for char in text))


def seq(*patterns: Pattern) -> Pattern:
    """One after the other."""
    return "seq", patterns


def alt(*patterns: Pattern) -> Pattern:
    """One of them."""
    return "alt", patterns


def rep(pattern: Pattern, least: int, most: int | None) -> Pattern:
    """As often as this; None is without end."""
    return "rep", (pattern, least, most)


class State(NamedTuple):
    """Where a candidate stands: what it may be, and what is complete here."""

    number: int
    accepts: tuple[int, ...]
    alive: frozenset[int]  # patterns that one more symbol may still complete


class Automaton:
    """Follows numbered patterns together; its states are worked out when they are first met."""

    def __init__(self, patterns: list[Pattern]) -> None:
        self._empty: list[list[int]] = []  # of each state of the net, where it leads without a symbol
        self._edges: list[list[tuple[frozenset[str], int]]] = []
        self._owner: list[int] = []
        self._final: dict[int, int] = {}
        self._first: list[int] = []
        self._known: dict[frozenset[int], State] = {}
        self._sets: list[frozenset[int]] = []
        self._moves: dict[tuple[int, str], State | None] = {}
        self._one_at_a_time = Lock()  # several threads may meet a new state at once
        for number, pattern in enumerate(patterns):
            start, end = self._new(number), self._new(number)
            self._build(pattern, start, end, number)
            self._first.append(start)
            self._final[end] = number
        self.alphabet: Final = frozenset().union(*(chars for edges in self._edges for chars, _ in edges))

    def start(self, patterns: Iterable[int]) -> State | None:
        """The state before the first symbol, for some of the patterns."""
        return self._state(self._closure({self._first[number] for number in patterns}))

    def step(self, state: State, symbol: str) -> State | None:
        """The state after a symbol; None if no pattern goes on."""
        key = (state.number, symbol)
        if key not in self._moves:
            here = self._sets[state.number]
            reached = {to for at in here for chars, to in self._edges[at] if symbol in chars}
            self._moves[key] = self._state(self._closure(reached))
        return self._moves[key]

    def only(self, state: State, patterns: frozenset[int]) -> State | None:
        """The state with some of its patterns only."""
        return self._state(frozenset(at for at in self._sets[state.number] if self._owner[at] in patterns))

    def both(self, one: State | None, other: State | None) -> State | None:
        """All that either state may be."""
        sets = [self._sets[state.number] for state in (one, other) if state is not None]
        return self._state(frozenset().union(*sets))

    def _state(self, members: frozenset[int]) -> State | None:
        if not members:
            return None
        known = self._known.get(members)
        if known is None:
            with self._one_at_a_time:
                known = self._known.get(members) or self._new_state(members)
        return known

    def _new_state(self, members: frozenset[int]) -> State:
        accepts = sorted(self._final[at] for at in members if at in self._final)
        alive = frozenset(self._owner[at] for at in members if self._edges[at])
        state = State(len(self._sets), tuple(accepts), alive)
        self._sets.append(members)
        self._known[members] = state
        return state

    def _closure(self, reached: set[int]) -> frozenset[int]:
        waiting = list(reached)
        while waiting:
            for to in self._empty[waiting.pop()]:
                if to not in reached:
                    reached.add(to)
                    waiting.append(to)
        return frozenset(reached)

    def _new(self, owner: int) -> int:
        self._empty.append([])
        self._edges.append([])
        self._owner.append(owner)
        return len(self._edges) - 1

    def _build(self, pattern: Pattern, start: int, end: int, owner: int) -> None:
        kind, parts = pattern
        if kind == "one":
            (chars,) = parts
            assert isinstance(chars, frozenset)
            self._edges[start].append((chars, end))
        elif kind == "alt":
            for part in parts:
                self._build(part, start, end, owner)  # type: ignore[arg-type]
        elif kind == "seq":
            at = start
            for part in parts:
                to = self._new(owner)
                self._build(part, at, to, owner)  # type: ignore[arg-type]
                at = to
            self._empty[at].append(end)
        else:
            part, least, most = parts
            assert isinstance(least, int)
            assert most is None or isinstance(most, int)
            at = start
            for _ in range(least):
                to = self._new(owner)
                self._build(part, at, to, owner)  # type: ignore[arg-type]
                at = to
            if most is None:
                loop = self._new(owner)
                self._empty[at].append(loop)
                self._build(part, loop, loop, owner)  # type: ignore[arg-type]
                at = loop
            else:
                for _ in range(most - least):
                    self._empty[at].append(end)
                    to = self._new(owner)
                    self._build(part, at, to, owner)  # type: ignore[arg-type]
                    at = to
            self._empty[at].append(end)
