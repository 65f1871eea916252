"""Back to an earlier version: its content becomes a new version, and a draft is never lost unasked.

What the versions differ in is not known here.
"""

from __future__ import annotations

import asyncio
from typing import Literal

from server.moderation import problems
from server.moderation.compare import compare
from server.moderation.draft import Draft, DraftState, nothing_scheduled, replace_draft
from server.moderation.press import COMMENT_CHARS, Imprint, Press
from server.moderation.rebase import keep_on_top
from server.moderation.record import record_edit
from server.moderation.snapshot import Snapshot
from server.moderation.views import VersionView
from server.storage import word_desk, word_versions
from server.storage.database import Connection, Database
from server.storage.word_versions import DISCARDED, StoredChange

DraftChoice = Literal["keep", "discard"]


class Rollbacks:
    """Brings earlier versions back."""

    def __init__(self, database: Database, draft: Draft, press: Press) -> None:
        self._database = database
        self._draft = draft
        self._press = press

    async def to(
        self, number: int, draft: DraftChoice | None, comment: str, *, who: str, now_ms: int
    ) -> VersionView | None:
        """Bring a version back: as the next version, or, where a second person approves, as a draft (None).

        Args:
            number: the version.
            draft: what becomes of a draft with changes: they are kept on top, or discarded.
            comment: for the new version.
            who: does it.
            now_ms: when.

        Raises:
            ClientProblem: 404 `not_found`; 409 `in_effect_already`, `scheduled`, or `draft_in_the_way`:
                the draft has changes and `draft` does not say what becomes of them.
        """
        async with self._draft.alone:
            target = await self._draft.version(number)
            state = await self._draft.read()
            if number == state.newest.number:
                raise problems.in_effect_already(number)
            if state.pending.num_changes and draft is None:
                raise problems.draft_in_the_way(state.pending.num_changes)
            becomes = target
            if state.pending.num_changes and draft == "keep":
                base = await self._draft.version(state.newest.number)
                becomes = await asyncio.to_thread(keep_on_top, base, state.snapshot, target)
            async with self._database.read() as connection:
                await nothing_scheduled(connection)
                second_person = await word_desk.second_person(connection)
            if second_person:
                await self._as_draft(number, state, becomes, draft, who, now_ms)
                return None
            return await self._as_version(number, state, target, becomes, draft, comment, who, now_ms)

    async def _as_version(
        self,
        number: int,
        state: DraftState,
        target: Snapshot,
        becomes: Snapshot,
        draft: DraftChoice | None,
        comment: str,
        who: str,
        now_ms: int,
    ) -> VersionView:
        async def guard(connection: Connection) -> None:
            if await word_desk.second_person(connection):
                raise problems.approval_needed()
            await nothing_scheduled(connection)
            await self._replace(connection, state, becomes, draft)

        return await self._press.print(
            target,
            Imprint(who, comment.strip()[:COMMENT_CHARS], now_ms, restores=number, what="rollback"),
            base=state.newest.number,
            up_to=0,
            num_changes=1,
            guard=guard,
        )

    async def _as_draft(
        self,
        number: int,
        state: DraftState,
        becomes: Snapshot,
        draft: DraftChoice | None,
        who: str,
        now_ms: int,
    ) -> None:
        difference = await asyncio.to_thread(compare, state.snapshot, becomes)
        num_changes = max(len(difference.changes), 1)
        async with self._database.write() as connection:
            newest = await word_versions.newest(connection)
            if newest is None or newest.number != state.newest.number:
                raise problems.version_meanwhile()
            await nothing_scheduled(connection)
            await self._replace(connection, state, becomes, draft)
            told = {"restores": number, "draft": draft}
            await record_edit(
                connection, StoredChange(now_ms, who, "rollback", str(number), None, told, num_changes)
            )

    @staticmethod
    async def _replace(
        connection: Connection, state: DraftState, becomes: Snapshot, draft: DraftChoice | None
    ) -> None:
        pending = await word_versions.pending(connection)
        if pending != state.pending:  # somebody edited while this was worked out
            raise problems.draft_in_the_way(pending.num_changes)
        await replace_draft(connection, state.snapshot, becomes)
        if draft == "discard":
            await word_versions.settle(connection, DISCARDED, pending.newest_id)
