"""Word files in and out: read whole or not at all, written so that they can be read back.

It does not know HTTP; a file is its bytes and its name.
"""

from __future__ import annotations

import asyncio
import csv
import io
import re
from dataclasses import dataclass
from typing import Literal

from filters import ParsedWord, WordListProblem, parse_word_file
from server.moderation import problems
from server.moderation.linting import findings_for
from server.moderation.record import many_words
from server.moderation.views import FindingView, ImportReport
from server.storage import word_versions, words
from server.storage.database import Database
from server.storage.ids import new_id
from server.storage.word_versions import StoredChange
from server.storage.words import StoredList, StoredWord

COLUMNS = ("text", "question_action", "answer_action", "match", "note")
# A spreadsheet would run a cell that begins so (in Chinese also with the wide signs). An apostrophe in
# front makes it text, and one more in front of that makes an apostrophe that was meant.
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")


@dataclass(frozen=True, slots=True)
class WordFile:
    """A file to be handed out."""

    name: str
    media_type: str
    content: bytes


class WordFiles:
    """Imports into the draft and exports from it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(
        self, content: bytes, filename: str, list_id: str, *, dry_run: bool, who: str, now_ms: int
    ) -> ImportReport:
        """Import a file into a list; with `dry_run` only say what would happen.

        Words the list has already are left as they are.

        Raises:
            ClientProblem: 404 `not_found` (the list), 422 `bad_import` with every bad line in `details`.
        """
        try:
            parsed = await asyncio.to_thread(_read, content, filename)
        except WordListProblem as problem:
            raise problems.bad_import(problem) from problem
        async with self._database.read() as connection:
            if await words.get_list(connection, list_id) is None:
                raise problems.no_list()
            known = await words.texts_of(connection, list_id)
        new, findings = await asyncio.to_thread(_sift, parsed, known)
        if not dry_run and new:
            new = await self._write(new, filename, list_id, who=who, now_ms=now_ms)
        return ImportReport(
            num_new=len(new), num_known=len(parsed) - len(new), findings=findings, dry_run=dry_run
        )

    async def _write(
        self, new: list[ParsedWord], filename: str, list_id: str, *, who: str, now_ms: int
    ) -> list[ParsedWord]:
        rows = [
            StoredWord(
                id=new_id(),
                list_id=list_id,
                text=each.text,
                question_action=each.question_action,
                answer_action=each.answer_action,
                match=each.match,
                note=each.note,
                enabled=True,
                updated_at_ms=now_ms,
                updated_by=who,
            )
            for each in new
        ]
        async with self._database.write() as connection:
            holder = await words.get_list(connection, list_id)
            if holder is None:
                raise problems.no_list()
            known = await words.texts_of(connection, list_id)  # someone may have added one meanwhile
            rows = [row for row in rows if row.text not in known]
            if rows:
                await words.add_words(connection, rows)
                after = {"file": filename[:200], **many_words([row.text for row in rows])}
                change = StoredChange(now_ms, who, "import", holder.name, None, after, len(rows))
                await word_versions.record(connection, change)
        return [each for each in new if each.text not in known]

    async def export(self, list_id: str | None, form: Literal["csv", "txt"]) -> WordFile:
        """The entries of one list, or of all, as a file.

        Raises:
            ClientProblem: 404 `not_found`.
        """
        async with self._database.read() as connection:
            lists = await words.all_lists(connection)
            rows = await words.all_words(connection)
        if list_id is not None:
            lists = [each for each in lists if each.id == list_id]
            if not lists:
                raise problems.no_list()
        return await asyncio.to_thread(_write_file, lists, rows, form)


def _read(content: bytes, filename: str) -> list[ParsedWord]:
    parsed = parse_word_file(content, filename)
    if not filename.lower().endswith((".csv", ".tsv")):
        return parsed
    return [each._replace(text=_unescape(each.text), note=_unescape(each.note)) for each in parsed]


def _sift(parsed: list[ParsedWord], known: set[str]) -> tuple[list[ParsedWord], tuple[FindingView, ...]]:
    new: dict[str, ParsedWord] = {}
    for each in parsed:
        if each.text not in known:
            new.setdefault(each.text, each)
    findings = findings_for(list(new.values()), known)
    return list(new.values()), findings


def _write_file(lists: list[StoredList], rows: list[StoredWord], form: Literal["csv", "txt"]) -> WordFile:
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
    writer.writerow(("list", "category", *COLUMNS, "enabled"))
    for holder in lists:
        for row in of_list[holder.id]:
            cells = [holder.name, holder.category, *(getattr(row, column) or "" for column in COLUMNS)]
            cells.append("yes" if row.enabled else "no")
            # One line for each word, whatever the note: that is how word files are read.
            writer.writerow([_escape(" ".join(cell.splitlines())) for cell in cells])
    return buffer.getvalue()


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


def _unescape(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
