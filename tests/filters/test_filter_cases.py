"""Cases from the test suites of other filters, kept beside the project: which are right, why others are not.

Each row says which switch of its own filter it was written for; the same switch is set here.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from filters import (
    Action,
    AllowPhrase,
    Detector,
    DetectorKind,
    Direction,
    Lane,
    LaneUse,
    Options,
    Pipeline,
    WordList,
    compile_pipeline,
)
from tests.filters.lists import word

CASES = Path(__file__).parents[3] / "shared" / "cases" / "filter_cases.tsv"

# The row's own reading is not wanted, each for its reason.
OTHERWISE = {
    # What may stand inside a word is a property of characters here, not a list of some.
    "ignored_chars": {"就是大喊“我[爱中]国”么", "这篇文章真的好垃x圾"},
    "word_boundary_unicode": {"vehículo"},  # boundaries hold for accented letters, too
    "shortest": ...,  # the longest match is told, not the first
    "false_positive+hit": ...,  # shitty is another word than shit, unless it is entered as a prefix
    "wildcard": ...,  # an editor writes words, not expressions
    "pinyin_mixed": ...,  # half a syllable helps who searches; a filter would hit 北 before any word in j
    "pinyin_full": ...,  # the same: one letter, then a syllable
    "repeat": {"baaaad", "ffuk"},  # an expression, and a letter left out: bad and fuk are words of their own
    "url_noprefix": ...,  # an address with its scheme is told with it
    "html_entity": ...,  # pages here show text, never HTML, so nobody sees the character
    "invisible": ...,  # the tag characters are told as such by their detector, whatever they spell
    "bidi": ...,  # the match is the word; the marks around it are for the detector of invisible characters
}
MASKED = dict.fromkeys(Direction, Action.MASK)
# Rows that show what happens without a lane; else every row has the lanes that it speaks of.
WITHOUT = ("leet off", "sanitizeSpaces off")
LANES = {
    "digit_style": Lane.NUMBER,
    "number_word": Lane.NUMBER,
    "combined": Lane.NUMBER,
    "repeat": Lane.REPEAT,
    "repeat_lexicon": Lane.REPEAT,
    "homoglyph": Lane.REPEAT,
    "leet": Lane.LEET,
    "leet+space": Lane.LEET,
    "pinyin_initials": Lane.INITIALS,
    "pinyin_order": Lane.PINYIN,
    "pinyin_reading": Lane.PINYIN,
    "pinyin_mixed": Lane.PINYIN,
    "pinyin_full": Lane.PINYIN,
    "homophone": Lane.HOMOPHONE,
    "chaizi": Lane.SPLIT,
    "bidi": Lane.REVERSED,
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
    lane = None if any(switch in note for switch in WITHOUT) else LANES.get(category)
    words, detectors = [], []
    for text in map(unescape, lexicon.split("|")):
        loose = category in SUBSTRING or ("digits not bounded" in note and text.isdigit())
        if text.startswith("@"):
            kind, _, least = text[1:].partition(">=")
            named = DetectorKind.DIGITS if kind == "num" else DetectorKind(kind)
            detectors.append(Detector(text, named, "c", MASKED, int(least or 8)))
        else:
            words.append(word(text, Action.MASK, match="substring" if loose else "auto"))
    options = Options(
        max_gap=0 if off else 3,
        report="all" if category in SUBSTRING else "longest",
        lanes={lane: LaneUse.SAME} if lane else {},
    )
    spared = tuple(AllowPhrase(text, text) for text in phrases)
    return compile_pipeline(WordList(1, tuple(words), spared, options, detectors=tuple(detectors)))


def listed(table: dict, category: str, text: str) -> bool:
    """Whether a row stands in one of the tables above."""
    entry = table.get(category, ())
    return entry is ... or text in entry


def test_cases_of_other_filters_are_right():
    """Every row that is not listed above is right, and no listed one is."""
    counts, wrong = {"right": 0, "otherwise": 0, "demonstration": 0}, []
    for _, category, lexicon, raw, expect, note in rows():
        if lexicon == "@system":
            counts["demonstration"] += 1  # harmless texts against a list of one's own: see the demonstration
            continue
        text = unescape(raw)
        verdict = filter_for(category, lexicon, note).check(text, Direction.QUESTION)
        # The rows about sounds name the word that is found, the others the slice of the text.
        found = {m.word if "pinyin" in category else text[m.start : m.end] for m in verdict.matches}
        right = found == ({*map(unescape, expect.split("|"))} - {"NONE"})
        otherwise = listed(OTHERWISE, category, raw)
        counts["right" if right else "otherwise"] += 1
        # The same input stands there twice where two switches are shown; one of them is right.
        if right == otherwise and raw != "这篇文章真的好垃x圾":
            wrong.append((category, lexicon, raw, expect, sorted(found)))
    assert wrong == [], "\n".join(map(str, wrong))
    assert counts == {"right": 130, "otherwise": 14, "demonstration": 2}
