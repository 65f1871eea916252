"""The tables in which texts are looked at, and the keys under which a word stands in them.

Each table is one more folding, character by character. It does not know actions or matches.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import groupby
from operator import ne
from typing import Final, NamedTuple

from filters.fold import (
    DIGIT,
    IGNORED,
    INNER,
    LETTER,
    LITERAL_SIGNS,
    OTHER,
    PLAIN_SIGNS,
    Sign,
    SignTable,
    kind_of,
)
from filters.sounds import readings_of, sound_codes, split_forms, syllables
from filters.types import Lane
from filters.walk import ANYWHERE, WHOLE

PLAIN: Final = "plain"  # ignored characters may stand inside
LITERAL: Final = "literal"  # every visible character counts

# Tables by lane; split and reversed words are looked for in the plain one.
TABLE_OF: Final = {
    Lane.REPEAT: "repeat",
    Lane.NUMBER: "number",
    Lane.SPLIT: PLAIN,
    Lane.REVERSED: PLAIN,
    Lane.LEET: "leet",
    Lane.PINYIN: "pinyin",
    Lane.INITIALS: "initials",
    Lane.HOMOPHONE: "homophone",
}
NEEDS_LETTER: Final = frozenset(("leet", "pinyin", "initials"))

NUMERALS: Final = dict(
    zip("〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖弌弍弎", "00123456789123456789123", strict=True)
)
_NUMERALS: Final = str.maketrans(NUMERALS)
_NUMBERS: Final = frozenset(NUMERALS) | frozenset("0123456789十")
_TENS: Final = re.compile(r"(?<![0-9十百])([1-9]?)十([1-9]?)(?![0-9十百])")
_TWO_DIGITS: Final = re.compile(r"(?<![0-9十百])[1-9][0-9](?![0-9十百])")
# Ⅲ folds to iii; as a number it is 3.
ROMAN: Final = {chr(first + n): str(n + 1) for first in (0x2160, 0x2170) for n in range(12)}
# 🇦 to 🇿: letters in disguise, though two together are meant as a flag.
FLAG_LETTERS: Final = {chr(0x1F1E6 + n): chr(ord("a") + n) for n in range(26)}

# Digits and signs that look like letters; i and l are one, for 1 is both.
_LEET: Final = str.maketrans("l013456789", "ioieasgtbg")
_TONES: Final = frozenset("12345")
_LEET_SIGNS: Final = {
    "$": "s",
    "@": "a",
    "!": "i",
    "|": "i",
    "(": "c",
    "+": "t",
    "€": "e",
    "£": "i",
    "¥": "y",
}


class Key(NamedTuple):
    """How a word stands in a table."""

    table: str
    folded: str
    bound: int


def lane_keys(lane: Lane, folded: str, bound: int) -> list[Key]:
    """The keys of a word in a lane; none where the lane makes no sense for it.

    Args:
        folded: the word in the plain table.
        bound: how it is bounded there.
    """
    if lane is Lane.LEET and not folded.isascii():
        return []  # the rule
    table = TABLE_OF[lane]
    if lane is Lane.REPEAT:
        keys = [collapse(folded)]
    elif lane is Lane.NUMBER:
        return _number_keys(folded, bound) if len(folded) > 1 and _has_number(folded) else []
    elif lane is Lane.SPLIT:
        keys = split_forms(folded)
    elif lane is Lane.REVERSED:
        keys = [folded[::-1]] if folded != folded[::-1] else []
    elif lane is Lane.LEET:
        keys = [folded.translate(_LEET)] if folded.isascii() and folded.isalpha() and len(folded) > 2 else []
    else:
        return [Key(table, key, WHOLE if table != "homophone" else ANYWHERE) for key in _sounds(lane, folded)]
    return [Key(table, key, bound) for key in keys if len(key) > 1]


def collapse(folded: str) -> str:
    """Without repetitions."""
    if all(map(ne, folded, folded[1:])):
        return folded
    return "".join([char for char, _ in groupby(folded)])


def _has_number(folded: str) -> bool:
    return not _NUMBERS.isdisjoint(folded)


def _number_keys(folded: str, bound: int) -> list[Key]:
    """In digits; and as people say it, 十八 for 18, or the other way round."""
    digits = folded.translate(_NUMERALS)
    keys = [
        digits,
        _TENS.sub(lambda found: _in_digits(found[1], found[2]), digits),
        _TWO_DIGITS.sub(lambda found: _in_words(found[0], ""), digits),
        _TWO_DIGITS.sub(lambda found: _in_words(found[0], "1"), digits),
    ]
    return [
        Key("number", key, WHOLE if key.isascii() else bound) for key in dict.fromkeys(keys) if len(key) > 1
    ]


def _in_digits(tens: str, ones: str) -> str:
    return f"{tens or 1}{ones or 0}"


def _in_words(number: str, one: str) -> str:
    tens, ones = number[0], number[1]
    return f"{one if tens == '1' else tens}十{ones if ones != '0' else ''}"


def _sounds(lane: Lane, folded: str) -> list[str]:
    if len(folded) < 2:
        return []
    spoken = readings_of(folded)
    if lane is Lane.PINYIN:
        keys = ["".join(reading) for reading in spoken]
    elif lane is Lane.INITIALS:
        keys = ["".join(syllable[0] for syllable in reading) for reading in spoken]
    else:
        codes = sound_codes()
        keys = ["".join(chr(codes[syllable]) for syllable in reading) for reading in spoken]
    return list(dict.fromkeys(keys))


@cache
def signs_of(table: str) -> SignTable:
    """What raw characters are in a table."""
    if table == LITERAL:
        return LITERAL_SIGNS
    if table in (PLAIN, "repeat"):
        return PLAIN_SIGNS
    makers = {
        "number": _number_sign,
        "leet": _leet_sign,
        "pinyin": _pinyin_sign,
        "initials": _initials_sign,
        "homophone": _homophone_sign,
    }
    return SignTable(makers[table])


def _number_sign(char: str) -> Sign:
    if char in ROMAN:
        return tuple((ord(digit), DIGIT, DIGIT) for digit in ROMAN[char])
    sign = PLAIN_SIGNS[char]
    if sign and any(chr(code) in NUMERALS for code, *_ in sign):
        digits = [NUMERALS.get(chr(code), chr(code)) for code, *_ in sign]
        return tuple((ord(digit), kind := kind_of(digit), kind) for digit in digits)
    return sign


def _leet_sign(char: str) -> Sign:
    if char in _LEET_SIGNS:
        # No boundary depends on a sign: behind shit! a word has ended.
        return ((ord(_LEET_SIGNS[char]), OTHER, OTHER),)
    if char in FLAG_LETTERS:
        return ((ord(FLAG_LETTERS[char].translate(_LEET)), LETTER, LETTER),)
    sign = PLAIN_SIGNS[char]
    if not sign or any(kind == OTHER for _, kind, _ in sign):
        return sign
    return tuple((ord(chr(code).translate(_LEET)), LETTER, LETTER) for code, *_ in sign)


def _pinyin_sign(char: str) -> Sign:
    sign = PLAIN_SIGNS[char]
    if sign and len(sign) == 1 and chr(sign[0][0]) in _TONES:
        return IGNORED  # min3gan3: no syllable has a digit in it
    spoken = syllables().get(chr(sign[0][0])) if sign and len(sign) == 1 else None
    if not spoken:
        return sign
    kinds = [OTHER, *[INNER] * (len(spoken[0]) - 1), OTHER]
    return tuple((ord(letter), kinds[i], kinds[i + 1]) for i, letter in enumerate(spoken[0]))


def _initials_sign(char: str) -> Sign:
    sign = PLAIN_SIGNS[char]
    if sign is IGNORED or not sign or all(kind == LETTER for _, kind, _ in sign):
        return sign
    return ((0, OTHER, OTHER),)  # no key contains it, so nothing goes on over it


def _homophone_sign(char: str) -> Sign:
    sign = PLAIN_SIGNS[char]
    if not sign:
        return sign
    readings, codes = syllables(), sound_codes()
    spoken = [readings.get(chr(code)) for code, *_ in sign]
    return tuple(
        (codes[readings[0]], OTHER, OTHER) if readings else old
        for readings, old in zip(spoken, sign, strict=True)
    )
