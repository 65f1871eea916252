"""A trie over folded characters that says of every node what can still come below it.

One trie serves words and allow phrases, and all directions. It does not know texts,
gaps or positions; `walk` steps through it.
"""

from __future__ import annotations

from array import array
from functools import cache
from typing import Final

from filters.types import Action, Direction

# Bits of a node. For each direction: can a word still follow that blocks, that alters the text
# (mask, replace), that only reports; each once for substrings and once for whole words.
BLOCK_BITS: Final = 0b000011
ALTER_BITS: Final = 0b001100
REPORT_BITS: Final = 0b110000
_WHOLE_BITS: Final = 0b101010
_BITS_PER_DIRECTION: Final = 6
ALLOW: Final = 1 << 18
ENDS: Final = 1 << 19  # something ends in this very node

SHIFTS: Final = {direction: place * _BITS_PER_DIRECTION for place, direction in enumerate(Direction)}
NODE_SHIFT: Final = 21  # a code point has at most 21 bits; a node's number stands above them


@cache
def bits_for(direction: Direction, action: Action, whole: bool) -> int:
    """The bit that a word sets on every node above its end."""
    if action is Action.BLOCK:
        bits = BLOCK_BITS
    elif action.alters_text:
        bits = ALTER_BITS
    else:
        bits = REPORT_BITS
    return (bits & (_WHOLE_BITS if whole else ~_WHOLE_BITS)) << SHIFTS[direction]


def wanted(direction: Direction, *, whole: bool) -> int:
    """The bits a candidate may hope for; without `whole` if a letter stands right before it."""
    bits = BLOCK_BITS | ALTER_BITS | REPORT_BITS
    return ((bits if whole else bits & ~_WHOLE_BITS) << SHIFTS[direction]) | ALLOW


class Trie:
    """Nodes are numbers shifted by NODE_SHIFT; node + code point is the key of the next node."""

    __slots__ = ("below", "ends", "longest", "next_node")

    def __init__(self) -> None:
        self.next_node: dict[int, int] = {}
        self.below = array("L", [0])
        self.ends: dict[int, tuple[int, ...]] = {}
        self.longest = 0

    def add(self, folded: str, index: int, bits: int) -> None:
        """Put in a folded word.

        Args:
            index: comes back from `ends`; negative for an allow phrase.
            bits: what the word means to the nodes above its end.
        """
        next_node, below = self.next_node, self.below
        node = 0
        for char in folded:
            below[node >> NODE_SHIFT] |= bits
            key = node + ord(char)
            child = next_node.get(key)
            if child is None:
                child = next_node[key] = len(below) << NODE_SHIFT
                below.append(0)
            node = child
        below[node >> NODE_SHIFT] |= ENDS
        self.ends[node] = (*self.ends.get(node, ()), index)
        self.longest = max(self.longest, len(folded))
