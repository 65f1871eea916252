"""Reads word files: text, CSV and JSON, in the encodings people have.

Every bad line is named and nothing is half read. It does not know databases, lists or whether
a word is wise (`lint`).
"""

from __future__ import annotations

import csv
import json
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import PurePath
from typing import Final, NamedTuple

from filters.cells import ACTIONS, DIRECTIONS, MATCHES, STYLES, categories_in, date_in, lanes_in
from filters.encodings import Line, decode_lines
from filters.placing import place_word
from filters.types import (
    Action,
    BadLine,
    Direction,
    Lane,
    LaneUse,
    MaskStyle,
    MatchMode,
    WordListProblem,
)

MAX_FILE_BYTES: Final = 8 * 1024 * 1024
MAX_LINES: Final = 200_000
MAX_WORD_CHARS: Final = 100
MAX_NOTE_CHARS: Final = 500
MAX_NAME_CHARS: Final = 64  # of a category, or of the text that stands in for a word

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
    "too_long": f"The word is longer than {MAX_WORD_CHARS} characters, "
    f"the note than {MAX_NOTE_CHARS}, or a category or replacement than {MAX_NAME_CHARS}.",
    "control_character": "The word contains a control character, such as a tab.",
    "empty_fold": "Nothing of the word can be looked for.",
    "unknown_action": "The action is none of block, mask, replace, review, warn, log, pass.",
    "unknown_match": "The matching is none of auto, whole, prefix, substring.",
    "unknown_lane": "A lane is none of repeat, number, split, reversed, leet, pinyin, initials, homophone, "
    "or its use none of off, review, same.",
    "unknown_style": "The style is none of characters, ends, label, text.",
    "unknown_direction": "The direction is none of both, question, answer.",
    "bad_date": "The last day is no date, such as 2026-12-31.",
}

_COLUMNS: Final = {
    "text": "text word 词 词语 词条 敏感词 关键词 文本",
    "question_action": "question_action question 提问 问题 提问动作 问题动作 提问处置 问题处置",
    "answer_action": "answer_action answer 回答 答案 回答动作 答案动作 回答处置 答案处置",
    "match": "match 匹配 匹配方式",
    "category": "category 类别 分类",
    "lanes": "lanes 通道 变体",
    "style": "style 样式 打码样式",
    "replacement": "replacement 替换 替换为 替换文字",
    "expires": "expires expiry 到期 有效期 有效期至 失效日期",
    "scope": "scope categories 范围 适用类别",
    "direction": "direction 方向 适用方向",
    "note": "note reason 备注 说明 注释 理由 原因",
}
_FIELD_OF: Final = {name: field for field, names in _COLUMNS.items() for name in names.split()}


class ParsedWord(NamedTuple):
    """A word as a file gives it; what is None or empty is left to the list.

    Of allow phrases, `scope` names the categories that are spared and `direction` where (all, if empty).
    """

    line: int
    text: str
    question_action: Action | None
    answer_action: Action | None
    match: MatchMode
    note: str
    category: str = ""
    lanes: Mapping[Lane, LaneUse] = {}
    style: MaskStyle | None = None
    replacement: str | None = None
    expires: date | None = None
    scope: tuple[str, ...] = ()
    direction: Direction | None = None


class _Row(NamedTuple):
    line: int
    raw: str
    fields: dict[str, str]
    problem: str = ""


def parse_word_file(data: bytes, filename: str) -> list[ParsedWord]:
    """All words of a file, in order.

    Args:
        data: what the file contains: UTF-8 or UTF-16, with or without BOM, or GB 18030.
        filename: its ending decides: `.csv` and `.tsv` have a header line with English or Chinese
            column names in any order (others are passed over); `.json` is a list of words or of
            objects with the same names; anything else has one word a line, `#` begins a
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
        known = _named(fields) if isinstance(fields, dict) else {}
        if None in known.values() or not isinstance(fields, dict):
            yield _Row(place, str(entry), {}, "bad_json")
        else:
            cells = {name: cell or "" for name, cell in known.items()}
            yield _Row(place, cells.get("text", ""), cells)


def _named(fields: dict[str, object]) -> dict[str, str | None]:
    """The fields that are ours, under our names; None is what no cell could hold."""
    known = ((_FIELD_OF.get(name.lower()), value) for name, value in fields.items())
    return {field: _cell(value) for field, value in known if field}


def _cell(value: object) -> str | None:
    """A value of JSON as it would stand in a cell: lists of categories and objects of lanes, too."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return "|".join(value)
    if isinstance(value, dict) and all(isinstance(each, str) for each in value.values()):
        return " ".join(f"{name}={each}" for name, each in value.items())
    return value.strip() if isinstance(value, str) else "" if value is None else None


def _word(row: _Row) -> ParsedWord | str:
    """The word of a row, or the reason why it is bad."""
    fields = row.fields.get
    text, note, category = fields("text", ""), fields("note", ""), fields("category", "")
    question, answer = fields("question_action", "").lower(), fields("answer_action", "").lower()
    match, style = fields("match", "").lower(), fields("style", "").lower()
    direction, replacement = fields("direction", "").lower(), fields("replacement", "")
    scope, lanes = categories_in(fields("scope", "")), lanes_in(fields("lanes", ""))
    if not text:
        return "no_word"
    if len(text) > MAX_WORD_CHARS or len(note) > MAX_NOTE_CHARS:
        return "too_long"
    if any(len(name) > MAX_NAME_CHARS for name in (category, replacement, *scope)):
        return "too_long"
    if any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text + replacement):
        return "control_character"
    if not place_word(text)[1]:
        return "empty_fold"
    if question not in ACTIONS or answer not in ACTIONS:
        return "unknown_action"
    if match not in MATCHES:
        return "unknown_match"
    if lanes is None:
        return "unknown_lane"
    if style not in STYLES:
        return "unknown_style"
    if direction not in DIRECTIONS:
        return "unknown_direction"
    try:
        expires = date_in(fields("expires", ""))
    except ValueError:
        return "bad_date"
    return ParsedWord(
        row.line,
        text,
        ACTIONS[question],
        ACTIONS[answer],
        MATCHES[match],
        note,
        category,
        lanes,
        STYLES[style],
        replacement or None,
        expires,
        scope,
        DIRECTIONS[direction],
    )
