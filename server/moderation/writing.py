"""Word files as they are written: so that they can be read back, and a spreadsheet runs nothing of them.

It does not know who asks for one, nor where the words come from.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from filters import lanes_cell
from server.moderation.compare import Changed
from server.storage.words import StoredList, StoredWord

COLUMNS = (
    *("text", "category", "question_action", "answer_action", "match", "lanes", "style", "replacement"),
    *("expires", "scope", "direction", "note"),
)
# A spreadsheet would run a cell that begins so (in Chinese also with the wide signs). An apostrophe in
# front makes it text, and one more in front of that makes an apostrophe that was meant.
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")


@dataclass(frozen=True, slots=True)
class WordFile:
    """A file to be handed out."""

    name: str
    media_type: str
    content: bytes


def write_file(lists: list[StoredList], rows: list[StoredWord], form: Literal["csv", "txt"]) -> WordFile:
    """The entries of some lists in alphabetical order, as a file."""
    of_list: dict[str, list[StoredWord]] = {each.id: [] for each in lists}
    for row in rows:
        if row.list_id in of_list:
            of_list[row.list_id].append(row)
    for entries in of_list.values():
        entries.sort(key=lambda row: row.text)
    name = lists[0].name if len(lists) == 1 else "words"
    if form == "csv":
        return WordFile(f"{name}.csv", "text/csv; charset=utf-8", _csv(lists, of_list).encode("utf-8-sig"))
    return WordFile(f"{name}.txt", "text/plain; charset=utf-8", _text(lists, of_list).encode())


def _csv(lists: list[StoredList], of_list: dict[str, list[StoredWord]]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(("list", *COLUMNS, "enabled"))
    for holder in lists:
        for row in of_list[holder.id]:
            shown = {
                "category": row.category or holder.category,
                "lanes": lanes_cell(row.lanes),
                "scope": "|".join(row.scope),
            }
            cells = [holder.name]
            cells += [shown.get(column) or getattr(row, column) or "" for column in COLUMNS]
            cells.append("yes" if row.enabled else "no")
            # One line for each word, whatever the note: that is how word files are read.
            writer.writerow([_escape(" ".join(cell.splitlines())) for cell in cells])
    return buffer.getvalue()


def write_difference(changes: Iterable[Changed], name: str) -> WordFile:
    """What lies between two versions: a line for each entry or list that came or went, and for each changed
    field of another one."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(("list", "change", "of", "text", "field", "before", "after"))
    for each in changes:
        start = (each.list_name, each.kind, each.of, each.text)
        lines = [(field, *each.fields[field]) for field in sorted(each.fields)] or [("", None, None)]
        for field, before, after in lines:
            cells = (*start, field, _said(before), _said(after))
            writer.writerow([_escape(" ".join(cell.splitlines())) for cell in cells])
    return WordFile(f"{name}.csv", "text/csv; charset=utf-8", buffer.getvalue().encode("utf-8-sig"))


def _said(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _text(lists: list[StoredList], of_list: dict[str, list[StoredWord]]) -> str:
    parts = [
        f"# {holder.name}\n" + "".join(_text_line(row) for row in of_list[holder.id]) for holder in lists
    ]
    return "".join(parts)


def _text_line(row: StoredWord) -> str:
    # A wide number sign means the same to the filter, and does not begin a comment.
    text = "＃" + row.text[1:] if row.text.startswith("#") else row.text
    return f"{text}\n" if row.enabled else f"# {text}\n"


def _escape(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unescape(cell: str) -> str:
    """A cell as it was before it was made safe for spreadsheets."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
