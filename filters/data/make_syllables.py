"""Writes `syllables.txt` from pypinyin (MIT licence, https://github.com/mozillazg/python-pinyin).

Run it where pypinyin is installed: `python -m filters.data.make_syllables`. The product reads only the
file that it wrote. A character stands once, after folding, behind its commonest syllable, and
again behind others that its words really use.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from importlib import import_module
from pathlib import Path

from filters.fold import fold

LEAST_SHARE = 0.04  # of a character's occurrences in phrases, for a further reading to count


def syllable(marked: str) -> str:
    """Without its tone; ü is v."""
    plain = unicodedata.normalize("NFD", marked.replace("ü", "v").replace("ê", "e"))
    letters = "".join(char for char in plain if char.isascii() and char.isalpha())
    return "v".join(letters.split("v")) if "v" in letters else _umlaut(marked, letters)


def _umlaut(marked: str, letters: str) -> str:
    return letters.replace("u", "v", 1) if any(char in marked for char in "ǖǘǚǜ") else letters


def main() -> None:
    """Write the file."""
    readings: dict[int, str] = import_module("pypinyin.pinyin_dict").pinyin_dict
    phrases: dict[str, list[list[str]]] = import_module("pypinyin.phrases_dict").phrases_dict
    used: dict[str, Counter[str]] = defaultdict(Counter)
    for phrase, spoken in phrases.items():
        for char, marked in zip(phrase, spoken, strict=False):
            used[char][syllable(marked[0])] += 1
    first: dict[str, list[str]] = defaultdict(list)
    more: dict[str, list[str]] = defaultdict(list)
    for code_point, listed in sorted(readings.items()):
        char = chr(code_point)
        if code_point > 0x9FFF or fold(char) != char:
            continue
        syllables = [s for s in dict.fromkeys(map(syllable, listed.split(","))) if s]
        if not syllables:
            continue
        first[syllables[0]].append(char)
        total = used[char].total()
        for other in syllables[1:4]:
            if total and used[char][other] / total >= LEAST_SHARE:
                more[other].append(char)
    lines = [
        "# Written by make_syllables.py from pypinyin (MIT): syllable, characters, behind + rarer readings"
    ]
    lines += [f"{s} {''.join(first[s])} +{''.join(more[s])}" for s in sorted({*first, *more})]
    Path(__file__).with_name("syllables.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
