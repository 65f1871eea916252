"""Word files in and out: read whole or not at all, written so that they can be read back.

It does not know HTTP; a file is its bytes and its name.
"""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import re
from dataclasses import dataclass
from typing import Literal

from filters import (
    Lane,
    LaneUse,
    ParsedWord,
    Prediction,
    WordListProblem,
    lanes_cell,
    lint_harmless,
    parse_word_file,
    predict,
)
from server.moderation import problems
from server.moderation.linting import check_detectors, findings_for
from server.moderation.record import many_words
from server.moderation.views import FindingView, ImportReport, RateView
from server.storage import audit, turns, word_versions, words
from server.storage.database import Database
from server.storage.ids import new_id
from server.storage.word_versions import StoredChange
from server.storage.words import StoredList, StoredWord

COLUMNS = (
    *("text", "category", "question_action", "answer_action", "match", "lanes", "style", "replacement"),
    *("expires", "scope", "direction", "note"),
)
# A spreadsheet would run a cell that begins so (in Chinese also with the wide signs). An apostrophe in
# front makes it text, and one more in front of that makes an apostrophe that was meant.
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")


RECENT_QUESTIONS = 500


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file's words come from, and what allows their use: people's own words, for the record."""

    source: str = ""
    licence: str = ""


UNKNOWN = Origin()


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
        self,
        content: bytes,
        filename: str,
        list_id: str,
        *,
        origin: Origin = UNKNOWN,
        dry_run: bool,
        who: str,
        now_ms: int,
    ) -> ImportReport:
        """Import a file into a list; with `dry_run` only say what would happen.

        Words the list has already are left as they are. Where the file comes from, under which licence, and
        the hash of its bytes go into the record.

        Raises:
            ClientProblem: 404 `not_found` (the list), 422 `bad_import` with every bad line in `details`.
        """
        try:
            parsed = await asyncio.to_thread(_read, content, filename)
        except WordListProblem as problem:
            raise problems.bad_import(problem) from problem
        async with self._database.read() as connection:
            holder = await words.get_list(connection, list_id)
            if holder is None:
                raise problems.no_list()
            known = await words.texts_of(connection, list_id)
            recent = await turns.recent_questions(connection, RECENT_QUESTIONS)
        new, findings, rates = await asyncio.to_thread(_sift, parsed, known, holder, recent)
        if not dry_run and new:
            named = {
                "file": filename[:200],
                "sha256": hashlib.sha256(content).hexdigest(),
                "source": origin.source,
                "licence": origin.licence,
            }
            new = await self._write(new, named, list_id, who=who, now_ms=now_ms)
        return ImportReport(
            num_new=len(new),
            num_known=len(parsed) - len(new),
            findings=findings,
            harmless=rates[0],
            recent=rates[1],
            dry_run=dry_run,
        )

    async def _write(
        self, new: list[ParsedWord], named: dict[str, str], list_id: str, *, who: str, now_ms: int
    ) -> list[ParsedWord]:
        async with self._database.write() as connection:
            holder = await words.get_list(connection, list_id)
            if holder is None:
                raise problems.no_list()
            known = await words.texts_of(connection, list_id)  # someone may have added one meanwhile
            rows = [_row(each, holder, who, now_ms) for each in new if each.text not in known]
            if rows:
                await words.add_words(connection, rows)
                after = {**named, **many_words([row.text for row in rows])}
                change = StoredChange(now_ms, who, "import", holder.name, None, after, len(rows))
                await word_versions.record(connection, change)
        return [each for each in new if each.text not in known]

    async def export(
        self, list_id: str | None, form: Literal["csv", "txt"], *, who: str | None = None, now_ms: int = 0
    ) -> WordFile:
        """The entries of one list, or of all, as a file; by somebody it is recorded in the audit log.

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
        file = await asyncio.to_thread(_write_file, lists, rows, form)
        if who is not None:
            detail = {
                "lists": [each.name for each in lists],
                "sha256": hashlib.sha256(file.content).hexdigest(),
            }
            async with self._database.write() as connection:
                await audit.append(
                    connection, at_ms=now_ms, who=who, what="export_words", subject=file.name, detail=detail
                )
        return file


def _read(content: bytes, filename: str) -> list[ParsedWord]:
    parsed = parse_word_file(content, filename)
    if not filename.lower().endswith((".csv", ".tsv")):
        return parsed
    return [each._replace(text=_unescape(each.text), note=_unescape(each.note)) for each in parsed]


def _sift(
    parsed: list[ParsedWord], known: set[str], holder: StoredList, recent: list[str]
) -> tuple[list[ParsedWord], tuple[FindingView, ...], tuple[RateView, RateView]]:
    """What is new, what the linter says of it, and how often it would be hit."""
    if holder.kind == "detectors":
        check_detectors(parsed)
    first: dict[str, ParsedWord] = {}
    for each in parsed:
        if each.text not in known:
            first.setdefault(each.text, each)
    new = list(first.values())
    if holder.kind != "words":  # allow phrases contain words on purpose
        return new, (), (RateView.of(Prediction(0, 0, {})),) * 2
    found = findings_for(new, known)
    inherited = {Lane(lane): LaneUse(use) for lane, use in holder.lanes.items()}
    looked = [each._replace(lanes={**inherited, **each.lanes}) for each in new]
    harmless, last = predict(looked), predict(looked, recent)
    harmful = tuple(FindingView.of(each) for each in lint_harmless(looked, harmless))
    return (
        new,
        tuple(sorted(found + harmful, key=lambda each: each.line)),
        (
            RateView.of(harmless),
            RateView.of(last),
        ),
    )


def _row(each: ParsedWord, holder: StoredList, who: str, now_ms: int) -> StoredWord:
    return StoredWord(
        id=new_id(),
        list_id=holder.id,
        text=each.text,
        question_action=each.question_action,
        answer_action=each.answer_action,
        match=each.match,
        note=each.note,
        enabled=True,
        updated_at_ms=now_ms,
        updated_by=who,
        lanes={str(lane): str(use) for lane, use in each.lanes.items()},
        style=each.style,
        replacement=each.replacement,
        category=each.category if each.category and each.category != holder.category else None,
        expires=each.expires.isoformat() if each.expires else None,
        scope=list(each.scope),
        direction=each.direction,
    )


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
