"""From draft to effect: publish, take back, look back, and try out beforehand.

What an edit is, and whether it was wise, is not known here.
"""

from __future__ import annotations

import asyncio
from typing import Literal

from filters import Direction, Verdict, WordListProblem, fold
from server.moderation import problems
from server.moderation.compiled import Compiled, compile_snapshot
from server.moderation.published import PublishedFilter
from server.moderation.snapshot import Snapshot
from server.moderation.views import ChangesPage, ChangeView, MatchView, TryAnswer, VersionView
from server.storage import word_versions, words
from server.storage.database import Database
from server.storage.word_versions import DISCARDED, Pending, StoredChange, StoredVersion

MAX_PAGE = 500


class Versions:
    """The published versions, and the way of the draft to the next one."""

    def __init__(self, database: Database, published: PublishedFilter) -> None:
        self._database = database
        self._published = published
        self._one_at_a_time = asyncio.Lock()
        self._draft: tuple[int, Compiled] | None = None  # (newest change in it, filter)

    async def publish(self, comment: str, *, who: str, now_ms: int) -> VersionView:
        """Make the draft the next version; when this returns, it is in effect.

        Edits made meanwhile stay in the draft.

        Raises:
            ClientProblem: 409 `nothing_to_publish`, 422 `bad_import` naming entries that cannot be compiled.
        """
        async with self._one_at_a_time:
            await self._published.refresh()  # of a class that was made just now a layer counts as well
            pending, newest, snapshot = await self._read_draft()
            if pending.num_changes == 0:
                raise problems.nothing_to_publish()
            version = StoredVersion(
                number=newest.number + 1,
                published_at_ms=now_ms,
                published_by=who,
                comment=comment.strip()[:500],
                num_words=snapshot.count("words"),
                num_allow=snapshot.count("allow"),
            )
            try:
                compiled = await asyncio.to_thread(
                    compile_snapshot,
                    snapshot,
                    version.number,
                    self._published.today(),
                    self._published.compiled,
                )
            except WordListProblem as problem:
                raise problems.bad_import(problem) from problem
            content = await asyncio.to_thread(snapshot.to_bytes)
            done = StoredChange(
                now_ms,
                who,
                "publish",
                str(version.number),
                None,
                {"comment": version.comment, "num_words": version.num_words, "num_allow": version.num_allow},
                pending.num_changes,
                version.number,
            )
            async with self._database.write() as connection:
                await word_versions.add(connection, version, content, pending.newest_id)
                await word_versions.record(connection, done)
            self._published.swap(compiled)
        return VersionView.model_validate(version)

    async def discard(self, *, who: str, now_ms: int) -> None:
        """Take the draft back to the version in effect. The record keeps what was taken back."""
        async with self._one_at_a_time:
            # Unpacked before the write begins: answers under way wait for its end.
            async with self._database.read() as connection:
                newest = await word_versions.newest(connection)
                assert newest is not None
                content = await word_versions.snapshot(connection, newest.number)
            snapshot = await asyncio.to_thread(Snapshot.from_bytes, content)
            async with self._database.write() as connection:
                pending = await word_versions.pending(connection)
                if pending.num_changes == 0:
                    return
                await words.clear(connection)
                await words.add_lists(connection, snapshot.lists)
                await words.add_words(connection, snapshot.words)
                await word_versions.settle(connection, DISCARDED, pending.newest_id)
                done = StoredChange(
                    now_ms, who, "discard", str(newest.number), None, None, pending.num_changes, DISCARDED
                )
                await word_versions.record(connection, done)

    async def list_all(self) -> list[VersionView]:
        """Every version, newest first."""
        async with self._database.read() as connection:
            return [VersionView.model_validate(row) for row in await word_versions.list_all(connection)]

    async def changes(self, *, offset: int = 0, limit: int = 100, what: str | None = None) -> ChangesPage:
        """Who changed what and when, newest first; `what` leaves one kind of change, such as imports."""
        async with self._database.read() as connection:
            rows, total = await word_versions.changes(
                connection, offset=max(offset, 0), limit=min(max(limit, 1), MAX_PAGE), what=what
            )
        return ChangesPage(changes=tuple(ChangeView.model_validate(row) for row in rows), total=total)

    async def try_text(
        self,
        text: str,
        direction: Literal["question", "answer"],
        use: Literal["draft", "published"],
        class_id: str | None = None,
    ) -> TryAnswer:
        """What the filter says of a text; in a class with the lists of its layer.

        Raises:
            ClientProblem: 422 `bad_import`, naming entries of the draft that cannot be compiled.
        """
        compiled = self._published.compiled if use == "published" else await self._compiled_draft()
        compiled = compiled.of(self._published.whose_layer(class_id))
        verdict = await asyncio.to_thread(compiled.pipeline.check, text, Direction(direction))
        return _answer(text, verdict, compiled.list_names)

    async def _compiled_draft(self) -> Compiled:
        async with self._database.read() as connection:
            pending = await word_versions.pending(connection)
        if pending.num_changes == 0:
            return self._published.compiled
        if self._draft is None or self._draft[0] != pending.newest_id:
            pending, newest, snapshot = await self._read_draft()
            try:
                compiled = await asyncio.to_thread(
                    compile_snapshot,
                    snapshot,
                    newest.number + 1,
                    self._published.today(),
                    self._published.compiled,
                )
            except WordListProblem as problem:
                raise problems.bad_import(problem) from problem
            self._draft = (pending.newest_id, compiled)
        return self._draft[1]

    async def _read_draft(self) -> tuple[Pending, StoredVersion, Snapshot]:
        async with self._database.read() as connection:
            pending = await word_versions.pending(connection)
            newest = await word_versions.newest(connection)
            lists = await words.all_lists(connection)
            rows = await words.all_words(connection)
        assert newest is not None
        return pending, newest, Snapshot(tuple(lists), tuple(rows))


def _answer(text: str, verdict: Verdict, list_names: dict[str, str]) -> TryAnswer:
    return TryAnswer(
        action=verdict.action,
        text=verdict.text,
        folded=verdict.folded,
        lists_version=verdict.lists_version,
        matches=tuple(
            MatchView(
                start=match.start,
                end=match.end,
                start_utf16=match.start_utf16,
                end_utf16=match.end_utf16,
                raw=text[match.start : match.end],
                folded=fold(text[match.start : match.end]),
                word=match.word,
                word_id=match.word_id,
                list_name=list_names.get(match.word_id, ""),
                category=match.category,
                action=match.action,
                lane=match.lane,
            )
            for match in verdict.matches
        ),
    )
