"""Reads word files: text, CSV and JSON, in the encodings people have.

Every bad line is named and nothing is half read. It does not know databases, lists or whether
a word is wise (`lint`).
"""

from __future__ import annotations

import csv
import json
import unicodedata
from collections.abc import Iterator
from pathlib import PurePath
from typing import Final, NamedTuple

from filters.encodings import Line, decode_lines
from filters.placing import place_word
from filters.types import Action, BadLine, MatchMode, WordListProblem

MAX_FILE_BYTES: Final = 8 * 1024 * 1024
MAX_LINES: Final = 200_000
MAX_WORD_CHARS: Final = 100
MAX_NOTE_CHARS: Final = 500

# Reasons a line can be bad, with a sentence for people who read English.
REASONS: Final = {
    "too_large": f"The file is larger than {MAX_FILE_BYTES // 1024 // 1024} MiB.",
    "too_many_lines": f"The file has more than {MAX_LINES} lines.",
    "binary": "The file is not a text.",
    "bad_encoding": "The line cannot be read in the file's encoding.",
    "bad_json": "The file is not JSON, or not a list of words.",
    "no_header": "The first line names no column for the word, such as text or 词语.",
    "bad_quotes": "The quotation marks do not fit.",
    "too_many_columns": "The line has more columns than the first one.",
    "no_word": "The line has no word.",
    "too_long": f"The word is longer than {MAX_WORD_CHARS} characters, or the note than {MAX_NOTE_CHARS}.",
    "control_character": "The word contains a control character, such as a tab.",
    "empty_fold": "Nothing of the word can be looked for.",
    "unknown_action": "The action is none of block, mask, replace, review, warn, log, pass.",
    "unknown_match": "The matching is none of auto, whole, prefix, substring.",
}

_COLUMNS: Final = {
    "text": "text word 词 词语 词条 敏感词 关键词 文本",
    "question_action": "question_action question 提问 问题 提问动作 问题动作 提问处置 问题处置",
    "answer_action": "answer_action answer 回答 答案 回答动作 答案动作 回答处置 答案处置",
    "match": "match 匹配 匹配方式",
    "note": "note 备注 说明 注释",
}
_FIELD_OF: Final = {name: field for field, names in _COLUMNS.items() for name in names.split()}
_ACTIONS: Final[dict[str, Action | None]] = {
    **{action.value: action for action in Action},
    **dict.fromkeys(("", "-", "none", "null", "无", "不适用"), None),
    **dict.fromkeys(("拦截", "阻断", "屏蔽"), Action.BLOCK),
    **dict.fromkeys(("打码", "遮盖", "掩码", "遮蔽"), Action.MASK),
    "替换": Action.REPLACE,
    **dict.fromkeys(("复核", "审核", "人工复核"), Action.REVIEW),
    **dict.fromkeys(("提醒", "警告", "提示"), Action.WARN),
    "记录": Action.LOG,
    "放行": Action.PASS,
}
_MATCHES: Final[dict[str, MatchMode]] = {
    **dict.fromkeys(("", "auto", "自动"), "auto"),
    **dict.fromkeys(("whole", "whole word", "整词", "全词"), "whole"),
    **dict.fromkeys(("prefix", "前缀", "词头"), "prefix"),
    **dict.fromkeys(("substring", "anywhere", "片段", "子串", "包含"), "substring"),
}


class ParsedWord(NamedTuple):
    """A word as a file gives it; None actions leave the choice to the list."""

    line: int
    text: str
    question_action: Action | None
    answer_action: Action | None
    match: MatchMode
    note: str


class _Row(NamedTuple):
    line: int
    raw: str
    fields: dict[str, str]
    problem: str = ""


def parse_word_file(data: bytes, filename: str) -> list[ParsedWord]:
    """All words of a file, in order.

    Args:
        data: what the file contains: UTF-8 with or without BOM, UTF-16 with BOM, or GB 18030.
        filename: its ending decides: `.csv` and `.tsv` have a header line with English or Chinese
            column names in any order (others are passed over); `.json` is a list of words or of
            objects with the English names; anything else has one word a line, `#` begins a
            comment line.

    Raises:
        WordListProblem: names every bad line; no word is returned then. In JSON the place of
            an entry stands for its line.
    """
    if len(data) > MAX_FILE_BYTES:
        raise WordListProblem([(0, "too_large", filename)])
    lines = decode_lines(data)
    if lines is None:
        raise WordListProblem([(0, "binary", filename)])
    if len(lines) > MAX_LINES:
        raise WordListProblem([(0, "too_many_lines", filename)])
    suffix = PurePath(filename).suffix.lower()
    if suffix == ".json":
        rows = _json_rows(lines)
    elif suffix in (".csv", ".tsv"):
        rows = _csv_rows(lines)
    else:
        rows = _text_rows(lines)
    words: list[ParsedWord] = []
    problems: list[BadLine] = []
    for row in rows:
        word = row.problem or _word(row)
        if isinstance(word, str):
            problems.append(BadLine(row.line, word, row.raw[:MAX_WORD_CHARS]))
        else:
            words.append(word)
    if problems:
        raise WordListProblem(problems)
    return words


def _text_rows(lines: list[Line]) -> Iterator[_Row]:
    for number, text, readable in lines:
        word = text.strip()
        if not readable:
            yield _Row(number, text, {}, "bad_encoding")
        elif word and not word.startswith("#"):
            yield _Row(number, text, {"text": word})


def _csv_rows(lines: list[Line]) -> Iterator[_Row]:
    lines = [line for line in lines if line.text.strip() or not line.readable]
    if not lines:
        return
    number, header, readable = lines[0]
    if not readable:
        yield _Row(number, header, {}, "bad_encoding")
        return
    delimiter = max(",\t;，", key=lambda mark: sum(map(bool, _fields(header, mark) or ())))
    columns = _fields(header, delimiter) or []
    if "text" not in columns:
        yield _Row(number, header, {}, "no_header")
        return
    for number, text, readable in lines[1:]:
        cells = _cells(text, delimiter)
        if not readable:
            yield _Row(number, text, {}, "bad_encoding")
        elif cells is None:
            yield _Row(number, text, {}, "bad_quotes")
        elif any(cell.strip() for cell in cells[len(columns) :]):
            yield _Row(number, text, {}, "too_many_columns")
        elif any(cell.strip() for cell in cells):
            named = zip(columns, cells, strict=False)
            yield _Row(number, text, {field: cell.strip() for field, cell in named if field})


def _fields(header: str, delimiter: str) -> list[str] | None:
    """The field of each column, '' for a column that is none of ours; a name counts once."""
    cells = _cells(header, delimiter)
    if cells is None:
        return None
    fields: list[str] = []
    for cell in cells:
        field = _FIELD_OF.get(cell.strip().lower(), "")
        fields.append("" if field in fields else field)
    return fields


def _cells(line: str, delimiter: str) -> list[str] | None:
    # Line by line, for a word has no line breaks, and a stray quotation mark must not swallow the rest.
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None


def _json_rows(lines: list[Line]) -> Iterator[_Row]:
    unreadable = [line for line in lines if not line.readable]
    for number, text, _ in unreadable:
        yield _Row(number, text, {}, "bad_encoding")
    if unreadable:
        return
    try:
        entries = json.loads("\n".join(line.text for line in lines))
    except (ValueError, RecursionError) as problem:
        yield _Row(getattr(problem, "lineno", 0), "", {}, "bad_json")
        return
    if not isinstance(entries, list):
        yield _Row(1, "", {}, "bad_json")
        return
    for place, entry in enumerate(entries, 1):
        fields = {"text": entry} if isinstance(entry, str) else entry
        if not isinstance(fields, dict) or not all(isinstance(v, str | None) for v in fields.values()):
            yield _Row(place, str(entry), {}, "bad_json")
        else:
            known = {name: (fields.get(name) or "").strip() for name in _COLUMNS}
            yield _Row(place, known["text"], known)


def _word(row: _Row) -> ParsedWord | str:
    """The word of a row, or the reason why it is bad."""
    fields = row.fields
    text, note = fields.get("text", ""), fields.get("note", "")
    question = fields.get("question_action", "").lower()
    answer = fields.get("answer_action", "").lower()
    match = fields.get("match", "").lower()
    if not text:
        return "no_word"
    if len(text) > MAX_WORD_CHARS or len(note) > MAX_NOTE_CHARS:
        return "too_long"
    if any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text):
        return "control_character"
    if not place_word(text)[1]:
        return "empty_fold"
    if question not in _ACTIONS or answer not in _ACTIONS:
        return "unknown_action"
    if match not in _MATCHES:
        return "unknown_match"
    return ParsedWord(row.line, text, _ACTIONS[question], _ACTIONS[answer], _MATCHES[match], note)
