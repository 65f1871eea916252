"""Word files in and out: read whole or not at all, and every file in or out in the record.

It does not know HTTP; a file is its bytes and its name.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from typing import Literal

from filters import ParsedWord, WordListProblem, parse_word_file
from server.moderation import problems
from server.moderation.conflicts import next_stamp, words_conflict
from server.moderation.draft import Draft
from server.moderation.record import MAX_LISTED, many_words, record_act, record_edit
from server.moderation.sifting import Sifted, new_row, predict_hits, predict_spared, sift
from server.moderation.snapshot import Snapshot
from server.moderation.views import FindingView, ImportReport, RateView
from server.moderation.writing import WordFile, unescape, write_file
from server.storage import turns, words
from server.storage.database import Database
from server.storage.word_versions import StoredChange
from server.storage.words import StoredList, StoredWord

RECENT_QUESTIONS = 500


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file's words come from, and what allows their use: people's own words, for the record."""

    source: str = ""
    licence: str = ""


UNKNOWN = Origin()
_Found = tuple[tuple[FindingView, ...], tuple[RateView, RateView]]
NOTHING_FOUND: _Found = ((), (RateView(num_texts=0, num_hit=0),) * 2)


class WordFiles:
    """Imports into the draft and exports from it."""

    def __init__(self, database: Database, draft: Draft) -> None:
        self._database = database
        self._draft = draft

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
        update: bool = False,
        as_of_ms: int | None = None,
    ) -> ImportReport:
        """Import a file into a list; with `dry_run` only say what would happen.

        Words the list has already are left as they are, or with `update` become what the file says of them.
        Where the file comes from, under which licence, and the hash of its bytes go into the record.

        Args:
            content: the file.
            filename: its name; it tells the format.
            list_id: the list.
            origin: where the words come from.
            dry_run: change nothing.
            who: imports it.
            now_ms: when.
            update: also change words that the list has already.
            as_of_ms: the `as_of_ms` of the preview that was looked at; words changed since are a conflict.

        Raises:
            ClientProblem: 404 `not_found` (the list), 409 `changed_meanwhile`, 422 `bad_import` with every
                bad line in `details`.
        """
        try:
            parsed = await asyncio.to_thread(_read, content, filename)
        except WordListProblem as problem:
            raise problems.bad_import(problem) from problem
        async with self._database.read() as connection:
            holder = await words.get_list(connection, list_id)
            if holder is None:
                raise problems.no_list()
            known = await words.words_of(connection, list_id)
            recent = await turns.recent_questions(connection, RECENT_QUESTIONS)
        sifted = await asyncio.to_thread(sift, parsed, known, holder)
        findings, rates = NOTHING_FOUND
        if dry_run or as_of_ms is None:  # who looked at a preview has seen it
            findings, rates = await self._predict(sifted, known, holder, recent)
        num_new, num_updated = len(sifted.new), 0
        if not dry_run and (sifted.new or (update and sifted.different)):
            named = {
                "file": filename[:200],
                "sha256": hashlib.sha256(content).hexdigest(),
                "source": origin.source,
                "licence": origin.licence,
            }
            num_new, num_updated = await self._write(
                parsed, named, list_id, who=who, now_ms=now_ms, update=update, as_of_ms=as_of_ms
            )
        return ImportReport(
            num_new=num_new,
            num_known=sifted.num_known,
            num_different=len(sifted.different),
            num_updated=num_updated,
            num_repeated=sifted.num_repeated,
            as_of_ms=now_ms,
            findings=findings,
            harmless=rates[0],
            recent=rates[1],
            dry_run=dry_run,
        )

    async def _predict(
        self, sifted: Sifted, known: dict[str, StoredWord], holder: StoredList, recent: list[str]
    ) -> _Found:
        if holder.kind == "words":
            return await asyncio.to_thread(predict_hits, sifted.new, known, holder, recent)
        if holder.kind == "allow" and sifted.new:
            before = await self._draft.compiled()
            snapshot = (await self._draft.read()).snapshot
            rows = tuple(new_row(each, holder, "", 0) for each in sifted.new)
            after = await self._draft.filter_of(Snapshot(snapshot.lists, snapshot.words + rows), 0)
            rates = await asyncio.to_thread(predict_spared, before.pipeline, after.pipeline, recent)
            return (), rates
        return NOTHING_FOUND

    async def _write(
        self,
        parsed: list[ParsedWord],
        named: dict[str, str],
        list_id: str,
        *,
        who: str,
        now_ms: int,
        update: bool,
        as_of_ms: int | None,
    ) -> tuple[int, int]:
        async with self._database.write() as connection:
            holder = await words.get_list(connection, list_id)
            if holder is None:
                raise problems.no_list()
            known = await words.words_of(connection, list_id)  # someone may have been at it meanwhile
            sifted = await asyncio.to_thread(sift, parsed, known, holder)
            rows = [new_row(each, holder, who, now_ms) for each in sifted.new]
            changed = sifted.different if update else []
            if as_of_ms is not None and (late := [old for old, _ in changed if old.updated_at_ms > as_of_ms]):
                raise words_conflict(late)
            if rows or changed:
                await words.add_words(connection, rows)
                for old, values in changed:
                    stamp = {"updated_at_ms": next_stamp(now_ms, old.updated_at_ms), "updated_by": who}
                    await words.change_words(connection, [old.id], {**values, **stamp})
                after = {**named, **many_words([row.text for row in rows])}
                if changed:
                    after["updated"] = [old.text for old, _ in changed[:MAX_LISTED]]
                num_words = len(rows) + len(changed)
                change = StoredChange(now_ms, who, "import", holder.name, None, after, num_words)
                await record_edit(connection, change)
        return len(rows), len(changed)

    async def export(
        self, list_id: str | None, form: Literal["csv", "txt"], *, who: str, now_ms: int
    ) -> WordFile:
        """The entries of one list, or of all, as a file; that somebody took it is written down.

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
        file = await asyncio.to_thread(write_file, lists, rows, form)
        async with self._database.write() as connection:
            await record_act(connection, "export", file.name, who=who, now_ms=now_ms)
        return file


def _read(content: bytes, filename: str) -> list[ParsedWord]:
    parsed = parse_word_file(content, filename)
    if not filename.lower().endswith((".csv", ".tsv")):
        return parsed
    return [each._replace(text=unescape(each.text), note=unescape(each.note)) for each in parsed]
