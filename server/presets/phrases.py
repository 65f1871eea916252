"""Words and simple patterns as a preset lists them, and whether one of them is in a text.

In a pattern `*` stands for up to thirty characters of one clause, and `#` for a number that counts something
(not a class, a day or an hour). Texts and patterns are folded as the filter folds them, and quotations are
not looked at. Pure; it does not know what the lists mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from filters import fold

MOST_STARS: Final = 2  # in a pattern: with each one more a search may take thirty times as long
_STAR: Final = r"[^。！？!?;；,，\n]{0,30}?"
# 初三2班, 8点 and 3月 number something; 40分 may be a duration or an hour, so it counts.
_NUMBER: Final = r"(?<![\d.])\d+(?:\.\d+)?%?(?!\d)(?!\.\d)(?![)）]? ?(?:班|年级|点|月|日|号|楼|层|:|：))"
_QUOTED: Final = re.compile('“[^”]*”|‘[^’]*’|「[^」]*」|『[^』]*』|"[^"]*"')
_CLAUSE: Final = re.compile(r"[。！？!?;；,，\n]+")
_TOPIC_CHARS: Final = 6  # before a comma: what the next clause is about (关于校服，…)
_BLANKS: Final = re.compile(r"\s+")
_LOOSE_BLANKS: Final = re.compile(r" (?=[^ -~])|(?<=[^ -~]) ")  # beside what is written without blanks


def mistake_in(phrase: str) -> str | None:
    """What is wrong with an entry; None if nothing is."""
    if not plain(phrase.replace("*", ""), keep_quoted=True).strip(" .?!,;:。、"):
        return f"{phrase!r} has no character to look for"
    if phrase.startswith("*") or phrase.endswith("*"):
        return "begins or ends with *, which changes nothing: leave it out"
    if phrase.count("*") > MOST_STARS:
        return f"has {phrase.count('*')} *, and may have {MOST_STARS}"
    return None


def any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """What finds any of these in a plain text; of no phrase what finds nothing."""
    ways = [_way(plain(phrase, keep_quoted=True)) for phrase in phrases]
    return re.compile("|".join(ways) if ways else r"(?!)")


def plain(text: str, *, keep_quoted: bool = False) -> str:
    """A text as phrases are looked for in it."""
    if not keep_quoted:
        text = _QUOTED.sub(" ", text)
    return _LOOSE_BLANKS.sub("", _BLANKS.sub(" ", fold(text, keep_ignored=True))).strip()


def clauses(text: str) -> list[str]:
    """The clauses of a plain text; a few characters before a comma belong to the one that follows."""
    found, topic = [], ""
    for clause in _CLAUSE.split(text):
        if topic or len(clause.strip()) > _TOPIC_CHARS:
            found.append(f"{topic} {clause}")
            topic = ""
        else:
            topic = clause
    return [*found, topic]


def _way(phrase: str) -> str:
    begins = r"(?<![a-z0-9])" if _is_latin(phrase[0]) else ""
    ends = r"(?![a-z0-9])" if _is_latin(phrase[-1]) else ""
    body = "".join(_STAR if char == "*" else _NUMBER if char == "#" else re.escape(char) for char in phrase)
    return begins + body + ends


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()
