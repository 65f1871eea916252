"""Reading word files: formats, encodings, and every bad line."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filters import Action, Lane, WordListProblem, lanes_cell, parse_word_file
from filters.cells import lanes_in
from filters.files import MAX_FILE_BYTES, MAX_LINES, REASONS


def texts(data: bytes, name: str = "words.txt") -> list[str]:
    """Only the words."""
    return [word.text for word in parse_word_file(data, name)]


def problems(data: bytes, name: str = "words.txt") -> list[tuple[int, str]]:
    """Line and reason of everything wrong with a file."""
    with pytest.raises(WordListProblem) as caught:
        parse_word_file(data, name)
    return [(problem.line, problem.reason) for problem in caught.value.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_text_files_are_read_in_every_usual_encoding(encoding, newline):
    """One word a line; comments and empty lines pass; surrounding space goes."""
    lines = ["# 说明", "敏感词", "", "  another word\u3000", "C#语言"]
    data = newline.join(lines).encode(encoding)
    assert [(w.line, w.text) for w in parse_word_file(data, "w.txt")] == [
        (2, "敏感词"),
        (4, "another word"),
        (5, "C#语言"),
    ]


def test_utf16_big_endian_is_recognised_by_its_mark():
    """Old editors write it."""
    assert texts(b"\xfe\xff" + "敏感词".encode("utf-16-be")) == ["敏感词"]


@pytest.mark.parametrize(
    "file",
    [
        "text,question_action,answer_action,match,note\n坏词,block,mask,whole,某处\n",
        "备注,匹配,词语,回答处置,提问处置\n某处,整词,坏词,打码,拦截\n",
        "Note;编号;MATCH;Word;Answer;Question\n某处;7;whole;坏词;MASK;block\n",
        '词\t备注\t提问\t回答\t匹配\n"坏词"\t某处\tblock\tmask\t整词\n',
    ],
)
def test_csv_columns_are_known_by_english_and_chinese_names(file):
    """In any order, with any usual separator; unknown columns are passed over."""
    (word,) = parse_word_file(file.encode(), "w.csv")
    assert word[:6] == (2, "坏词", Action.BLOCK, Action.MASK, "whole", "某处")


def test_csv_without_actions_leaves_the_choice_to_the_list():
    """Empty cells and missing columns mean None and auto."""
    (word,) = parse_word_file("词语,提问\n坏词,\n".encode(), "w.csv")
    assert word[:6] == (2, "坏词", None, None, "auto", "")


def test_every_bad_line_of_a_csv_is_named():
    """And the quotation mark that is never closed swallows no other line."""
    file = 'text,answer_action,match\n好词,blok,\n"坏词\n,mask,\n坏词,mask,,more\n\n好词,mask,half\n好词,,\n'
    assert problems(file.encode(), "w.csv") == [
        (2, "unknown_action"),
        (3, "bad_quotes"),
        (4, "no_word"),
        (5, "too_many_columns"),
        (7, "unknown_match"),
    ]
    assert problems("名称,动作\n坏词,mask\n".encode(), "w.csv") == [(1, "no_header")]


def test_every_bad_line_of_a_text_file_is_named():
    """Too long, nothing left after folding, control characters."""
    file = "好词\n" + "长" * 101 + "\n\u200b\n坏\t词\n"
    assert problems(file.encode()) == [(2, "too_long"), (3, "empty_fold"), (4, "control_character")]


def test_utf8_with_bad_bytes_is_not_taken_for_gb18030():
    """Most lines are good UTF-8, so the others are bad lines, not Chinese in another encoding."""
    data = "第一\n第二\n".encode() + b"\xe6\x95\n" + "第四\n".encode()
    assert problems(data) == [(3, "bad_encoding")]


def test_gb18030_with_bad_bytes_names_the_lines():
    """No line is silently repaired."""
    data = "第一\n第二\n".encode("gb18030") + b"\xff\xff\n"
    assert problems(data) == [(3, "bad_encoding")]


def test_json_is_a_list_of_words_or_objects():
    """With the English names."""
    entries = ["坏词", {"text": "脏词", "answer_action": "mask", "note": None}]
    words = parse_word_file(json.dumps(entries).encode(), "w.json")
    assert [(w.line, w.text, w.answer_action) for w in words] == [(1, "坏词", None), (2, "脏词", Action.MASK)]


@pytest.mark.parametrize("data", [b"{", b'{"a": 1}', b'[1, "a", {"text": 2}]', b"[" * 100_000])
def test_bad_json_is_named(data):
    """Not JSON, not a list, not words, too deep."""
    assert {reason for _, reason in problems(data, "w.json")} == {"bad_json"}


def test_files_beyond_the_bounds_are_refused_whole():
    """Before they are read."""
    assert problems(b"a" * (MAX_FILE_BYTES + 1)) == [(0, "too_large")]
    assert problems(b"\n" * MAX_LINES) == [(0, "too_many_lines")]
    assert problems(b"PK\x03\x04\0\0") == [(0, "binary")]


@settings(max_examples=300)
@given(
    st.binary(max_size=200) | st.text(max_size=60).map(str.encode),
    st.sampled_from(["a.txt", "a.csv", "a.json", ""]),
)
def test_any_bytes_are_words_or_named_problems(data, name):
    """Nothing else ever comes out of a file."""
    try:
        words = parse_word_file(data, name)
    except WordListProblem as problem:
        assert problem.problems
        assert all(bad.reason in REASONS for bad in problem.problems)
    else:
        assert all(word.text for word in words)


def test_every_column_may_be_given():
    """In Chinese as in English, in CSV as in JSON."""
    csv = (
        "词语,类别,提问,回答,匹配,通道,样式,替换为,有效期至,适用类别,方向,理由\n"
        "坏词,甲,拦截,替换,词头,拆字 拼音=复核；谐音=关,文字,好词,2026年3月1日,甲|乙,提问,如此\n"
    )
    objects = (
        '[{"word": "坏词", "category": "甲", "question_action": "block", "answer": "replace",'
        ' "match": "prefix",'
        ' "lanes": {"split": "same", "pinyin": "review", "homophone": "off"}, "style": "text",'
        ' "replacement": "好词", "expires": "2026-03-01", "scope": ["甲", "乙"], "direction": "question",'
        ' "reason": "如此", "id": 7}]'
    )
    (one,), (other,) = parse_word_file(csv.encode(), "w.csv"), parse_word_file(objects.encode(), "w.json")
    assert one._replace(line=0) == other._replace(line=0)
    assert one.lanes == {"split": "same", "pinyin": "review", "homophone": "off"}
    assert (one.style, one.replacement, one.expires) == ("text", "好词", date(2026, 3, 1))
    assert (one.scope, one.direction, one.note) == (("甲", "乙"), "question", "如此")


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("lanes", "zzz", "unknown_lane"),
        ("lanes", "split=maybe", "unknown_lane"),
        ("style", "bold", "unknown_style"),
        ("direction", "up", "unknown_direction"),
        ("expires", "2026-02-30", "bad_date"),
        ("expires", "soon", "bad_date"),
        ("category", "长" * 65, "too_long"),
        ("replacement", "长" * 65, "too_long"),
    ],
)
def test_bad_cells_are_named_by_column(column, cell, reason):
    """Each with its own reason, for which there is a sentence."""
    with pytest.raises(WordListProblem) as refused:
        parse_word_file(f"text,{column}\n坏词,{cell}\n".encode(), "w.csv")
    assert [(bad.line, bad.reason) for bad in refused.value.problems] == [(2, reason)]
    assert reason in REASONS


def test_lanes_are_written_as_they_are_read():
    """An export can be imported again."""
    lanes = {"split": "same", "pinyin": "review", "homophone": "off"}
    assert lanes_in(lanes_cell(lanes)) == lanes
    assert set(lanes_in("全部")) == set(Lane)
