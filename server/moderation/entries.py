"""The entries of the draft: paged, added, changed, deleted, one by one or many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from server.moderation import problems
from server.moderation.conflicts import next_stamp, word_conflict, words_conflict
from server.moderation.linting import check_entry, findings_for
from server.moderation.published import PublishedFilter
from server.moderation.record import many_words, record_edit, word_change
from server.moderation.views import EntriesPage, NewWord, WordAnswer, WordPatch, WordView
from server.storage import words
from server.storage.database import Database
from server.storage.ids import new_id
from server.storage.word_versions import StoredChange
from server.storage.words import StoredList, StoredWord

MAX_PAGE = 1000
UNSEEN: Mapping[str, int] = MappingProxyType({})
_PARTICULARS = {"lanes", "style", "replacement", "category", "within", "expires", "scope", "direction"}


class Entries:
    """The words and allow phrases of every list of the draft."""

    def __init__(self, database: Database, published: PublishedFilter) -> None:
        self._database = database
        self._published = published

    async def page(
        self,
        *,
        list_id: str | None = None,
        q: str = "",
        enabled: bool | None = None,
        offset: int = 0,
        limit: int = 200,
    ) -> EntriesPage:
        """Some entries in alphabetical order.

        Args:
            list_id: only of this list.
            q: must occur in the word or its note.
            enabled: only those switched on, or off.
            offset: so many are left out at the beginning.
            limit: at most so many, and never more than 1000.
        """
        async with self._database.read() as connection:
            rows, total = await words.page(
                connection,
                list_id=list_id,
                q=q.strip(),
                enabled=enabled,
                offset=max(offset, 0),
                limit=min(max(limit, 1), MAX_PAGE),
            )
        return EntriesPage(words=tuple(WordView.model_validate(row) for row in rows), total=total)

    async def add(self, new: NewWord, *, who: str, now_ms: int) -> WordAnswer:
        """Add an entry.

        Raises:
            ClientProblem: 404 `not_found` (the list), 409 `duplicate`, 422 `bad_word`.
        """
        text = new.text.strip()
        row = StoredWord(
            id=new_id(),
            list_id=new.list_id,
            text=text,
            question_action=new.question_action,
            answer_action=new.answer_action,
            match=new.match,
            note=new.note,
            enabled=new.enabled,
            updated_at_ms=now_ms,
            updated_by=who,
            **new.model_dump(mode="json", include=_PARTICULARS),
        )
        async with self._database.write() as connection:
            holder = await words.get_list(connection, row.list_id)
            if holder is None:
                raise problems.no_list()
            row = replace(row, text=check_entry(text, holder.kind))
            if await words.find_word(connection, row.list_id, row.text) is not None:
                raise problems.duplicate(row.text)
            await words.add_words(connection, [row])
            change = word_change("add_word", None, row, who=who, now_ms=now_ms)
            await record_edit(connection, change)
        return await self._answer(row, holder)

    async def change(self, word_id: str, patch: WordPatch, *, who: str, now_ms: int) -> WordAnswer:
        """Change an entry; what changes nothing leaves no trace.

        Raises:
            ClientProblem: 404 `not_found`, 409 `duplicate` or `changed_meanwhile`, 422 `bad_word`.
        """
        values = patch.model_dump(mode="json", exclude_unset=True, exclude={"based_on"})
        for needed in ("text", "match", "note", "enabled", "lanes", "scope"):
            if values.get(needed, "") is None:
                del values[needed]
        async with self._database.write() as connection:
            before = await words.get_word(connection, word_id)
            if before is None:
                raise problems.no_word()
            if patch.based_on not in (None, before.updated_at_ms):
                raise word_conflict(before)
            its_list = await words.get_list(connection, before.list_id)
            assert its_list is not None
            if "text" in values:
                values["text"] = check_entry(values["text"], its_list.kind)
                holder = await words.find_word(connection, before.list_id, values["text"])
                if holder is not None and holder.id != word_id:
                    raise problems.duplicate(values["text"])
            after = before
            if replace(before, **values) != before:
                values |= {"updated_at_ms": next_stamp(now_ms, before.updated_at_ms), "updated_by": who}
                after = replace(before, **values)
                await words.change_words(connection, [word_id], values)
                change = word_change("edit_word", before, after, who=who, now_ms=now_ms)
                await record_edit(connection, change)
        return await self._answer(after, its_list)

    async def delete(self, word_id: str, *, who: str, now_ms: int, based_on: int | None = None) -> None:
        """Delete an entry, as it was when its `updated_at_ms` was `based_on`.

        Raises:
            ClientProblem: 404 `not_found`, 409 `changed_meanwhile`.
        """
        async with self._database.write() as connection:
            row = await words.get_word(connection, word_id)
            if row is None:
                raise problems.no_word()
            if based_on not in (None, row.updated_at_ms):
                raise word_conflict(row)
            await words.delete_words(connection, [word_id])
            change = word_change("delete_word", row, None, who=who, now_ms=now_ms)
            await record_edit(connection, change)

    async def delete_many(
        self, word_ids: Sequence[str], *, who: str, now_ms: int, based_on: Mapping[str, int] = UNSEEN
    ) -> int:
        """Delete those of the entries that exist; how many there were.

        Args:
            word_ids: the entries.
            who: deletes them.
            now_ms: when.
            based_on: their `updated_at_ms` as they were looked at; one that is not named counts as it is.

        Raises:
            ClientProblem: 409 `changed_meanwhile`: somebody changed one of them; none is deleted.
        """
        async with self._database.write() as connection:
            rows = await words.get_words(connection, word_ids)
            _check_unchanged(rows, based_on)
            if rows:
                await words.delete_words(connection, [row.id for row in rows])
                listed = many_words([row.text for row in rows])
                change = StoredChange(now_ms, who, "delete_words", _subject(rows), listed, None, len(rows))
                await record_edit(connection, change)
        return len(rows)

    async def enable_many(
        self,
        word_ids: Sequence[str],
        enabled: bool,
        *,
        who: str,
        now_ms: int,
        based_on: Mapping[str, int] = UNSEEN,
    ) -> int:
        """Switch those of the entries that exist on or off; how many were switched.

        Raises:
            ClientProblem: 409 `changed_meanwhile`, as with `delete_many`.
        """
        async with self._database.write() as connection:
            found = await words.get_words(connection, word_ids)
            _check_unchanged(found, based_on)
            rows = [row for row in found if row.enabled != enabled]
            if rows:
                stamp = max(next_stamp(now_ms, row.updated_at_ms) for row in rows)
                values = {"enabled": enabled, "updated_at_ms": stamp, "updated_by": who}
                await words.change_words(connection, [row.id for row in rows], values)
                listed = many_words([row.text for row in rows])
                before, after = {**listed, "enabled": not enabled}, {"enabled": enabled}
                what = "enable_words" if enabled else "disable_words"
                change = StoredChange(now_ms, who, what, _subject(rows), before, after, len(rows))
                await record_edit(connection, change)
        return len(rows)

    async def _answer(self, row: StoredWord, holder: StoredList) -> WordAnswer:
        # One word is compared with what the published filter hits in it: folding 50,000 entries for each
        # word that is typed would take a second. An allow phrase contains words on purpose.
        known = self._published.words_in(row.text) - {row.text} if holder.kind == "words" else set[str]()
        findings = await asyncio.to_thread(findings_for, [row.text], known)
        return WordAnswer(word=WordView.model_validate(row), findings=findings)


def _check_unchanged(rows: Sequence[StoredWord], based_on: Mapping[str, int]) -> None:
    changed = [row for row in rows if based_on.get(row.id, row.updated_at_ms) != row.updated_at_ms]
    if changed:
        raise words_conflict(changed)


def _subject(rows: Sequence[StoredWord]) -> str:
    return rows[0].text if len(rows) == 1 else f"{rows[0].text} …"
