"""All overlapping matches are those of ahocorasick_rs, a filter by other people in another language."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filters import Direction
from tests.filters.lists import pipeline, word

ahocorasick_rs = pytest.importorskip("ahocorasick_rs")


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.text("国人民币𠮷", min_size=1, max_size=4), min_size=1, max_size=8, unique=True),
    st.text("国人民币𠮷", max_size=30),
)
def test_all_matches_are_those_of_ahocorasick_rs(words, text):
    """Every word at every place."""
    theirs = ahocorasick_rs.AhoCorasick(words, matchkind=ahocorasick_rs.MatchKind.Standard)
    expected = {(s, e, words[n]) for n, s, e in theirs.find_matches_as_indexes(text, overlapping=True)}
    filter_ = pipeline(*map(word, words), report="all")
    ours = {(m.start, m.end, m.word) for m in filter_.check(text, Direction.ANSWER).matches}
    assert ours == expected
