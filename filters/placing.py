"""Where a plain word, or an allow phrase, stands: its table, its folded form, its boundaries.

It does not know lanes, actions or texts.
"""

from __future__ import annotations

import unicodedata

from filters.fold import IGNORED, PLAIN_SIGNS, fold
from filters.lanes import LITERAL, PLAIN
from filters.types import MatchMode
from filters.walk import ANYWHERE, PREFIX, WHOLE


def place_word(text: str) -> tuple[str, str]:
    """(table, folded) of a plain word; folded is empty if nothing of it can be looked for.

    Symbols (C++, emoji) belong to a word that has them; white space and punctuation do not.
    """
    plain = fold(text)
    # Most words are one or the other kind entirely, and need no second look.
    if len(plain) == len(text) and plain:
        return PLAIN, plain
    kept = fold(text.strip(), keep_ignored=True)
    if plain and (plain == kept or not _has_symbols(text)):
        return PLAIN, plain
    return LITERAL, kept


def place_allow(text: str) -> tuple[str, str]:
    """(table, folded) of an allow phrase: what stands inside it counts ("pen is" spares no "penis")."""
    if not _has_symbols(text):
        first, last = 0, len(text)
        while first < last and not PLAIN_SIGNS[text[first]]:
            first += 1
        while first < last and not PLAIN_SIGNS[text[last - 1]]:
            last -= 1
        core = text[first:last]
        if core and not any(PLAIN_SIGNS[char] is IGNORED for char in core):
            return PLAIN, fold(core)
        text = core or text
    return LITERAL, fold(text.strip(), keep_ignored=True)


def bound_of(match: MatchMode, folded: str) -> int:
    """How a word of this mode is bounded: ANYWHERE, WHOLE or PREFIX."""
    if match == "prefix":
        return PREFIX
    return WHOLE if match == "whole" or (match == "auto" and folded.isascii()) else ANYWHERE


def _has_symbols(text: str) -> bool:
    for char in text:
        if PLAIN_SIGNS[char] is IGNORED and not char.isspace() and unicodedata.category(char)[0] in "SC":
            return True
    return False
