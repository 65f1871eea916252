"""Says of a folded text, fast, whether any key of a table can be in it.

The first two characters of every key (three, where there are few symbols) are marked in one large
table; a text is looked up with a few array operations, and only where a mark is found the trie is
asked. There is no automaton to be built, which in one long call would stand in the way of every
other thread. A yes is only a reason to walk the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from filters.trie import ENDS, NODE_SHIFT
from filters.walk import Sight

if TYPE_CHECKING:
    pass

_MULTIPLIER: Final = 1_296_123  # odd, and of the golden ratio: neighbours fall far from each other
_PLACES_PER_KEY: Final = 32  # marks that are met by chance cost a look at the trie
_LEAST_BITS: Final = 12  # of a small list next to nothing is met by chance
_MOST_BITS: Final = 22

Units = Any  # an array of UTF-16 code units


class Screen:
    """The keys of one table, for all directions."""

    def __init__(self, keys: Iterable[str], *, few_symbols: bool = False) -> None:
        # Imported here: whoever only folds words need not wait for it.
        import numpy

        self._multiply = numpy.multiply
        heads: dict[int, list[str]] = {}
        for key in keys:
            units = len(key[:3].encode("utf-16-le", "surrogatepass")) // 2
            # Where there are only a few hundred symbols, as with syllables, most pairs occur in some key.
            heads.setdefault(min(units, 3 if few_symbols else 2), []).append(key)
        self._marks: list[tuple[int, int, Any]] = []  # how many units, mask of places, marks
        for num_units, each in heads.items():
            size = 1 << (16 if num_units == 1 else _bits_for(len(each)))
            marks = numpy.zeros(size, dtype="u1")
            text = "".join([_head(key, num_units) for key in each])
            table = numpy.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2")
            columns = [table[n::num_units] for n in range(num_units)]
            marks[self._places(columns, size - 1)] = 1
            self._marks.append((num_units, size - 1, marks))

    def suspects(self, units: Units, sight: Sight) -> bool:
        """Whether a key that is sought stands in the text.

        Args:
            units: the text, folded as in this table.
            sight: what is looked for in the direction of the text.
        """
        for num_units, mask, marks in self._marks:
            last = len(units) - num_units + 1
            if last > 0:
                places = self._places([units[n : last + n] for n in range(num_units)], mask)
                if self._confirmed(marks.take(places).tobytes(), units, sight):
                    return True
        return False

    def _confirmed(self, marked: bytes, units: Units, sight: Sight) -> bool:
        place = marked.find(1)
        if place < 0:
            return False
        longest = sight.trie.longest
        text = units.tobytes().decode("utf-16-le", "replace")
        while place >= 0:
            # Pairs of surrogates move the places; such texts are rare.
            rest = text[place : place + longest] if len(text) == len(units) else _from(units, place)
            if _begins(rest, sight):
                return True
            place = marked.find(1, place + 1)
        return False

    def _places(self, columns: list[Units], mask: int) -> Units:
        if len(columns) == 1:
            return columns[0]
        places = self._multiply(columns[1], _MULTIPLIER, dtype="u4")
        if len(columns) == 3:
            places += columns[2]
            places *= _MULTIPLIER
        places += columns[0]
        places &= mask
        return places


def _bits_for(num_keys: int) -> int:
    return min(_MOST_BITS, max(_LEAST_BITS, (_PLACES_PER_KEY * num_keys).bit_length()))


def _head(key: str, num_units: int) -> str:
    """The first units of a key, of half a character if need be."""
    if max(key[:num_units]) <= "\uffff":
        return key[:num_units]
    units = key.encode("utf-16-le", "surrogatepass")[: 2 * num_units]
    return "".join(chr(int.from_bytes(units[at : at + 2], "little")) for at in range(0, len(units), 2))


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
