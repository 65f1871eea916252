"""Headings where nothing but their form tells: 第一章, 一、, （一）. Pure."""

from __future__ import annotations

import re
from typing import Final

_LONGEST_CHARS: Final = 40
_NUMERAL: Final = r"[一二三四五六七八九十百零〇\d]{1,4}"
_FORMS: Final = (
    (1, re.compile(rf"^第{_NUMERAL}[编章篇部](?:分)?(?:\s|$|[^，。；])")),
    (2, re.compile(rf"^第{_NUMERAL}节(?:\s|$|[^，。；])")),
    (2, re.compile(r"^[一二三四五六七八九十]{1,3}、\S")),
    (3, re.compile(r"^[（(][一二三四五六七八九十]{1,3}[）)]\S")),
)
_ENDS_A_SENTENCE: Final = re.compile(r"[。；！？，、,.;!?：:]$")


def level_of(line: str) -> int:
    """The level of a line that looks like a heading; 0 for every other."""
    line = line.strip()
    if len(line) > _LONGEST_CHARS or _ENDS_A_SENTENCE.search(line):
        return 0
    return next((level for level, form in _FORMS if form.match(line)), 0)
