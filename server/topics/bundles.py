"""Questions that are counted alike, and whether sums of what was told of them stand for few people.

Pure; it knows neither what the numbers mean nor where they are kept. A *number* has a key and grows in
batches, each told with an edition. A *path* says in which numbers a question is counted, one within another.

What is guaranteed: whatever is added and subtracted of all numbers of a system, of all looks together, stands
for nobody or for `small_group` people or more. Proof: let such a sum be zero for all questions but those of
fewer people. In a bundle of questions that are counted alike, and are of `small_group` people, one is not of
theirs, so the sum is zero there. That is a linear equation for how the sum weighs the batches (`weights`);
where the equations of such bundles imply those of all other questions, it is zero everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from server.topics.weights import Equations, Line, Node, Pairs, Who

Key = tuple[str, ...]
Path = tuple[Key, ...]  # from the widest number to the narrowest
System = Mapping[int, Sequence[Path]]  # by question
Batch = tuple[int, frozenset[int]]  # edition, and the questions it added
Moves = Mapping[Key, frozenset[int]]  # the questions that are new in a number


@dataclass(frozen=True, slots=True)
class Told:
    """Every number that was told, as the questions in it; `people_of`: how many batches its people are of."""

    edition: int
    batches: Mapping[Key, tuple[Batch, ...]] = field(default_factory=dict)
    people_of: Mapping[Key, int] = field(default_factory=dict)

    def questions(self, key: Key) -> frozenset[int]:
        """What is counted in a number."""
        return frozenset[int]().union(*(ids for _, ids in self.batches.get(key, ())))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What would be told if nothing had been told before.

    Args:
        numbers: the questions of each.
        asker_of: who asked them.
        within: the numbers that each of these lies within.
        systems: how they hang together.
    """

    numbers: Mapping[Key, frozenset[int]]
    asker_of: Mapping[int, str]
    within: Callable[[Key], Sequence[Key]]
    systems: Sequence[System]


Lines = dict[Line, Who]  # who is in a bundle, by the batches that count it; None: safe in any case

NOW: Final = -1  # the edition of what would be told now


class Bundles:
    """The questions of a system, those together that were told alike.

    Args:
        system: how numbers hang together.
        wanted: the questions.
        editions: by number and question, when that was told.
        moving: the most that may move.
        small_group: fewest people a sum may stand for.
    """

    def __init__(
        self,
        system: System,
        wanted: Wanted,
        editions: Mapping[Key, Mapping[int, int]],
        moving: Moves,
        small_group: int,
    ) -> None:
        self.keys = frozenset(key for paths in system.values() for path in paths for key in path)
        self._small_group = small_group
        # What cannot move is worked out once, the rest with every try.
        self._open: list[_Open] = []
        fixed: Lines = {}
        in_pairs = True
        for question, paths in system.items():
            who = wanted.asker_of.get(question)
            for path in paths:
                in_pairs = in_pairs and len(path) <= 2
                told = [(key, editions[key][question]) for key in path if question in editions.get(key, ())]
                waits = tuple(key for key in path if question in moving.get(key, ()))
                if waits:
                    self._open.append(_Open(question, who, tuple(told), waits, len(path)))
                else:
                    _add(fixed, frozenset(told), len(path), who)
        self._weights: Pairs | Equations = (Pairs if in_pairs else Equations)(small_group)
        self._weights.add(fixed)

    def left(self, moving: Moves) -> Lines:
        """Bundles of too few people that some sum may stand for alone, once these have moved."""
        lines: Lines = {}
        for each in self._open:
            _add(lines, each.line(moving), each.num_keys, each.who)
        weights = self._weights.copy()
        weights.add(lines)
        return weights.left()

    def beside(self, lines: Collection[Line], moving: Moves) -> set[Key]:
        """The moving numbers in these bundles, or else in those that share a batch with one of them."""
        near = {key for line in lines for key, edition in line if edition == NOW}
        if not near:
            touched = {node for line in lines for node in line}
            found = [line for each in self._open if touched & (line := each.line(moving))]
            near = {key for line in found for key, edition in line if edition == NOW}
        return near

    def held_back(self, moving: Moves, key: Key) -> frozenset[int]:
        """Questions that had better not be told in a number, so that enough people are not told."""
        found: set[int] = set()
        node = (key, NOW)
        with_it = [each for each in self._open if each.question in moving[key] and key in each.waits]
        for line, who in self.left(moving).items():
            people = set(who or ())
            for each in with_it:
                there = each.line(moving)
                if there == line:
                    found.add(each.question)
                elif there - {node} == line and len(people | {each.who}) <= self._small_group:
                    people.add(each.who or "")
                    found.add(each.question)
        if not found:  # then some of every bundle, so that they go on hanging together
            some: dict[Line, set[str]] = {}
            for each in with_it:
                people = some.setdefault(each.line(moving) - {node}, set())
                if len(people | {each.who or ""}) <= self._small_group:
                    people.add(each.who or "")
                    found.add(each.question)
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class _Open:
    """A question that some numbers may count from now on."""

    question: int
    who: str | None
    told: tuple[Node, ...]
    waits: tuple[Key, ...]
    num_keys: int  # of its path

    def line(self, moving: Moves) -> Line:
        """The batches that count it once these have moved."""
        now = ((key, NOW) for key in self.waits if self.question in moving.get(key, ()))
        return frozenset((*self.told, *now))


def _add(lines: Lines, line: Line, num_keys: int, who: str | None) -> None:
    if len(line) == num_keys > 1 and all(edition == 1 for _, edition in line):
        lines[line] = None  # the first look told these in full, and is safe by itself
    elif line and (known := lines.setdefault(line, set())) is not None and who is not None:
        known.add(who)
