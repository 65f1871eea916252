"""Numbers as they are written: 1,200, １２００, 一千二百, 1.2万, 百分之二十. Pure."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Final

_DIGITS: Final = {char: value for value, chars in enumerate(
    ("零〇○", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
) for char in chars}  # fmt: skip
_TENS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_GROUPS: Final = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}

CHINESE: Final = f"[{''.join(_DIGITS)}{''.join(_TENS)}{''.join(_GROUPS)}]"
DIGITS: Final = r"\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_MOST_CHARS: Final = 24


def form_of(value: Decimal) -> str:
    """A value as it is compared: 1.50 is 1.5, and no number has an exponent."""
    return f"{value.normalize():f}"


def value_of(text: str) -> Decimal | None:
    """The value of a number, written in digits (of plain width) or in Chinese; None where it is none."""
    text = text.strip()[:_MOST_CHARS]
    factor = Decimal(1)
    while text[-1:] in _GROUPS and text[0].isdecimal():
        factor *= _GROUPS[text[-1]]
        text = text[:-1]
    if re.fullmatch(DIGITS, text):
        try:
            return Decimal(re.sub("[,，]", "", text)) * factor
        except InvalidOperation:
            return None
    return _chinese(text)


def _chinese(text: str) -> Decimal | None:
    whole, point, part = text.partition("点")
    if not whole or any(char not in _DIGITS and char not in _TENS and char not in _GROUPS for char in whole):
        return None
    if not any(char in _TENS or char in _GROUPS for char in whole):
        value = Decimal("".join(str(_DIGITS[char]) for char in whole))  # 二〇二五: digit by digit
    else:
        value = Decimal(_grouped(whole))
    if point:
        if not part or any(char not in _DIGITS for char in part):
            return None
        value += Decimal("0." + "".join(str(_DIGITS[char]) for char in part))
    return value


def _grouped(text: str) -> int:
    total = group = digit = 0
    last_unit = 0  # before the digit under way, with no zero between
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
            last_unit = last_unit if digit else 0
        elif char in _TENS:
            group += (digit or 1) * _TENS[char]
            last_unit = _TENS[char]
            digit = 0
        else:
            size = _GROUPS[char]
            # 一亿零一万: what stands before 亿 counts for all of it, before 万 for its own group only.
            total = (total + group + digit) * size if size > 10_000 else total + (group + digit) * size
            last_unit = _GROUPS[char]
            group = digit = 0
    if last_unit > 10:  # 一百二 is 120, but 一百零二 is 102
        digit *= last_unit // 10
    return total + group + digit
