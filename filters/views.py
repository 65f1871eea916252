"""A text as each table sees it, in UTF-16 code units, for the quick test of a whole text.

Gaps and boundaries are gone, so what stands in a table stands in its view; not the other way round.
It does not know keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from filters.fold import fold
from filters.lanes import LITERAL, NEEDS_LETTER, NUMERALS, PLAIN, signs_of
from filters.sounds import sound_codes, syllables

Units = Any  # an array of UTF-16 code units

_FLAG: Final = re.compile("[\U0001f1e6-\U0001f1ff]")
_ROMAN: Final = re.compile("[\u2160-\u216b\u2170-\u217b]")
_LETTER: Final = re.compile(r"[^\W\d_\u3400-\u9fff]")


class Views:
    """One text; each view is made when it is asked for."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.folded = fold(raw)
        self._plain: Units | None = None
        self._known: dict[str, Units | None] = {}  # several lists may ask for the same

    def units(self, table: str) -> Units | None:
        """The view of a table, None if nothing of the table can be in the text."""
        if table not in self._known:
            self._known[table] = self._units(table)
        return self._known[table]

    def _units(self, table: str) -> Units | None:
        if table == LITERAL:
            return _units(fold(self.raw, keep_ignored=True))
        if table in NEEDS_LETTER:
            if not _LETTER.search(self.folded) and not (table == "leet" and _FLAG.search(self.raw)):
                return None
            return _units("".join(map(_speller(table), self.raw)))
        if table == "number" and _ROMAN.search(self.raw):
            return _units("".join(map(_speller(table), self.raw)))
        if self._plain is None:
            self._plain = _units(self.folded)
        return self._plain if table == PLAIN else _DERIVED[table](self._plain)


def _units(text: str) -> Units:
    import numpy

    return numpy.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2")


@cache
def _speller(table: str) -> Callable[[str], str]:
    signs = signs_of(table)

    def spell(char: str) -> str:
        return "".join(chr(code) for code, *_ in signs[char] or ())

    return cache(spell)


@cache
def _number_units() -> Units:
    return _mapped({char: ord(digit) for char, digit in NUMERALS.items()})


@cache
def _sound_units() -> Units:
    codes = sound_codes()
    return _mapped({char: codes[readings[0]] for char, readings in syllables().items()})


def _mapped(changes: dict[str, int]) -> Units:
    import numpy

    units = numpy.arange(0x10000, dtype="<u2")
    units[[ord(char) for char in changes]] = list(changes.values())
    return units


def _collapsed(units: Units) -> Units:
    if len(units) < 2:
        return units
    import numpy

    fresh = numpy.empty(len(units), dtype=bool)
    fresh[0] = True
    numpy.not_equal(units[1:], units[:-1], out=fresh[1:])
    return units[fresh]


_DERIVED: Final[dict[str, Callable[[Units], Units]]] = {
    "number": lambda units: _number_units().take(units),
    "homophone": lambda units: _sound_units().take(units),
    "repeat": _collapsed,
}
