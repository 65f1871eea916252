"""Says of a folded text, fast, whether any key of a table can be in it.

The first two characters of every key are marked in one large table; a text is looked up with a
few array operations, and only where a mark is found the trie is asked. There is no automaton to be
built, which in one long call would stand in the way of every other thread. A yes is only a reason to walk
the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from filters.trie import ENDS, NODE_SHIFT
from filters.walk import Sight

if TYPE_CHECKING:
    import numpy

_MULTIPLIER: Final = 1_296_123  # odd, and of the golden ratio: neighbours fall far from each other
_PLACES_PER_KEY: Final = 32  # marks that are met by chance cost a look at the trie
_MOST_BITS: Final = 22

Units = Any  # an array of UTF-16 code units


class Screen:
    """The keys of one table, for all directions."""

    def __init__(self, keys: Iterable[str]) -> None:
        # Imported here: whoever only folds words need not wait for it.
        import numpy

        heads: list[int] = []
        singles: list[int] = []
        for key in keys:
            units = key[:2].encode("utf-16-le", "surrogatepass")[:4]
            (heads if len(units) == 4 else singles).append(int.from_bytes(units, "little"))
        self._single_marks: numpy.ndarray[Any, Any] | None = None
        if singles:
            self._single_marks = numpy.zeros(1 << 16, dtype="u1")
            self._single_marks[singles] = 1
        bits = min(_MOST_BITS, max(8, (_PLACES_PER_KEY * len(heads)).bit_length()))
        self._mask = (1 << bits) - 1
        self._multiply = numpy.multiply
        self._marks: numpy.ndarray[Any, Any] = numpy.zeros(1 << bits, dtype="u1")
        pairs = numpy.array(heads, dtype="<u4").view("<u2")
        self._marks[self._places(pairs[::2], pairs[1::2])] = 1

    def suspects(self, units: Units, sight: Sight) -> bool:
        """Whether a key that is sought stands in the text.

        Args:
            units: the text, folded as in this table.
            sight: what is looked for in the direction of the text.
        """
        if self._single_marks is not None:
            marked = self._single_marks.take(units).tobytes()
            if self._confirmed(marked, units, sight):
                return True
        if len(units) < 2:
            return False
        marked = self._marks.take(self._places(units[:-1], units[1:])).tobytes()
        return self._confirmed(marked, units, sight)

    def _confirmed(self, marked: bytes, units: Units, sight: Sight) -> bool:
        place = marked.find(1)
        if place < 0:
            return False
        text = units.tobytes().decode("utf-16-le", "replace")
        while place >= 0:
            # Pairs of surrogates move the places; such texts are rare.
            rest = text[place:] if len(text) == len(units) else _from(units, place)
            if _begins(rest, sight):
                return True
            place = marked.find(1, place + 1)
        return False

    def _places(self, first: Units, second: Units) -> Units:
        places = self._multiply(second, _MULTIPLIER, dtype="u4")
        places += first
        places &= self._mask
        return places


def _from(units: Units, place: int) -> str:
    text: str = units[place:].tobytes().decode("utf-16-le", "replace")
    return text


def _begins(text: str, sight: Sight) -> bool:
    """Whether a text begins with a key that is sought."""
    trie, hope = sight.trie, sight.hope
    next_node, below = trie.next_node, trie.below
    node = 0
    for char in text:
        child = next_node.get(node + ord(char))
        if child is None:
            return False
        node = child
        bits = below[node >> NODE_SHIFT]
        if bits & ENDS and any(entry >= 0 and sight.rank[entry] for entry in trie.ending_at(node)):
            return True
        if not bits & hope:
            return False
    return False
