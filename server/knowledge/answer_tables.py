"""Approved answers as CSV, workbook and JSON: read into rows with their lines, and written.

A file is its bytes and its name. What a row must be like is not known here, nor where answers are kept.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from server.knowledge.answer_problems import bad_import

COLUMNS: Final = (
    *("questions", "answer", "source", "author", "valid_from", "last_day", "class", "enabled", "links"),
)
MOST_ROWS: Final = 10_000
_MOST_UNPACKED_BYTES: Final = 64 * 1024 * 1024
_MOST_CELL_CHARS: Final = 20_000
_UNREADABLE: Final = (  # what openpyxl raises for files that are no workbooks
    *(zipfile.BadZipFile, zlib.error, KeyError, ValueError, OSError, IndexError, AttributeError, TypeError),
    *(SyntaxError, EOFError, NotImplementedError, RuntimeError),
)
_NAMES: Final = {
    "questions": ("questions", "question", "wordings", "问法", "问题", "提问", "标准问", "相似问"),
    "answer": ("answer", "text", "答案", "回答", "标准答案"),
    "source": ("source", "来源", "依据", "出处"),
    "author": ("author", "作者", "撰写人", "部门", "负责部门"),
    "valid_from": ("valid_from", "from", "生效日期", "生效"),
    "last_day": ("last_day", "expires", "expiry", "失效日期", "有效期至", "到期"),
    "class": ("class", "class_name", "desk", "班级", "窗口", "范围"),
    "enabled": ("enabled", "启用", "是否启用"),
    "links": ("links", "attachments", "链接", "附件"),
}
_COLUMN_OF: Final = {name: column for column, names in _NAMES.items() for name in names}
_BARS: Final = re.compile(r"[|｜]")
# A spreadsheet would run a cell that begins so (in Chinese also with the wide signs). An apostrophe in
# front makes it text, and one more in front of that makes an apostrophe that was meant.
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # no place for these in a workbook


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a file, as it stands there."""

    line: int
    questions: tuple[str, ...]
    answer: str
    source: str = ""
    author: str = ""
    valid_from: str = ""
    last_day: str = ""
    class_name: str = ""
    enabled: bool = True
    links: tuple[tuple[str, str], ...] = field(default=())


def read_rows(content: bytes, filename: str) -> list[Row]:
    """The rows of a file; may take a second, so call it in a thread.

    Raises:
        ClientProblem: `bad_import`, with a line and a reason for every mistake.
    """
    name = filename.lower()
    if name.endswith(".json"):
        cells = _json_cells(content)
    elif name.endswith(".xlsx"):
        cells = _named(_workbook_cells(content), str)
    elif name.endswith((".csv", ".tsv", ".txt")):
        cells = _named(_csv_cells(content, "\t" if name.endswith(".tsv") else ""), _unescape)
    else:
        raise _whole("只接受 CSV、XLSX、JSON 文件。", "Only CSV, XLSX and JSON files are read.")
    if not cells:
        raise _whole("文件里没有任何标准答案。", "There is no approved answer in the file.")
    if len(cells) > MOST_ROWS:
        raise _whole(f"一次最多导入 {MOST_ROWS} 条。", f"At most {MOST_ROWS} rows are read at once.")
    bad: list[dict[str, object]] = []
    rows = []
    for line, values in cells:
        long = next((key for key, value in values.items() if len(value) > _MOST_CELL_CHARS), None)
        if long is not None:
            bad.append({"line": line, "reason": f"{long}: too long / 太长", "text": values[long][:50]})
            continue
        rows.append(_row(line, values))
    if bad:
        raise bad_import(bad)
    return rows


def csv_file(rows: Iterable[Sequence[object]]) -> bytes:
    """A table for a spreadsheet: UTF-8 with a byte order mark, without which spreadsheets garble Chinese."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([_escape(str(cell)) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def workbook_file(rows: Iterable[Sequence[object]]) -> bytes:
    """The same as a workbook; takes a second for ten thousand."""
    from openpyxl import Workbook  # only who exports waits for the import

    workbook = Workbook(write_only=True)
    workbook.properties.creator = "Dayi"
    sheet = workbook.create_sheet("approved answers")
    sheet.append(list(COLUMNS))
    for row in rows:
        sheet.append([_escape(_CONTROL.sub("", str(cell))) for cell in row])
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def json_file(rows: Iterable[Sequence[object]]) -> bytes:
    """The same for other programs, and for reading back."""
    listed = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    return json.dumps({"answers": listed}, ensure_ascii=False, indent=1).encode()


def _row(line: int, values: dict[str, str]) -> Row:
    links = []
    for part in _parts(values.get("links", "")):
        name, equals, url = part.strip().partition("=") if not _is_address(part) else ("", "=", part.strip())
        links.append((name.strip(), url.strip()) if equals else ("", name.strip()))
    enabled = values.get("enabled", "").strip().lower()
    return Row(
        line=line,
        questions=tuple(_parts(values.get("questions", ""))),
        answer=values.get("answer", ""),
        source=values.get("source", ""),
        author=values.get("author", ""),
        valid_from=_day(values.get("valid_from", "")),
        last_day=_day(values.get("last_day", "")),
        class_name=values.get("class", "").strip(),
        enabled=enabled not in ("no", "false", "0", "否", "停用", "n"),
        links=tuple(links),
    )


def together(parts: Sequence[str]) -> str:
    """Several texts in one cell, one a line."""
    # Without a line's end a bar would part them, and a wording may have bars in it: |x|.
    return "\n".join(parts) + ("\n" if any(_BARS.search(part) for part in parts) else "")


def _parts(cell: str) -> list[str]:
    parts = cell.split("\n") if "\n" in cell else _BARS.split(cell)
    return [part.strip() for part in parts if part.strip()]


def _is_address(text: str) -> bool:
    return text.strip().startswith(("http://", "https://", "/"))


def _day(text: str) -> str:
    # A workbook gives a day as `2026-12-31 00:00:00`.
    return text.strip().removesuffix(" 00:00:00").replace("年", "-").replace("月", "-").removesuffix("日")


def _named(
    cells: list[tuple[int, list[str]]], clean: Callable[[str], str]
) -> list[tuple[int, dict[str, str]]]:
    if not cells:
        return []
    line, head = cells[0]
    columns = [_COLUMN_OF.get(name.strip().lower().lstrip("\ufeff")) for name in head]
    missing = [name for name in ("questions", "answer") if name not in columns]
    if missing:
        raise bad_import(
            [
                {
                    "line": line,
                    "reason": f"no column / 缺少列: {', '.join(missing)} (questions/问法, answer/答案)",
                    "text": ",".join(head)[:100],
                }
            ]
        )
    named = []
    for line, row in cells[1:]:
        values: dict[str, str] = {}
        for column, cell in zip(columns, row, strict=False):
            if column is not None and cell.strip():
                values[column] = f"{values[column]}\n{clean(cell)}" if column in values else clean(cell)
        if values:
            named.append((line, values))
    return named


def _csv_cells(content: bytes, delimiter: str) -> list[tuple[int, list[str]]]:
    text = _decoded(content)
    if not delimiter:
        head = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    cells = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                cells.append((reader.line_num, row))
            if len(cells) > MOST_ROWS + 1:
                break
    except csv.Error as error:
        raise bad_import([{"line": reader.line_num, "reason": str(error), "text": ""}]) from None
    return cells


def _workbook_cells(content: bytes) -> list[tuple[int, list[str]]]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > _MOST_UNPACKED_BYTES:
                raise _whole("工作簿解压后太大。", "The workbook is too large when unpacked.")
        sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
        cells = []
        for line, row in enumerate(sheet.iter_rows(values_only=True, max_col=30), start=1):
            texts = ["" if cell is None else str(cell) for cell in row]
            if any(text.strip() for text in texts):
                cells.append((line, [_unescape(text) for text in texts]))
            if len(cells) > MOST_ROWS + 1 or line > MOST_ROWS * 10:
                break
        return cells
    except _UNREADABLE:
        raise _whole("这不是可读的 XLSX 工作簿。", "This is no readable XLSX workbook.") from None


def _json_cells(content: bytes) -> list[tuple[int, dict[str, str]]]:
    try:
        value: Any = json.loads(_decoded(content))
    except (ValueError, RecursionError):
        raise _whole("这不是有效的 JSON。", "This is no valid JSON.") from None
    listed = value.get("answers") if isinstance(value, dict) else value
    if not isinstance(listed, list):
        raise _whole("JSON 里应有 answers 列表。", "The JSON needs a list “answers”.")
    cells: list[tuple[int, dict[str, str]]] = []
    bad: list[dict[str, object]] = []
    for number, each in enumerate(listed[: MOST_ROWS + 1], start=1):
        if not isinstance(each, dict):
            bad.append({"line": number, "reason": "not an object / 不是对象", "text": str(each)[:50]})
            continue
        known = {_COLUMN_OF.get(str(key).lower()): one for key, one in each.items()}
        cells.append((number, {key: _told(one) for key, one in known.items() if key is not None}))
    if bad:
        raise bad_import(bad)
    return cells


def _told(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(_told(each) for each in value[:100])
    if isinstance(value, dict):
        return f"{value.get('name', '')}={value.get('url', '')}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _whole("文件编码无法识别，请另存为 UTF-8。", "The encoding is unknown; please save it as UTF-8.")


def _whole(zh: str, en: str) -> Exception:
    return bad_import([{"line": 0, "reason": f"{zh} {en}", "text": ""}])


def _escape(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _unescape(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
