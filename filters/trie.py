"""A trie over folded characters that says of every node what can still come below it.

One trie serves words and allow phrases, and all directions. It does not know texts,
gaps or positions; `walk` steps through it.
"""

from __future__ import annotations

from array import array
from functools import cache
from typing import Final

from filters.types import Action, Direction

# Bits of a node: what can still follow, each once for substrings and once for words with boundaries.
# Two ASCII letters are kept apart, for they mean less across the edge of a table's cell.
_BLOCK: Final = 0b0000000011
_ALTER: Final = 0b0000001100
_REPORT: Final = 0b0000110000
_SHORT_BLOCK: Final = 0b0011000000
_SHORT_ALTER: Final = 0b1100000000
_ANY: Final = 0b1111111111
_BOUNDED: Final = 0b1010101010
_BITS_PER_DIRECTION: Final = 10
_SHIFTS: Final = {direction: place * _BITS_PER_DIRECTION for place, direction in enumerate(Direction)}

_ALLOW_SHIFT: Final = _BITS_PER_DIRECTION * len(Direction)
ALLOW_BITS: Final = ((1 << len(Direction)) - 1) << _ALLOW_SHIFT
PART: Final = 1 << (_ALLOW_SHIFT + len(Direction))  # a side of A & B or A ! B
ENDS: Final = PART << 1  # something ends in this very node

# Flags of a candidate; they stand above the bits of a node.
SOFT: Final = ENDS << 1  # it has crossed the end of a sentence: it can only lead to a review
CELL: Final = SOFT << 1  # it has crossed the edge of a table's cell
UNJOINED: Final = CELL << 1  # no letter or digit of its kind stands before it
RUN: Final = UNJOINED << 1  # from here up: how often its last character was repeated
RUN_BELOW: Final = RUN - 1

NODE_SHIFT: Final = 21  # a code point has at most 21 bits; a node's number stands above them


@cache
def bits_for(direction: Direction, action: Action, bounded: bool, short: bool = False) -> int:
    """The bit that a word sets on every node above its end."""
    if action is Action.BLOCK:
        bits = _SHORT_BLOCK if short else _BLOCK
    elif action.alters_text:
        bits = _SHORT_ALTER if short else _ALTER
    else:
        bits = _REPORT
    return (bits & (_BOUNDED if bounded else ~_BOUNDED)) << _SHIFTS[direction]


def allow_bit(direction: Direction) -> int:
    """The bit of an allow phrase that counts in a direction."""
    return 1 << (_ALLOW_SHIFT + list(Direction).index(direction))


def wanted(direction: Direction, *, unjoined: bool) -> int:
    """The bits a candidate may hope for; fewer if a letter stands right before it."""
    bits = (_ANY if unjoined else _ANY & ~_BOUNDED) << _SHIFTS[direction]
    return bits | allow_bit(direction) | PART | (UNJOINED if unjoined else 0)


def blocking(direction: Direction) -> int:
    """The bits of words that block."""
    return (_BLOCK | _SHORT_BLOCK) << _SHIFTS[direction]


def altering(direction: Direction) -> int:
    """The bits of words that block, mask or replace."""
    return (_BLOCK | _SHORT_BLOCK | _ALTER | _SHORT_ALTER) << _SHIFTS[direction]


ALL_SHORT: Final = sum((_SHORT_BLOCK | _SHORT_ALTER) << shift for shift in _SHIFTS.values())


class Trie:
    """Nodes are numbers shifted by NODE_SHIFT; node + code point is the key of the next node."""

    __slots__ = ("below", "ends", "longest", "next_node", "shared_ends")

    def __init__(self) -> None:
        self.next_node: dict[int, int] = {}
        self.below = array("Q", [0])
        self.ends: dict[int, int] = {}
        self.shared_ends: dict[int, tuple[int, ...]] = {}  # where several end, which is rare
        self.longest = 0

    def add(self, folded: str, index: int, bits: int, *, grows: bool = False) -> None:
        """Put in a folded word.

        Args:
            index: comes back from `ending_at`; negative for an allow phrase.
            bits: what the word means to the nodes above its end.
            grows: a complete match may still become longer, by repetitions of its last character.
        """
        next_node, below = self.next_node, self.below
        known = next_node.get
        node = 0
        for code in map(ord, folded):
            below[node >> NODE_SHIFT] |= bits
            key = node + code
            child = known(key)
            if child is None:
                child = next_node[key] = len(below) << NODE_SHIFT
                below.append(0)
            node = child
        below[node >> NODE_SHIFT] |= ENDS | bits if grows else ENDS
        first = self.ends.setdefault(node, index)
        if first != index:
            self.shared_ends[node] = (*self.shared_ends.get(node, (first,)), index)
        if len(folded) > self.longest:
            self.longest = len(folded)

    def ending_at(self, node: int) -> tuple[int, ...]:
        """Everything that ends in a node, in the order in which it was put in."""
        return self.shared_ends.get(node) or (self.ends[node],)
