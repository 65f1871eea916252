"""Reads `A & B` and `A ! B` in the text of a word.

There is nothing more to say in a word's text; in particular no regular expressions. It does not
know how the sides are looked for.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from filters.fold import fold

_SIGNS: Final = frozenset("&!＆！")


class Expression(NamedTuple):
    """`left` alone is a plain word."""

    left: str
    operator: Literal["", "&", "!"] = ""
    right: str = ""


def parse_expression(text: str) -> Expression:
    """What a word's text asks for.

    `&` or `!` is an operator where it stands once, with something to look for on both sides, and not
    between two ASCII characters without a space (AT&T, Q&A). Full-width signs count as well.
    """
    if _SIGNS.isdisjoint(text):
        return Expression(text)
    for sign in _SIGNS & set(text):
        left, found, right = text.partition(sign)
        if not found or sign in right or not fold(left) or not fold(right):
            continue
        if left[-1:].isascii() and right[:1].isascii() and not (left[-1:] == right[:1] == " "):
            continue
        return Expression(left.strip(), "&" if sign in "&＆" else "!", right.strip())
    return Expression(text)
