"""How a sum may weigh batches of numbers, if it is to be zero for all bundles of many people.

Pure. `left` names the bundles for which it may be something else than zero. What batches are is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Node = tuple[tuple[str, ...], int]  # a batch
Line = frozenset[Node]  # the batches that count a bundle of questions
Who = set[str] | None  # None: safe in any case
_Vector = dict[Node, int]

_GROUND: Final[Node] = ((), 0)  # stands for what is not told
_PRIME: Final = 2**61 - 1  # sums are taken modulo it


class Pairs:
    """Bundles that are in two batches at most: equations only say that two of them weigh the same."""

    def __init__(self, small_group: int) -> None:
        self._small_group = small_group
        self._root: dict[Node, Node] = {}
        self._beside: dict[Node, dict[Node, Who]] = {}
        self._left: dict[Line, tuple[Node, Node, Who]] = {}

    def copy(self) -> Pairs:
        """Another one with the same bundles."""
        other = Pairs(self._small_group)
        other._root = dict(self._root)
        other._beside = {node: dict(row) for node, row in self._beside.items()}
        other._left = dict(self._left)
        return other

    def add(self, lines: Mapping[Line, Who]) -> None:
        """More bundles, and who is in them."""
        strong: list[tuple[Node, Node]] = []
        for line, who in lines.items():
            one, *others = line
            _, _, known = self._left.get(line, (one, one, set[str]()))
            two = others[0] if others else _GROUND
            self._left[line] = one, two, None if who is None or known is None else known | who
            ends = self._find(one), self._find(two)
            if ends[0] != ends[1]:
                self._join(*ends, who, strong)
        while strong:
            one, other = (self._find(node) for node in strong.pop())
            if one != other:
                if len(self._beside[one]) > len(self._beside[other]):
                    one, other = other, one
                self._root[one] = other
                for node, who in self._beside.pop(one).items():
                    del self._beside[node][one]
                    if node != other:
                        self._join(other, node, who, strong)
        self._left = {
            line: (one, other, who)
            for line, (one, other, who) in self._left.items()
            if self._find(one) != self._find(other)
        }

    def left(self) -> dict[Line, Who]:
        """Bundles of too few people that some sum may stand for alone."""
        return {line: who for line, (_, _, who) in self._left.items()}

    def _find(self, node: Node) -> Node:
        while (above := self._root.get(node)) is not None:
            node = above
        return node

    def _join(self, one: Node, other: Node, who: Who, strong: list[tuple[Node, Node]]) -> None:
        row = self._beside.setdefault(one, {})
        known = row.get(other, set())
        together = None if who is None or known is None else known | who
        row[other] = self._beside.setdefault(other, {})[one] = together
        if together is None or len(together) >= self._small_group:
            strong.append((one, other))


class Equations:
    """Bundles that are in any number of batches."""

    def __init__(self, small_group: int) -> None:
        self._small_group = small_group
        self._solved: dict[Node, _Vector] = {}  # batches whose weight follows from those of others
        self._left: dict[Line, tuple[_Vector, Who]] = {}

    def copy(self) -> Equations:
        """Another one with the same bundles."""
        other = Equations(self._small_group)
        other._solved = dict(self._solved)
        other._left = dict(self._left)
        return other

    def add(self, lines: Mapping[Line, Who]) -> None:
        """More bundles, and who is in them."""
        for line, who in lines.items():
            _, known = self._left.get(line, (None, set[str]()))
            self._left[line] = dict.fromkeys(line, 1), None if who is None or known is None else who | known
        while strong := self._strong():
            for shape in strong:
                self._solve(dict(shape))

    def left(self) -> dict[Line, Who]:
        """Bundles of too few people that some sum may stand for alone."""
        return {line: who for line, (_, who) in self._left.items()}

    def _strong(self) -> list[tuple[tuple[Node, int], ...]]:
        """Equations of bundles of many people, those that say the same taken together."""
        people: dict[tuple[tuple[Node, int], ...], Who] = {}
        for line, (vector, who) in list(self._left.items()):
            rest = self._reduced(vector)
            if not rest:
                del self._left[line]
                continue
            self._left[line] = rest, who
            shape = _shape(rest)
            known = people.get(shape, set())
            people[shape] = None if who is None or known is None else known | who
        return [shape for shape, who in people.items() if who is None or len(who) >= self._small_group]

    def _reduced(self, vector: _Vector) -> _Vector:
        left = dict(vector)
        while (node := next((node for node in left if node in self._solved), None)) is not None:
            weight = left.pop(node)
            for other, factor in self._solved[node].items():
                value = (left.get(other, 0) + weight * factor) % _PRIME
                if value:
                    left[other] = value
                else:
                    left.pop(other, None)
        return left

    def _solve(self, vector: _Vector) -> None:
        """Let the weight of one batch follow from those of the others."""
        left = self._reduced(vector)
        if left:
            node = max(left)
            scale = pow(left.pop(node), -1, _PRIME)
            self._solved[node] = {other: -weight * scale % _PRIME for other, weight in left.items()}


def _shape(vector: _Vector) -> tuple[tuple[Node, int], ...]:
    """The same for all multiples of a vector."""
    first = vector[min(vector)]
    scale = 1 if first == 1 else pow(first, -1, _PRIME)
    return tuple(sorted((node, weight * scale % _PRIME) for node, weight in vector.items()))
