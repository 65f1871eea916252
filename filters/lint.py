"""Says which entries of a word list will probably hurt: hit harmless text, or do nothing.

Nothing here is forbidden; people decide. It does not know files, lists' names or actions.
Messages are English; pages translate by code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import ahocorasick

from filters.common_words import COMMON_WORDS
from filters.files import ParsedWord
from filters.fold import OTHER, kind_of
from filters.lanes import LITERAL
from filters.placing import bound_of, place_word
from filters.types import MatchMode
from filters.walk import WHOLE

MESSAGES: Final = {
    "one_character": "A single character hits almost any text.",
    "short_ascii": "One or two letters without whole-word matching hit inside many words.",
    "common_word": "This is one of the commonest words.",
    "duplicate": "After folding it is the same as {other}.",
    "swallowed": "It contains {other}, which hits wherever this does.",
    "mojibake": "It looks like text read in the wrong encoding.",
    "empty_fold": "Nothing of it can be looked for.",
    "hits_harmless": "It is hit in {other} texts that are known to be harmless.",
}

_GARBLED: Final = ("\ufffd", "锟斤拷", "烫烫烫", "屯屯屯", "â€", "ï»¿", "锘", "鈥")


class Finding(NamedTuple):
    """What is doubtful about one entry; `line` is its line in the file, or its place counted from 1."""

    line: int
    text: str
    code: str
    message: str


class _Entry(NamedTuple):
    line: int
    text: str
    lane: str
    folded: str
    whole: bool
    match: MatchMode


def lint(words: Iterable[str | ParsedWord], *, known: Iterable[str | ParsedWord] = ()) -> list[Finding]:
    """Findings in the order of the words, at most a few for each.

    Args:
        words: the entries to look at. Plain strings are matched `auto` and counted from 1.
        known: entries that are there already; they are compared with, not looked at.
    """
    there = [_entry(0, word) for word in known]
    entries = [_entry(place, word) for place, word in enumerate(words, 1)]
    first_of: dict[tuple[str, str], _Entry] = {}
    for entry in there:
        first_of.setdefault((entry.lane, entry.folded), entry)
    inner = _Inner([entry for entry in there + entries if entry.lane != LITERAL and entry.folded])
    findings = []
    for entry in entries:
        codes = list(_alone(entry))
        findings += [_finding(entry, code) for code in codes]
        if "empty_fold" in codes:
            continue
        twin = first_of.setdefault((entry.lane, entry.folded), entry)
        if twin is not entry:
            findings.append(_finding(entry, "duplicate", twin.text))
        elif other := inner.swallower(entry):
            findings.append(_finding(entry, "swallowed", other.text))
    return findings


def _entry(place: int, word: str | ParsedWord) -> _Entry:
    parsed = ParsedWord(place, word, None, None, "auto", "") if isinstance(word, str) else word
    lane, folded = place_word(parsed.text)
    return _Entry(
        parsed.line, parsed.text, lane, folded, bound_of(parsed.match, folded) == WHOLE, parsed.match
    )


def _finding(entry: _Entry, code: str, other: str = "") -> Finding:
    return Finding(entry.line, entry.text, code, MESSAGES[code].replace("{other}", f"“{other}”"))


def _alone(entry: _Entry) -> Iterator[str]:
    """The codes that need no look at other entries."""
    if looks_garbled(entry.text):
        yield "mojibake"
    if not entry.folded:
        yield "empty_fold"
    elif entry.lane != LITERAL:
        if len(entry.folded) == 1:
            yield "one_character"
        elif len(entry.folded) < 3 and entry.folded.isascii() and not entry.whole:
            yield "short_ascii"
        if entry.folded in COMMON_WORDS:
            yield "common_word"


def looks_garbled(text: str) -> bool:
    """Whether a text was probably read in the wrong encoding."""
    if any(piece in text for piece in _GARBLED) or any("\x80" <= char <= "\x9f" for char in text):
        return True
    if any("\ud800" <= char <= "\uf8ff" for char in text):  # half characters and private use
        return True
    # UTF-8 read as Latin-1, or as GB 18030: read back, it makes Chinese.
    return any(_is_chinese_read_back(text, encoding) for encoding in ("latin-1", "cp1252", "gb18030"))


def _is_chinese_read_back(text: str, encoding: str) -> bool:
    if text.isascii():
        return False
    try:
        read_back = text.encode(encoding).decode()
    except UnicodeError:
        return False
    return len(read_back) > 1 and all("\u4e00" <= char <= "\u9fff" for char in read_back)


class _Inner:
    """Finds entries that stand inside others, in folded form."""

    def __init__(self, entries: list[_Entry]) -> None:
        self._automaton = ahocorasick.Automaton(ahocorasick.STORE_ANY)
        for entry in entries:
            key = entry.folded.encode().decode("latin-1")
            # Of twins, the one without boundaries hits more.
            if key not in self._automaton or (not entry.whole and self._automaton.get(key)[0].whole):
                self._automaton.add_word(key, (entry, len(key)))
        if entries:
            self._automaton.make_automaton()

    def swallower(self, entry: _Entry) -> _Entry | None:
        """An entry that hits wherever this one does."""
        if entry.lane == LITERAL:
            return None
        key = entry.folded.encode().decode("latin-1")
        for last, (other, length) in self._automaton.iter(key):
            if length < len(key) and (not other.whole or _stands_alone(key, last + 1 - length, last + 1)):
                found: _Entry = other
                return found
        return None


def _stands_alone(key: str, start: int, end: int) -> bool:
    """Whether a whole word at this place of the UTF-8 key has boundaries on both sides, for certain."""
    text, before = key.encode("latin-1"), key[:start].encode("latin-1").decode()
    inside, after = text[start:end].decode(), text[end:].decode()
    return not _joined(before[-1:], inside[:1]) and not _joined(inside[-1:], after[:1])


def _joined(left: str, right: str) -> bool:
    if not left or not right:
        return True  # the word's own edge: what stands beside it in a text is unknown
    kind = kind_of(left)
    return kind != OTHER and kind == kind_of(right)
