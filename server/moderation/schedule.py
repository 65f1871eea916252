"""Publication at an hour: what will be published is kept as it was decided, whatever is edited meanwhile.

It does not know what wakes it (`publish_due` is called now and then), nor who may schedule.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog

from server.errors import ClientProblem
from server.moderation import problems
from server.moderation.draft import Draft, nothing_scheduled
from server.moderation.press import COMMENT_CHARS, Imprint, Press
from server.moderation.record import record_act
from server.moderation.snapshot import Snapshot
from server.moderation.views import VersionView
from server.moderation.views_way import SubmissionView
from server.storage import word_desk, word_versions
from server.storage.database import Connection, Database
from server.storage.word_desk import StoredSubmission

log = structlog.get_logger(__name__)

FURTHEST_MS = 366 * 86_400_000


class Schedule:
    """The one publication that may wait for its hour.

    Args:
        database: where it is kept.
        draft: what it is made from.
        press: what makes it a version.
        zone: on whose clock the hours are.
    """

    def __init__(self, database: Database, draft: Draft, press: Press, zone: ZoneInfo) -> None:
        self._database = database
        self._draft = draft
        self._press = press
        self.zone = zone

    def moment(self, local: str, now_ms: int) -> int:
        """An hour such as `2026-12-01T08:00` in milliseconds since the epoch.

        Raises:
            ClientProblem: 422 `bad_time`, when it is none, over, or more than a year away.
        """
        try:
            at = datetime.fromisoformat(local)
        except ValueError:
            raise problems.bad_time(self.zone.key) from None
        if at.tzinfo is None:
            at = at.replace(tzinfo=self.zone)
        at_ms = int(at.timestamp() * 1000)
        if not now_ms < at_ms <= now_ms + FURTHEST_MS:
            raise problems.bad_time(self.zone.key)
        return at_ms

    def view(self, row: StoredSubmission) -> SubmissionView:
        """A submission with its hour on the school's clock."""
        local = None
        if row.publish_at_ms is not None:
            at = datetime.fromtimestamp(row.publish_at_ms / 1000, UTC).astimezone(self.zone)
            local = at.strftime("%Y-%m-%d %H:%M")
        return SubmissionView.model_validate(row).model_copy(update={"publish_at": local})

    async def plan(self, comment: str, publish_at: str, *, who: str, now_ms: int) -> SubmissionView:
        """Have the draft, as it is now, published at an hour.

        Raises:
            ClientProblem: 409 `approval_needed`, `nothing_to_publish` or `scheduled`; 422 `bad_time` or
                `bad_import`.
        """
        publish_at_ms = self.moment(publish_at, now_ms)
        async with self._draft.alone:
            state = await self._draft.read()
            if state.pending.num_changes == 0:
                raise problems.nothing_to_publish()
            await self._draft.filter_of(state.snapshot, state.newest.number + 1)  # not found out at night
            content = await asyncio.to_thread(state.snapshot.to_bytes)
            row = StoredSubmission(
                id=0,
                draft_id=state.pending.newest_id,
                base_version=state.newest.number,
                comment=comment.strip()[:COMMENT_CHARS],
                submitted_by=who,
                submitted_at_ms=now_ms,
                publish_at_ms=publish_at_ms,
                state="scheduled",
                decided_by=None,
                decided_at_ms=None,
                reason="",
            )
            async with self._database.write() as connection:
                if await word_desk.second_person(connection):
                    raise problems.approval_needed()
                await nothing_scheduled(connection)
                number = await word_desk.add_submission(connection, row, content)
                told = {"publish_at": publish_at, "by_one_person": True, "comment": row.comment}
                await record_act(connection, "schedule", str(number), who=who, now_ms=now_ms, **told)
                made = await word_desk.newest_submission(connection)
        assert made is not None
        return self.view(made)

    async def keep(
        self,
        snapshot: Snapshot,
        waiting: StoredSubmission,
        approved: Callable[[Connection], Awaitable[None]],
        *,
        who: str,
        now_ms: int,
    ) -> None:
        """Keep what was approved for its hour. The caller holds `Draft.alone`.

        Raises:
            ClientProblem: what `approved` raises; 422 `bad_import`.
        """
        await self._draft.filter_of(snapshot, waiting.base_version + 1)
        content = await asyncio.to_thread(snapshot.to_bytes)
        publish_at = self.view(waiting).publish_at
        async with self._database.write() as connection:
            await approved(connection)
            decided = {"decided_by": who, "decided_at_ms": now_ms, "content": content}
            await word_desk.decide(connection, waiting.id, "scheduled", **decided)
            told = {"publish_at": publish_at, "approved_by": who}
            await record_act(connection, "schedule", str(waiting.id), who=who, now_ms=now_ms, **told)

    async def cancel(self, submission_id: int, *, who: str, now_ms: int) -> None:
        """Take a publication off the clock; its changes stay in the draft.

        Raises:
            ClientProblem: 409 `submission_over`.
        """
        async with self._draft.alone, self._database.write() as connection:
            planned = await _planned(connection, submission_id)
            await word_desk.decide(connection, planned.id, "cancelled")
            await record_act(connection, "cancel_schedule", str(planned.id), who=who, now_ms=now_ms)

    async def publish_due(self, now_ms: int) -> VersionView | None:
        """Publish what is due; None if nothing is. What cannot be published is set aside, and logged."""
        async with self._database.read() as connection:
            planned = await word_desk.newest_submission(connection, ("scheduled",))
        if planned is None or planned.publish_at_ms is None or planned.publish_at_ms > now_ms:
            return None
        async with self._draft.alone:
            try:
                return await self._publish(planned, now_ms)
            except ClientProblem as problem:
                if problem.code in ("submission_over", "changed_meanwhile"):
                    return None  # cancelled just now; or another version came first, and it is tried again
                log.error("a scheduled publication failed", code=problem.code, reason=problem.message_en)
                async with self._database.write() as connection:
                    await word_desk.decide(connection, planned.id, "failed", reason=problem.code)
                    subject, why = str(planned.id), problem.code
                    who = planned.submitted_by
                    await record_act(
                        connection, "schedule_failed", subject, who=who, now_ms=now_ms, because=why
                    )
                return None

    async def _publish(self, planned: StoredSubmission, now_ms: int) -> VersionView:
        async with self._database.read() as connection:
            await _planned(connection, planned.id)
            content = await word_desk.content_of(connection, planned.id)
            newest = await word_versions.newest(connection)
            num_changes = (await word_versions.pending(connection, up_to=planned.draft_id)).num_changes
        assert newest is not None

        async def guard(connection: Connection) -> None:
            await _planned(connection, planned.id)
            await word_desk.decide(connection, planned.id, "published")

        return await self._press.print(
            await asyncio.to_thread(Snapshot.from_bytes, content),
            Imprint(planned.submitted_by, planned.comment, now_ms, approved_by=planned.decided_by),
            base=newest.number,
            up_to=planned.draft_id,
            num_changes=num_changes,
            guard=guard,
        )


async def _planned(connection: Connection, submission_id: int) -> StoredSubmission:
    planned = await word_desk.newest_submission(connection, ("scheduled",))
    if planned is None or planned.id != submission_id:
        raise problems.submission_over()
    return planned
