"""Folding: every character alone becomes zero or more plain characters.

fold(xy) = fold(x)·fold(y), so a text may be cut anywhere. The table fills itself while it is
used. This module knows characters; it does not know words, gaps or matches.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Final

from filters.bulk import WORTH_IT_CHARS, BulkFold
from filters.lookalikes import BLANKS, CIRCLED_LETTERS, CIRCLED_NUMBERS, LOOKALIKES, SIGNS

# The kind of a folded character decides about word boundaries: two neighbours of one kind belong together.
OTHER: Final = 0  # Han, kana, Hangul and everything else that is written without spaces
LETTER: Final = 1
DIGIT: Final = 2
INNER: Final = 3  # between the letters that one character became

# What a raw character is to the matcher: code points, each with the kind it shows to its left and
# to its right; () is hidden, None is ignored.
Sign = tuple[tuple[int, int, int], ...] | None
HIDDEN: Final[Sign] = ()
IGNORED: Final[Sign] = None

_PLAIN_NEIGHBOURS = (
    (0x2E80, 0x312F),  # radicals, kana, Bopomofo
    (0x3130, 0x9FFF),  # Hangul letters, Han
    (0xA960, 0xA97F),
    (0xAC00, 0xD7FF),
    (0xF900, 0xFAFF),
    (0x1AFF0, 0x1B16F),
    (0x20000, 0x3FFFF),
)


def fold(text: str, *, keep_ignored: bool = False) -> str:
    """The text as words are looked for in it.

    Args:
        keep_ignored: leave white space, punctuation and symbols in (folded, too).
    """
    if keep_ignored:
        return text.translate(_KEPT)
    return text.translate(_PLAIN) if len(text) < WORTH_IT_CHARS else _bulk()(text)


def kind_of(char: str) -> int:
    """LETTER, DIGIT or OTHER, for a folded character."""
    category = unicodedata.category(char)
    if category == "Nd":
        return DIGIT
    if category[0] not in "LM" or any(low <= ord(char) <= high for low, high in _PLAIN_NEIGHBOURS):
        return OTHER
    return LETTER


def sign_of(char: str) -> Sign:
    """What one raw character is to the matcher in the plain lane."""
    if _is_hidden(char):
        return HIDDEN
    spelling = "" if char in SIGNS else _spell(char)
    return tuple((ord(folded), kind := kind_of(folded), kind) for folded in spelling) or IGNORED


def literal_sign_of(char: str) -> Sign:
    """The same in the literal lane, where nothing visible is ignored."""
    sign = sign_of(char)
    if sign is not IGNORED:
        return sign
    if char.isspace():
        return ((0x20, OTHER, OTHER),)
    if unicodedata.category(char) == "Cs":
        return ((0xFFFD, OTHER, OTHER),)
    pieces = [piece for piece in unicodedata.normalize("NFKD", char) if not _is_hidden(piece)]
    if char in SIGNS or all(piece.isspace() for piece in pieces):
        pieces = [char]
    return tuple((ord(piece), OTHER, OTHER) for piece in pieces)


def _is_hidden(char: str) -> bool:
    if unicodedata.category(char) in ("Cf", "Mn", "Me") or char in BLANKS:
        return True
    return 0xE0000 <= ord(char) <= 0xE0FFF  # the tag block and what is kept free around it


def _spell(char: str) -> str:
    """Repeat the steps until nothing changes, so that a folded text folds to itself."""
    spelling = char
    for _ in range(5):
        after = "".join(map(_step, spelling))
        if after == spelling:
            break
        spelling = after
    return spelling


def _step(char: str) -> str:
    decomposition = unicodedata.decomposition(char)
    if 0xAC00 <= ord(char) <= 0xD7A3 or decomposition.startswith("<fraction>"):
        return char  # a syllable is not a part of a longer one; ½ is not twelve
    # Before anything else, for some of these count as symbols.
    char = CIRCLED_NUMBERS.get(char) or CIRCLED_LETTERS.get(char) or LOOKALIKES.get(char) or char
    pieces = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    return "".join(_one(piece) for piece in pieces if _counts(piece))


def _counts(char: str) -> bool:
    category = unicodedata.category(char)
    if category == "Lm" and 0x02B9 <= ord(char) <= 0x02FF:
        return False  # tone marks and strokes written between characters
    return (category[0] in "LN" or category == "Mc") and not _is_hidden(char)


def _one(char: str) -> str:
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if 0x3400 <= ord(char) <= 0x3FFFF:
        return _simplify(char)
    return LOOKALIKES.get(char, char)


@cache
def _bulk() -> BulkFold:
    return BulkFold(lambda text: text.translate(_PLAIN))


def _simplify(char: str) -> str:
    return _converter()(char)


@cache
def _converter() -> Callable[[str], str]:
    # Opened on first use: it reads a dictionary from disk, and importing must cost nothing.
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert


class SignTable(dict[str, Sign]):
    """Character → sign, worked out once each.

    Code points that mean nothing (unassigned, private, surrogates) are not remembered, so
    that no text can make the table larger than Unicode's real characters.
    """

    def __init__(self, find: Callable[[str], Sign]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, char: str) -> Sign:
        sign = self._find(char)
        if unicodedata.category(char) not in ("Cn", "Co", "Cs"):
            self[char] = sign
        return sign


class _Translation(dict[int, str]):
    """The same in the shape that `str.translate` wants."""

    def __init__(self, signs: SignTable) -> None:
        super().__init__()
        self._signs = signs

    def __missing__(self, code_point: int) -> str:
        char = chr(code_point)
        folded = "".join(chr(code) for code, *_ in self._signs[char] or ())
        if char in self._signs:
            self[code_point] = folded
        return folded


PLAIN_SIGNS: Final = SignTable(sign_of)
LITERAL_SIGNS: Final = SignTable(literal_sign_of)
_PLAIN: Final = _Translation(PLAIN_SIGNS)
_KEPT: Final = _Translation(LITERAL_SIGNS)
