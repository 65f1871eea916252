"""The linter names entries that will hurt."""

from __future__ import annotations

import pytest

from filters import ParsedWord, lint


def codes(*words, **known) -> list[tuple[int, str]]:
    """Line and code of each finding."""
    return [(finding.line, finding.code) for finding in lint(words, **known)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("我", "one_character"),
        ("ａ", "one_character"),
        ("我们", "common_word"),
        ("我門", None),
        ("學生", "common_word"),
        ("ä¸\xadå\x9b½", "mojibake"),
        ("锟斤拷", "mojibake"),
        ("词\ufffd", "mojibake"),
        ("涓浗浜", None),
        ("\u200b", "empty_fold"),
        ("敏感词", None),
        ("联通", None),
        ("AV", None),
        ("🌉", None),
        ("c++", None),
    ],
)
def test_lint_names_a_doubtful_entry(text, code):
    """Each by one code, and harmless ones by none."""
    assert codes(text) == ([(1, code)] if code else [])


def test_lint_reads_utf8_that_was_taken_for_gb18030():
    """The usual accident with Chinese files."""
    garbled = "敏感词汇".encode().decode("gb18030")
    assert (1, "mojibake") in codes(garbled)


def test_lint_names_short_ascii_only_without_whole_words():
    """`auto` guards ASCII words."""
    assert codes(ParsedWord(9, "av", None, None, "substring", "")) == [(9, "short_ascii")]
    assert codes(ParsedWord(9, "av", None, None, "auto", "")) == []


def test_lint_names_duplicates_after_folding():
    """In the file and against what is there; the message tells which."""
    assert codes("敏感詞", "敏 感词") == [(2, "duplicate")]
    (finding,) = lint(["ＡＶ女优"], known=["av女優"])
    assert finding.code == "duplicate"
    assert "av女優" in finding.message


def test_lint_names_entries_swallowed_by_others():
    """A substring hits wherever the longer one does; a whole word does so only between boundaries."""
    assert codes("敏感词", "很敏感词汇") == [(2, "swallowed")]
    assert codes("很敏感词汇", "敏感词") == [(1, "swallowed")]
    assert codes("shit", "shitty") == []
    assert codes("sb吗", "你sb吗") == [(2, "swallowed")]
    assert codes("shit", "吃shit吗") == [(2, "swallowed")]
    assert codes("敏感词汇", known=["敏感词"]) == [(1, "swallowed")]


def test_lint_of_nothing_finds_nothing():
    """An empty list is fine."""
    assert lint([]) == []
