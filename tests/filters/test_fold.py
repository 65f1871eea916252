"""Folding: what becomes the same, and the laws of it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filters import fold
from filters.bulk import WORTH_IT_CHARS

any_text = st.text(
    st.characters() | st.sampled_from("國敏感词ａⒷ\u200b \ud83d\ude00\uffff\0½ﬀ😀"), max_size=80
)


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        ("ＦｕＣＫ", "fuck"),
        ("Ⓕⓤc⒦", "fuck"),
        ("𝐟𝒸🅐🅱", "fcab"),
        ("pÓöp fučk", "poopfuck"),
        ("я\u0301д", "яд"),
        ("⑨❼⓾➓⑴⒈²", "971010112"),
        ("٣৪४", "344"),
        ("五星紅旗", "五星红旗"),
        ("⼈⾞⻋", "人车车"),
        ("豈", "岂"),
        ("㈱㊙㍿", "株秘株式会社"),
        ("敏\u200b感\ufe0f词\U000e0063", "敏感词"),
        ("敏 *感，😀词…", "敏感词"),
        ("раураӏ", "paypal"),
        ("ΡΑΥ", "pay"),
        ("straße ﬁne", "strassefine"),
        ("한글", "한글"),
        ("dayi™½", "dayi½"),
        ("\ud83d", ""),
    ],
)
def test_fold_makes_variants_equal(raw, folded):
    """Width, case, style, script and noise disappear."""
    assert fold(raw) == folded


@settings(max_examples=500)
@given(any_text, any_text)
def test_fold_is_a_homomorphism(x, y):
    """A text may be folded in pieces: fold(xy) = fold(x)·fold(y)."""
    assert fold(x + y) == fold(x) + fold(y)
    assert fold(x + y, keep_ignored=True) == fold(x, keep_ignored=True) + fold(y, keep_ignored=True)


@settings(max_examples=500)
@given(any_text)
def test_fold_in_bulk_is_fold_by_character(text):
    """The short cut for long texts gives the same, surrogates and noncharacters included."""
    long = text * (WORTH_IT_CHARS // max(1, len(text)) + 1)
    assert fold(long) == "".join(map(fold, long))


def test_fold_of_a_folded_text_changes_nothing():
    """Every character of Unicode is folded to the end at once."""
    for code_point in range(0x110000):
        folded = fold(chr(code_point))
        assert fold(folded) == folded


def test_importing_filters_opens_no_dictionary():
    """OpenCC and numpy are loaded when they are first needed, not by importing."""
    code = "import filters, sys; sys.exit('opencc' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
