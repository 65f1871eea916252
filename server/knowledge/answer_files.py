"""Whole files of approved answers, in and out.

An import is taken whole or not at all: every row is checked before the first is written, and all are written
in one transaction, so that a server killed in between has imported nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from pydantic import ValidationError

from server.errors import ClientProblem
from server.knowledge.answer_desk import AnswerDesk, Editor
from server.knowledge.answer_problems import bad_import
from server.knowledge.answer_rows import change_of, changed
from server.knowledge.answer_tables import Row, csv_file, json_file, read_rows, together, workbook_file
from server.knowledge.answer_views import Link, Written, checked
from server.likeness import read
from server.storage import answers as storage
from server.storage import audit
from server.storage.answers import StoredAnswer
from server.storage.database import Database

Form = Literal["csv", "xlsx", "json"]
_MOST_SHOWN: Final = 50
MEDIA: Final[dict[Form, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What an import would do."""

    new: list[Written]
    changed: list[tuple[StoredAnswer, Written]]
    num_same: int


class AnswerFiles:
    """Imports, exports and attachments."""

    def __init__(self, database: Database, desk: AnswerDesk) -> None:
        self._database = database
        self._desk = desk

    async def load(
        self,
        content: bytes,
        filename: str,
        editor: Editor,
        classes: Mapping[str, str],
        *,
        class_id: str | None,
        dry_run: bool,
        lang: str,
        now_ms: int,
    ) -> dict[str, Any]:
        """Import a file; with `dry_run` only say what would happen.

        A row whose first wording an answer of the same class has already is its new form.

        Args:
            content: the file.
            filename: its name, by whose ending its form is known.
            editor: who imports.
            classes: the ids of classes by name.
            class_id: for whom rows count that name no class.
            dry_run: whether nothing is to be written.
            lang: the language of what is said of lines.
            now_ms: the time.

        Raises:
            ClientProblem: 422 `bad_import` with every bad line in `details`; nothing is written then.
        """
        rows = await asyncio.to_thread(read_rows, content, filename)
        written = await asyncio.to_thread(_written, rows, editor, classes, class_id, lang)
        async with self._database.read() as connection:
            version, known = await storage.version(connection), await storage.all_answers(connection)
        plan = await asyncio.to_thread(_plan, written, known)
        if not dry_run and (plan.new or plan.changed):
            async with self._database.write() as connection:
                if await storage.version(connection) != version:  # someone was quicker
                    plan = await asyncio.to_thread(_plan, written, await storage.all_answers(connection))
                self._desk.check_room(len(plan.new))
                added, after, changes = await asyncio.to_thread(self._rows, plan, editor, now_ms)
                await storage.add(connection, added)
                await storage.change(connection, after)
                await storage.record(connection, changes)
                # One row for the whole file: the answers' own histories have the rest.
                detail = {
                    "num_new": len(added),
                    "num_changed": len(after),
                    "sha256": hashlib.sha256(content).hexdigest(),
                }
                await audit.append(
                    connection,
                    at_ms=now_ms,
                    who=editor.name,
                    what="import_approved_answers",
                    subject=filename[:200],
                    detail=detail,
                )
            await self._desk.answers.refresh()
        return {
            "num_new": len(plan.new),
            "num_changed": len(plan.changed),
            "num_same": plan.num_same,
            "new": [each.wordings[0] for each in plan.new[:_MOST_SHOWN]],
            "changed": [each.wordings[0] for _, each in plan.changed[:_MOST_SHOWN]],
            "dry_run": dry_run,
        }

    def _rows(
        self, plan: _Plan, editor: Editor, now_ms: int
    ) -> tuple[list[StoredAnswer], list[StoredAnswer], list[dict[str, Any]]]:
        added = [self._desk.row_of(each, editor, now_ms) for each in plan.new]
        pairs = [(row, changed(row, each, editor.name, now_ms)) for row, each in plan.changed]
        changes = [change_of("change", *pair, editor.name, now_ms) for pair in pairs]
        changes += [change_of("import", None, row, editor.name, now_ms) for row in added]
        return added, [after for _, after in pairs], changes

    async def export(self, editor: Editor, names: Mapping[str, str], form: Form) -> bytes:
        """Every answer that an editor may see, as a file that `load` reads back.

        Args:
            editor: for whom.
            names: of classes, by id.
            form: of the file.
        """
        async with self._database.read() as connection:
            rows = await storage.all_answers(connection)
        write = {"csv": csv_file, "xlsx": workbook_file, "json": json_file}[form]
        own = [row for row in rows if editor.may_see(row.class_id)]
        return await asyncio.to_thread(lambda: write([_told(row, names, form) for row in own]))


def _written(
    rows: list[Row], editor: Editor, classes: Mapping[str, str], class_id: str | None, lang: str
) -> list[Written]:
    """Every row checked; all mistakes are told together."""
    bad: list[dict[str, object]] = []
    found: list[Written] = []
    first: dict[tuple[str | None, str], int] = {}

    def complain(row: Row, zh: str, en: str) -> None:
        text = row.questions[0] if row.questions else row.answer
        bad.append({"line": row.line, "reason": en if lang == "en" else zh, "text": text[:50]})

    for row in rows:
        if row.class_name and row.class_name not in classes:
            complain(
                row, f"没有名为「{row.class_name}」的班级（窗口）。", f"There is no class “{row.class_name}”."
            )
            continue
        own = classes[row.class_name] if row.class_name else class_id
        if own not in editor.class_ids:
            complain(row, "不是您的班级（窗口）。", "This class (desk) is not yours.")
            continue
        try:
            written = checked(
                Written(
                    wordings=row.questions,
                    text=row.answer,
                    source=row.source,
                    author=row.author,
                    valid_from=row.valid_from or None,
                    last_day=row.last_day or None,
                    class_id=own,
                    enabled=row.enabled,
                    links=tuple(Link(name=name, url=url) for name, url in row.links),
                )
            )
        except ValidationError as problem:
            where = ", ".join(str(each["loc"][0]) for each in problem.errors())
            complain(row, f"格式不对：{where}", f"wrong form: {where}")
            continue
        except ClientProblem as problem:
            complain(row, problem.message_in("zh"), problem.message_in("en"))
            continue
        key = (own, read(written.wordings[0]).key)
        if key in first:
            complain(row, f"与第 {first[key]} 行的问法相同。", f"The same wording as in line {first[key]}.")
            continue
        first[key] = row.line
        found.append(written)
    if bad:
        raise bad_import(bad)
    return found


def _plan(written: list[Written], known: list[StoredAnswer]) -> _Plan:
    of_key = {(row.class_id, read(row.wordings[0]).key): row for row in reversed(known)}
    plan = _Plan([], [], 0)
    num_same = 0
    for each in written:
        row = of_key.get((each.class_id, read(each.wordings[0]).key))
        if row is None:
            plan.new.append(each)
        elif _says_the_same(row, each):
            num_same += 1
        else:
            plan.changed.append((row, each))
    return replace(plan, num_same=num_same)


def _says_the_same(row: StoredAnswer, each: Written) -> bool:
    names = ("text", "source", "author", "valid_from", "last_day", "enabled")
    return (
        all(getattr(row, name) == getattr(each, name) for name in names)
        and row.wordings == list(each.wordings)
        and row.links == [link.model_dump() for link in each.links]
    )


def _told(row: StoredAnswer, names: Mapping[str, str], form: Form) -> list[object]:
    links = [f"{link['name']}={link['url']}" if link["name"] else link["url"] for link in row.links]
    told: list[object] = [together(row.wordings), row.text, row.source, row.author, row.valid_from or ""]
    told += [row.last_day or "", names.get(row.class_id or "", ""), "yes" if row.enabled else "no"]
    told.append(together(links))
    if form == "json":
        told[0], told[-1] = row.wordings, row.links
    return told
