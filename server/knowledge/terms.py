"""What a text is found by: Chinese characters, pairs of neighbouring ones, and words of letters and digits.

Each term is one 64-bit number, so that a text becomes an array without a dictionary: a character is its code
point, a pair is two of them, a word a hash with the highest bit set. Texts are folded as the filter folds
them (full width, traditional characters, case). It does not know where texts are kept, nor how often a term
occurs.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filters import fold

Terms = NDArray[np.uint64]

WORD_BIT: Final = 1 << 63
_PAIR_SHIFT: Final = 21  # a code point has at most 21 bits
_UNKNOWN, _APART, _CHARACTER, _WORD = 255, 0, 1, 2
_QUOTES: Final = "《》〈〉「」『』“”‘’【】〔〕·•"  # whoever asks leaves them out
_WITHOUT_QUOTES: Final = dict.fromkeys(map(ord, _QUOTES))
_KINDS: Final = np.full(0x110000, _UNKNOWN, dtype=np.uint8)  # filled as characters are met
_ENDINGS: Final = ("'s", "ing", "ies", "es", "ed", "s")
_STEM_CHARS: Final = 3
_WORD_CHARS: Final = 64


def terms_of(text: str) -> Terms:
    """Every term of a text, in no particular order, as often as it occurs."""
    folded = fold(without_quotes(text), keep_ignored=True)
    codes = np.frombuffer(folded.encode("utf-32-le", "replace"), dtype=np.uint32)
    if not len(codes):
        return np.empty(0, dtype=np.uint64)
    kinds = _kinds_of(codes)
    characters = (kinds == _CHARACTER).astype(bool)
    both = characters[:-1] & characters[1:]
    wide = codes.astype(np.uint64)
    pairs = (wide[:-1][both] << np.uint64(_PAIR_SHIFT)) | wide[1:][both]
    found = [pairs, wide[characters]]
    words = [word_key(folded[start:end]) for start, end in _runs(kinds == _WORD)]
    if words:
        found.append(np.array(words, dtype=np.uint64))
    return np.concatenate(found)


def are_characters(terms: Terms) -> NDArray[np.bool_]:
    """Which of the terms are single characters."""
    single: NDArray[np.bool_] = terms < np.uint64(1 << _PAIR_SHIFT)
    return single


def without_quotes(text: str) -> str:
    """A text without the marks around names."""
    return text.translate(_WITHOUT_QUOTES)


def spans_of(folded: str) -> list[tuple[int, int, bool]]:
    """Start and end of every run of characters and of every word (then True), in their order."""
    kinds = _kinds_of(np.frombuffer(folded.encode("utf-32-le", "replace"), dtype=np.uint32))
    runs = [(start, end, False) for start, end in _runs(kinds == _CHARACTER)]
    return sorted(runs + [(start, end, True) for start, end in _runs(kinds == _WORD)])


def pair_key(one: str, other: str) -> int:
    """The term of two neighbouring characters of a folded text."""
    return ord(one) << _PAIR_SHIFT | ord(other)


@lru_cache(maxsize=65536)
def word_key(word: str) -> int:
    """The term of a folded word; an English plural or participle is the word itself."""
    stem = _stem(word[:_WORD_CHARS])
    return int.from_bytes(blake2b(stem.encode("utf-8", "replace"), digest_size=8).digest(), "big") | WORD_BIT


def _stem(word: str) -> str:
    if word.isascii() and word.isalpha():
        for ending in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= _STEM_CHARS:
                stem = word[: -len(ending)]
                return stem + "y" if ending == "ies" else stem.rstrip("e")
        return word.rstrip("e") if len(word) > _STEM_CHARS else word
    return word


def _runs(chosen: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where runs of chosen places begin and end."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], chosen.view(np.int8), [0]))))
    return [(start, end) for start, end in edges.reshape(-1, 2).tolist()]


def _kinds_of(codes: NDArray[np.uint32]) -> NDArray[np.uint8]:
    kinds = _KINDS[codes]
    if (kinds == _UNKNOWN).any():
        for code in np.unique(codes[kinds == _UNKNOWN]).tolist():
            _KINDS[code] = _kind_of(chr(code))
        kinds = _KINDS[codes]
    return kinds


def _kind_of(char: str) -> int:
    if not char.isalnum():
        return _APART
    # Written without spaces between words: Han, kana, Hangul and what lies around them.
    return _CHARACTER if 0x2E80 <= ord(char) <= 0xD7FF or ord(char) >= 0x1AFF0 else _WORD
