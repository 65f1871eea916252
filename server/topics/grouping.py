"""Groups of like questions, found one question at a time.

Pure: no database, no clock, no people. Each group keeps a few wordings; a question joins the group of the
wording that it is most like, or begins one. An index from pieces to wordings finds the few that are worth
comparing, the rarest pieces first, so that a question costs about the same however many groups there are.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Final

from server.likeness import Features, features_of, likeness

THRESHOLD: Final = (
    0.4  # best where each author's pairs are judged by what all others taught: see bench/LOG.md
)
MOST_WORDINGS: Final = 5  # of one group: enough to know it again
_SAME_WORDING: Final = 0.99
_MOST_VISITS: Final = 6_000
_MOST_COMPARED: Final = 24
_MOST_GROUPS: Final = 4
_RARITY: Final = 0.25
_MARKS: Final = "@~!"  # features that questions about anything share


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a question went.

    Args:
        group: its group; None for a question that says nothing.
        is_wording: it was kept as one of the group's wordings.
        is_new: the group began with it.
    """

    group: str | None
    is_wording: bool = False
    is_new: bool = False


@dataclass(slots=True)
class _Group:
    wordings: list[Features] = field(default_factory=list)
    terms: Counter[str] = field(default_factory=Counter)


class Grouping:
    """The groups of one class or desk.

    Args:
        make_id: gives a new group its id.
        threshold: how alike a question must be to join.
    """

    def __init__(self, make_id: Callable[[], str], threshold: float = THRESHOLD) -> None:
        self._make_id = make_id
        self._threshold = threshold
        self._groups: dict[str, _Group] = {}
        self._wordings: list[tuple[str, Features]] = []
        self._places: dict[str, list[int]] = defaultdict(list)
        self._into: dict[str, str] = {}
        self._apart: dict[str, dict[str, str]] = defaultdict(dict)
        self._never: dict[str, set[str]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._groups)

    def add(self, question: str) -> Placed:
        """Put a question into its group, which may be a new one."""
        features = features_of(question)
        if features.is_empty:
            return Placed(None)
        found, how_like = self._nearest(features)
        if found is None:
            group = self._make_id()
            self._keep(group, features)
            return Placed(group, is_wording=True, is_new=True)
        group = self._ruled(self._told_apart(found, features), question)
        known = self._groups.get(group)
        kept = known is None or (len(known.wordings) < MOST_WORDINGS and how_like < _SAME_WORDING)
        if kept:
            self._keep(group, features)
        return Placed(group, is_wording=kept)

    def load(self, group: str, wording: str) -> None:
        """Know a wording from earlier."""
        features = features_of(wording)
        if features.pieces:
            self._keep(group, features)

    def merge(self, group: str, into: str) -> None:
        """From now on, questions that would go to `group` go to `into`."""
        if self.settled(into) != self.settled(group):
            self._into[self.settled(group)] = self.settled(into)

    def free(self, group: str) -> None:
        """Take a merging back."""
        self._into.pop(group, None)

    def split(self, group: str, term: str, new_group: str) -> None:
        """From now on, questions of `group` that have `term` in them go to `new_group`."""
        self._apart[group][term] = new_group

    def keep_apart(self, group: str, other: str) -> None:
        """From now on these two are never one: a question that is like both goes where its own words are."""
        self._never[group].add(other)
        self._never[other].add(group)

    def allow(self, group: str, other: str) -> None:
        """Take that back."""
        self._never[group].discard(other)
        self._never[other].discard(group)

    def kept_apart_from(self, group: str) -> frozenset[str]:
        """The groups that a group, with all that is merged into it, is never one with."""
        root = self.settled(group)
        parts = [part for part in self._never if self.settled(part) == root]
        return frozenset(self.settled(other) for part in parts for other in self._never[part])

    def pairs_between(self, group: str, other: str) -> list[tuple[str, str]]:
        """Which of the groups merged into two were decided to be never one."""
        one, two = self.settled(group), self.settled(other)
        return [
            (part, rival)
            for part in sorted(self._never)
            for rival in sorted(self._never[part])
            if self.settled(part) == one and self.settled(rival) == two
        ]

    def settled(self, group: str) -> str:
        """The group that questions of `group` go to, after all merging by hand."""
        while group in self._into:
            group = self._into[group]
        return group

    def terms(self, group: str, most: int = 4) -> tuple[str, ...]:
        """What the wordings of a group share, the longest first: why they are together."""
        known = self._groups.get(group)
        if known is None:
            return ()
        least = max(2, len(known.wordings) // 2 + 1) if len(known.wordings) > 1 else 1
        shared = sorted((t for t, n in known.terms.items() if n >= least), key=lambda t: (-len(t), t))
        chosen: list[str] = []
        for term in shared:
            if not any(term in longer for longer in chosen):
                chosen.append(term)
        return tuple(chosen[:most])

    def _told_apart(self, group: str, features: Features) -> str:
        """Of groups that are never one, the one with whose own pieces the question has more in common."""
        rivals = [other for other in self._never.get(group, ()) if other in self._groups]
        best = group
        for other in sorted(rivals):
            mine, theirs = self._pieces_of(best), self._pieces_of(other)
            if self._common(features, theirs - mine) > self._common(features, mine - theirs):
                best = other
        return best

    def _pieces_of(self, group: str) -> set[str]:
        return {piece for wording in self._groups[group].wordings for piece in wording.pieces}

    def _common(self, features: Features, pieces: set[str]) -> float:
        shared = (piece for piece in features.pieces if piece in pieces)
        return sum(features.pieces[piece] * self._rarity(piece) for piece in shared)

    def _ruled(self, group: str, question: str) -> str:
        group = self.settled(group)
        for term, other in self._apart.get(group, {}).items():
            if term in question:
                return self.settled(other)
        return group

    def _nearest(self, features: Features) -> tuple[str | None, float]:
        found: dict[str, float] = {}
        known: dict[int, float] = {}  # by the wording's identity: what is dear to find out twice
        for number in self._candidates(features):
            group, wording = self._wordings[number]
            how_like = known[id(wording)] = likeness(features, wording)
            if how_like >= self._threshold and how_like > found.get(group, 0.0):
                found[group] = how_like
        best, best_group = 0.0, None
        for group, how_like in heapq.nlargest(_MOST_GROUPS, found.items(), key=itemgetter(1)):
            if how_like < 1:  # one wording is like many things: all that were kept of the group count
                wordings = self._groups[group].wordings
                likes = (
                    known[id(wording)] if id(wording) in known else likeness(features, wording)
                    for wording in wordings
                )
                how_like = sum(likes) / len(wordings)
            if how_like > best:
                best, best_group = how_like, group
        return (best_group, best) if best >= self._threshold else (None, best)

    def _candidates(self, features: Features) -> list[int]:
        telling = [piece for piece in features.pieces if piece[0] not in _MARKS] or list(features.pieces)
        lists = [(self._places[piece], piece) for piece in telling if piece in self._places]
        lists.sort(key=lambda pair: len(pair[0]))
        scores: dict[int, float] = defaultdict(float)
        left = _MOST_VISITS
        for places, piece in lists:
            if left <= 0:
                break
            weight = features.pieces[piece] * self._rarity(piece) ** 2
            for number in places[-left:]:  # of a piece that is everywhere, the newest
                scores[number] += weight
            left -= len(places)
        return heapq.nlargest(_MOST_COMPARED, scores, key=lambda number: (scores[number], -number))

    def _rarity(self, piece: str) -> float:
        places = self._places.get(piece)
        return 1.0 + _RARITY * math.log((len(self._wordings) + 1) / ((len(places) if places else 0) + 1))

    def _keep(self, group: str, features: Features) -> None:
        known = self._groups.setdefault(group, _Group())
        known.wordings.append(features)
        known.terms.update(
            {term for words in features.words for run in words.split("#") for term in _terms_within(run)}
        )
        number = len(self._wordings)
        self._wordings.append((group, features))
        for piece in features.pieces:
            self._places[piece].append(number)


def _terms_within(run: str) -> Iterator[str]:
    """What a run of characters may share with another; a word in letters is one as a whole."""
    if run.isascii():
        if len(run) > 1:
            yield run
        return
    for size in range(2, min(8, len(run)) + 1):
        for start in range(len(run) - size + 1):
            yield run[start : start + size]
