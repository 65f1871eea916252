"""The second person: a draft is submitted, and somebody else approves it or sends it back.

Which roles may decide is the web's business; that nobody decides on a draft of their own is decided here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from server.moderation import problems
from server.moderation.draft import Draft, DraftState, nothing_scheduled
from server.moderation.press import COMMENT_CHARS, Imprint, Press
from server.moderation.record import record_act
from server.moderation.schedule import Schedule
from server.moderation.views import VersionView
from server.moderation.views_way import SubmissionView, WayView
from server.storage import word_desk, word_versions
from server.storage.database import Connection, Database
from server.storage.word_desk import StoredSubmission

_Guard = Callable[[Connection], Awaitable[None]]
MATTERS = ("waiting", "scheduled", "refused", "withdrawn", "failed")


class Approvals:
    """Submissions of the draft, and what becomes of them."""

    def __init__(self, database: Database, draft: Draft, press: Press, schedule: Schedule) -> None:
        self._database = database
        self._draft = draft
        self._press = press
        self._schedule = schedule

    async def way(self) -> WayView:
        """How the draft stands on its way."""
        async with self._database.read() as connection:
            last = await word_desk.newest_submission(connection)
            pending = await word_versions.pending(connection)
            newest = await word_versions.newest(connection)
            rehearsal = await word_desk.rehearsal(connection)
            shown = last is not None and last.state in MATTERS and pending.num_changes > 0
            return WayView(
                second_person=await word_desk.second_person(connection),
                editors=tuple(await word_desk.editors(connection)),
                submission=self._schedule.view(last) if shown and last is not None else None,
                rehearsed=rehearsal is not None
                and newest is not None
                and (rehearsal.draft_id, rehearsal.base_version) == (pending.newest_id, newest.number),
                timezone=self._schedule.zone.key,
            )

    async def ask_for(self, second_person: bool, *, who: str, now_ms: int) -> None:
        """Switch the second person on or off; without one, what waits is withdrawn."""
        async with self._database.write() as connection:
            if await word_desk.second_person(connection) == second_person:
                return
            await word_desk.set_second_person(connection, second_person)
            told = "on" if second_person else "off"
            await record_act(connection, "second_person", told, who=who, now_ms=now_ms)
            waiting = await word_desk.newest_submission(connection, ("waiting",))
            if waiting is not None:
                await self._withdraw(connection, waiting, who, now_ms, "switched_off")

    async def submit(
        self, comment: str, *, who: str, now_ms: int, publish_at: str | None = None
    ) -> SubmissionView:
        """Put the draft, exactly as it was rehearsed, before a second person.

        Args:
            comment: for whoever decides, and for the version.
            who: submits.
            now_ms: when.
            publish_at: the local hour at which it shall be published; None is as soon as it is approved.

        Raises:
            ClientProblem: 409 `approval_not_needed`, `nothing_to_publish`, `scheduled`, `waiting_already` or
                `rehearse_first`; 422 `bad_time`.
        """
        publish_at_ms = None if publish_at is None else self._schedule.moment(publish_at, now_ms)
        async with self._database.write() as connection:
            if not await word_desk.second_person(connection):
                raise problems.approval_not_needed()
            pending = await word_versions.pending(connection)
            newest = await word_versions.newest(connection)
            if pending.num_changes == 0 or newest is None:
                raise problems.nothing_to_publish()
            await nothing_scheduled(connection)
            if await word_desk.newest_submission(connection, ("waiting",)) is not None:
                raise problems.waiting_already()
            rehearsal = await word_desk.rehearsal(connection)
            key = (pending.newest_id, newest.number)
            if rehearsal is None or (rehearsal.draft_id, rehearsal.base_version) != key:
                raise problems.rehearse_first()
            row = StoredSubmission(
                id=0,
                draft_id=pending.newest_id,
                base_version=newest.number,
                comment=comment.strip()[:COMMENT_CHARS],
                submitted_by=who,
                submitted_at_ms=now_ms,
                publish_at_ms=publish_at_ms,
                state="waiting",
                decided_by=None,
                decided_at_ms=None,
                reason="",
            )
            number = await word_desk.add_submission(connection, row)
            told = {"comment": row.comment, "num_changes": pending.num_changes, "publish_at": publish_at}
            await record_act(connection, "submit", str(number), who=who, now_ms=now_ms, **told)
            made = await word_desk.newest_submission(connection)
        assert made is not None
        return self._schedule.view(made)

    async def withdraw(self, submission_id: int, *, who: str, now_ms: int) -> None:
        """Take a submission back; the draft stays.

        Raises:
            ClientProblem: 409 `submission_over`.
        """
        async with self._database.write() as connection:
            waiting = await _waiting(connection, submission_id)
            await self._withdraw(connection, waiting, who, now_ms, "")

    async def send_back(self, submission_id: int, reason: str, *, who: str, now_ms: int) -> None:
        """Refuse a submission, and say why; the draft stays to be corrected.

        Raises:
            ClientProblem: 403 `own_draft`, 409 `submission_over`, 422 `reason_needed`.
        """
        reason = reason.strip()[:COMMENT_CHARS]
        if not reason:
            raise problems.reason_needed()
        async with self._database.write() as connection:
            waiting = await _waiting(connection, submission_id)
            await _someone_else(connection, waiting, who)
            await word_desk.decide(
                connection, waiting.id, "refused", decided_by=who, decided_at_ms=now_ms, reason=reason
            )
            await record_act(connection, "refuse", str(waiting.id), who=who, now_ms=now_ms, reason=reason)

    async def approve(self, submission_id: int, *, who: str, now_ms: int) -> VersionView | None:
        """Approve exactly what was submitted: it is published now, or at its hour (then None).

        Raises:
            ClientProblem: 403 `own_draft`; 409 `submission_over`; 422 `bad_import`.
        """
        async with self._draft.alone:
            state = await self._draft.read()
            async with self._database.read() as connection:
                waiting = await _waiting(connection, submission_id)
                await _someone_else(connection, waiting, who)
            if state.key != (waiting.draft_id, waiting.base_version):
                raise problems.submission_over()

            async def approved(connection: Connection) -> None:
                again = await _waiting(connection, submission_id)
                pending = await word_versions.pending(connection)
                if pending.newest_id != again.draft_id:
                    raise problems.submission_over()
                await _someone_else(connection, again, who)
                await record_act(connection, "approve", str(again.id), who=who, now_ms=now_ms)

            if waiting.publish_at_ms is not None and waiting.publish_at_ms > now_ms:
                await self._schedule.keep(state.snapshot, waiting, approved, who=who, now_ms=now_ms)
                return None
            return await self._publish(state, waiting, approved, who, now_ms)

    async def _publish(
        self, state: DraftState, waiting: StoredSubmission, approved: _Guard, who: str, now_ms: int
    ) -> VersionView:
        async def guard(connection: Connection) -> None:
            await approved(connection)
            await word_desk.decide(connection, waiting.id, "published", decided_by=who, decided_at_ms=now_ms)

        return await self._press.print(
            state.snapshot,
            Imprint(waiting.submitted_by, waiting.comment, now_ms, approved_by=who),
            base=waiting.base_version,
            up_to=waiting.draft_id,
            num_changes=state.pending.num_changes,
            guard=guard,
        )

    @staticmethod
    async def _withdraw(
        connection: Connection, waiting: StoredSubmission, who: str, now_ms: int, because: str
    ) -> None:
        await word_desk.decide(
            connection, waiting.id, "withdrawn", decided_by=who, decided_at_ms=now_ms, reason=because
        )
        await record_act(connection, "withdraw", str(waiting.id), who=who, now_ms=now_ms, because=because)


async def _waiting(connection: Connection, submission_id: int) -> StoredSubmission:
    waiting = await word_desk.newest_submission(connection, ("waiting",))
    if waiting is None or waiting.id != submission_id:
        raise problems.submission_over()
    return waiting


async def _someone_else(connection: Connection, waiting: StoredSubmission, who: str) -> None:
    if who == waiting.submitted_by or who in await word_desk.editors(connection):
        raise problems.own_draft()
