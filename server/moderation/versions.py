"""From draft to effect: publish, take back, look back, and try out beforehand.

What an edit is, and whether it was wise, is not known here.
"""

from __future__ import annotations

import asyncio
from typing import Literal

from filters import Direction, Verdict, fold
from server.moderation import problems
from server.moderation.draft import Draft, nothing_scheduled, replace_draft
from server.moderation.press import COMMENT_CHARS, Imprint, Press
from server.moderation.published import PublishedFilter
from server.moderation.record import record_edit
from server.moderation.views import VersionView
from server.moderation.views_said import ChangesPage, ChangeView, MatchView, TryAnswer
from server.storage import word_desk, word_versions
from server.storage.database import Connection, Database
from server.storage.word_versions import DISCARDED, StoredChange

MAX_PAGE = 500


class Versions:
    """The published versions, and the way of the draft to the next one where nobody has to approve."""

    def __init__(self, database: Database, published: PublishedFilter, draft: Draft, press: Press) -> None:
        self._database = database
        self._published = published
        self._draft = draft
        self._press = press

    async def publish(self, comment: str, *, who: str, now_ms: int) -> VersionView:
        """Make the draft the next version; when this returns, it is in effect.

        Edits made meanwhile stay in the draft.

        Raises:
            ClientProblem: 409 `nothing_to_publish`, `approval_needed` or `scheduled`; 422 `bad_import` naming
                entries that cannot be compiled.
        """

        async def guard(connection: Connection) -> None:
            if await word_desk.second_person(connection):
                raise problems.approval_needed()
            await nothing_scheduled(connection)

        async with self._draft.alone:
            async with self._database.read() as connection:
                await guard(connection)
            state = await self._draft.read()
            if state.pending.num_changes == 0:
                raise problems.nothing_to_publish()
            return await self._press.print(
                state.snapshot,
                Imprint(who, comment.strip()[:COMMENT_CHARS], now_ms),
                base=state.newest.number,
                up_to=state.pending.newest_id,
                num_changes=state.pending.num_changes,
                guard=guard,
            )

    async def discard(self, *, who: str, now_ms: int) -> None:
        """Take the draft back to the version in effect. The record keeps what was taken back.

        Raises:
            ClientProblem: 409 `scheduled`.
        """
        async with self._draft.alone:
            while not await self._discard(who, now_ms):
                continue  # somebody edited meanwhile

    async def _discard(self, who: str, now_ms: int) -> bool:
        # Read before the write begins: answers under way wait for its end.
        state = await self._draft.read()
        snapshot = await self._draft.version(state.newest.number)
        async with self._database.write() as connection:
            pending = await word_versions.pending(connection)
            if pending.num_changes == 0:
                return True
            if pending != state.pending:
                return False
            await nothing_scheduled(connection)
            await replace_draft(connection, state.snapshot, snapshot)
            await word_versions.settle(connection, DISCARDED, pending.newest_id)
            number = str(state.newest.number)
            done = StoredChange(now_ms, who, "discard", number, None, None, pending.num_changes, DISCARDED)
            await record_edit(connection, done)
            await word_desk.close_last(connection)
        return True

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
        compiled = self._published.compiled if use == "published" else await self._draft.compiled()
        compiled = compiled.of(self._published.whose_layer(class_id))
        verdict = await asyncio.to_thread(compiled.pipeline.check, text, Direction(direction))
        return _answer(text, verdict, compiled.list_names)


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
