"""Word files from the command line: checked without a server, imported and exported on the data folder.

It does not print; the command does.
"""

from __future__ import annotations

from typing import Literal

from filters import WordListProblem, parse_word_file
from server.errors import ClientProblem
from server.moderation import problems
from server.moderation.desk import WordDesk
from server.moderation.files import WordFile
from server.moderation.linting import findings_for
from server.moderation.published import PublishedFilter
from server.moderation.views import FindingView, ImportReport
from server.storage.database import Database


def check_word_file(content: bytes, filename: str) -> tuple[int, tuple[FindingView, ...]]:
    """How many words a file has, and what the linter finds in them.

    Raises:
        ClientProblem: `bad_import`, with every bad line in `details`.
    """
    try:
        parsed = parse_word_file(content, filename)
    except WordListProblem as problem:
        raise problems.bad_import(problem) from problem
    return len(parsed), findings_for(parsed, ())


async def import_word_file(
    database: Database,
    content: bytes,
    filename: str,
    list_name: str,
    *,
    publish: bool,
    dry_run: bool,
    who: str,
    now_ms: int,
) -> ImportReport:
    """Import a file into the list of this name, and publish the draft if asked to.

    A running server takes a version published here over at its next `PublishedFilter.refresh`.

    Raises:
        ClientProblem: `not_found` (the list), or `bad_import` with every bad line in `details`.
        StorageProblem: the database refused.
    """
    desk = await _desk(database, now_ms)
    list_id = await _list_id(desk, list_name)
    report = await desk.files.load(content, filename, list_id, dry_run=dry_run, who=who, now_ms=now_ms)
    if publish and not dry_run:
        try:
            await desk.versions.publish(f"dayi words import {filename}", who=who, now_ms=now_ms)
        except ClientProblem as problem:
            if problem.code != "nothing_to_publish":
                raise
    return report


async def export_words(
    database: Database, list_name: str | None, form: Literal["csv", "txt"], *, now_ms: int
) -> WordFile:
    """The draft of the list of this name, or of all, as a file.

    Raises:
        ClientProblem: `not_found` (the list).
        StorageProblem: the database refused.
    """
    desk = await _desk(database, now_ms)
    list_id = None if list_name is None else await _list_id(desk, list_name)
    return await desk.files.export(list_id, form)


async def _desk(database: Database, now_ms: int) -> WordDesk:
    published = PublishedFilter(database)
    await published.load(now_ms)
    return WordDesk(database, published)


async def _list_id(desk: WordDesk, name: str) -> str:
    for each in (await desk.lists.overview()).lists:
        if name in (each.name, each.id):
            return each.id
    raise problems.no_list()
