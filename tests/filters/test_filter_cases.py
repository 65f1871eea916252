"""Cases from the test suites of other filters, kept beside the project: which are right, why others are not.

Each row says which switch of its own filter it was written for; the same switch is set here.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from filters import Action, Direction, Pipeline
from tests.filters.lists import pipeline, word

CASES = Path(__file__).parents[3] / "shared" / "cases" / "filter_cases.tsv"

# Not built yet: the lane or detector that would find it.
NOT_YET = {
    "digit_style": {"零一二三四五六七八九"},
    "number_word": ...,
    "combined": ...,
    "repeat": ...,
    "leet": {"5h1t", "G@*k do dolore", "fu(k", "i like a$$es", "4s$", "4r5e"},
    "leet+space": ...,
    "homoglyph": {"ʃ𝐟ʃὗƈｋ ỹоứ"},  # needs the repeat lane, too
    "pinyin_initials": ...,
    "pinyin_mixed": ...,
    "pinyin_full": ...,
    "pinyin_reading": ...,
    "homophone": ...,
    "chaizi": ...,
    "bidi": ...,
    "html_entity": ...,
    "wildcard": ...,
    "invisible": ...,  # text written in tag characters: dropped here, not read
}
# The row's own reading is not wanted: ignored characters are a property of characters here, not a
# list; ASCII words have boundaries for accented letters, too; the longest match is told, not the first.
OTHERWISE = {
    "ignored_chars": {"就是大喊“我[爱中]国”么", "这篇文章真的好垃x圾"},
    "word_boundary_unicode": {"vehículo"},
    "shortest": ...,
    "false_positive+hit": ...,
}
SUBSTRING = {"overlap_all", "overlap_fail_link", "dynamic", "replace_overlap"}  # written without boundaries


def unescape(text: str) -> str:
    """What the columns mean by their escapes."""
    text = text.replace("\\n", "\n").replace("¦", "")
    return re.sub(r"\\U([0-9a-fA-F]{8})|\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1] or m[2], 16)), text)


def rows() -> list[list[str]]:
    """The rows, or a skip where the folder is absent."""
    if not CASES.exists():
        pytest.skip(f"{CASES} is not there: the cases are kept beside the project, not in it")
    lines = CASES.read_text(encoding="utf-8").splitlines()[1:]
    return [(line.split("\t") + [""] * 6)[:6] for line in lines]


def filter_for(category: str, lexicon: str, note: str) -> Pipeline:
    """A filter with the words and switches of the row."""
    allow = re.search(r"allow=(\S+(?: is)?)", note)
    phrases = allow[1].rstrip(";").split("|") if allow else []
    off = any(switch in note for switch in ("ignore off", "sanitizeSpaces off"))
    words = []
    for text in map(unescape, lexicon.split("|")):
        loose = category in SUBSTRING or ("digits not bounded" in note and text.isdigit())
        words.append(word(text, Action.MASK, match="substring" if loose else "auto"))
    return pipeline(
        *words,
        allow=tuple(phrases),
        max_gap=0 if off else 3,
        report="all" if category in SUBSTRING else "longest",
    )


def listed(table: dict, category: str, text: str) -> bool:
    """Whether a row stands in one of the tables above."""
    entry = table.get(category, ())
    return entry is ... or text in entry


def test_cases_of_other_filters_are_right():
    """Every row that is not listed above is right, and no listed one is."""
    counts, wrong = {"right": 0, "detector": 0, "not yet": 0, "otherwise": 0}, []
    for _, category, lexicon, raw, expect, note in rows():
        if lexicon.startswith("@"):
            counts["detector"] += 1
            continue
        text = unescape(raw)
        verdict = filter_for(category, lexicon, note).check(text, Direction.QUESTION)
        found = {text[m.start : m.end] for m in verdict.matches}
        right = found == ({*map(unescape, expect.split("|"))} - {"NONE"})
        later, otherwise = listed(NOT_YET, category, raw), listed(OTHERWISE, category, raw)
        counts["right" if right else "not yet" if later else "otherwise"] += 1
        # The same input stands there twice where two switches are shown; one of them is right.
        if right == (later or otherwise) and raw not in {"这篇文章真的好垃x圾", "fu(k"}:
            wrong.append((category, lexicon, raw, expect, sorted(found)))
    assert wrong == []
    assert counts == {"right": 102, "detector": 12, "not yet": 27, "otherwise": 5}
