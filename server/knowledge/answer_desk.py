"""Where approved answers are written, changed and taken back; a change is in effect at once and recorded.

Whose classes an editor may write for is told by the caller.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from server.knowledge.answer_problems import bad_answer, changed_meanwhile, no_answer, not_yours
from server.knowledge.answer_rows import change_of, changed, view_of
from server.knowledge.answer_shelf import Candidate
from server.knowledge.answer_views import AnswerView, FileView, Written, checked
from server.knowledge.approved import ApprovedAnswers
from server.storage import answers as storage
from server.storage import audit
from server.storage.answers import StoredAnswer, StoredChange
from server.storage.database import Database
from server.storage.ids import new_id

MOST_HISTORY: Final = 100
MOST_ANSWERS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Editor:
    """Who writes.

    Args:
        name: under which changes are recorded.
        class_ids: for whom they may write; None among them: for everybody.
    """

    name: str
    class_ids: frozenset[str | None]

    def may_see(self, class_id: str | None) -> bool:
        """What is for everybody may be seen by everyone who keeps answers."""
        return class_id is None or class_id in self.class_ids


class AnswerDesk:
    """The approved answers as they are kept.

    Args:
        database: where they are.
        answers: those in effect.
        small_group: hits are shown in steps of so many, so that no single question shows.
    """

    def __init__(self, database: Database, answers: ApprovedAnswers, *, small_group: int) -> None:
        self._database = database
        self._small_group = small_group
        self.answers = answers

    async def listed(self, editor: Editor, q: str, offset: int, limit: int) -> dict[str, Any]:
        """A page of the answers that an editor may see, with what each saved; the last changed first."""
        await self.answers.count()
        async with self._database.read() as connection:
            rows = await storage.all_answers(connection)
            hits = await storage.hits(connection)
            model_ms = await storage.mean_model_ms(connection)
            rows = await asyncio.to_thread(_matching, rows, editor, q)
            page = rows[offset : offset + limit]
            files = await storage.files_of(connection, [row.id for row in page])
        of_answer: dict[str, list[FileView]] = {}
        for file in files:
            of_answer.setdefault(file.answer_id, []).append(FileView.model_validate(file))
        views = []
        for row in page:
            shown = hits.get(row.id, 0) // self._small_group * self._small_group
            view = view_of(row, may_edit=row.class_id in editor.class_ids)
            saved = None if model_ms is None else round(shown * model_ms)
            own_files = tuple(of_answer.get(row.id, ()))
            views.append(view.model_copy(update={"files": own_files, "hits": shown, "saved_ms": saved}))
        all_shown = sum(hits.get(row.id, 0) for row in rows) // self._small_group * self._small_group
        return {
            "answers": views,
            "total": len(rows),
            "hits": all_shown,
            "saved_ms": None if model_ms is None else round(all_shown * model_ms),
            "model_ms": None if model_ms is None else round(model_ms),
            "step": self._small_group,
            "today": self.answers.today().isoformat(),
        }

    async def add(self, written: Written, editor: Editor, now_ms: int) -> AnswerView:
        """Write a new answer; it is in effect when this returns.

        Raises:
            ClientProblem: `bad_answer`, or 403 `not_allowed` for somebody else's class.
        """
        self.check_room(1)
        new = self.row_of(checked(written), editor, now_ms)
        async with self._database.write() as connection:
            await storage.add(connection, [new])
            await self.note(connection, "add", None, new, editor.name, now_ms)
        await self.answers.refresh()
        return view_of(new)

    async def change(
        self, answer_id: str, written: Written, revision: int, editor: Editor, now_ms: int
    ) -> AnswerView:
        """Put another form in its place; it is in effect when this returns.

        Raises:
            ClientProblem: `bad_answer`, 403 `not_allowed`, 404 `not_found`, or 409 `changed_meanwhile`.
        """
        written = checked(written)
        if written.class_id not in editor.class_ids:
            raise not_yours()
        async with self._database.write() as connection:
            before = await self.own(connection, answer_id, editor)
            if before.revision != revision:
                raise changed_meanwhile(before.updated_by)
            after = changed(before, written, editor.name, now_ms)
            await storage.change(connection, [after])
            await self.note(connection, "change", before, after, editor.name, now_ms)
        await self.answers.refresh()
        return view_of(after)

    async def delete(self, answer_id: str, editor: Editor, now_ms: int) -> None:
        """Take an answer back for good; its history stays.

        Raises:
            ClientProblem: 403 `not_allowed` or 404 `not_found`.
        """
        async with self._database.write() as connection:
            before = await self.own(connection, answer_id, editor)
            await storage.remove(connection, answer_id)
            await self.note(connection, "delete", before, None, editor.name, now_ms)
        await self.answers.refresh()

    async def history(self, answer_id: str, editor: Editor) -> list[StoredChange]:
        """What became of an answer, the last change first.

        Raises:
            ClientProblem: 404 `not_found`.
        """
        async with self._database.read() as connection:
            row = await storage.get(connection, answer_id)
            if row is None or not editor.may_see(row.class_id):
                raise no_answer()
            return await storage.history(connection, answer_id, MOST_HISTORY)

    async def tried(self, question: str, class_id: str | None) -> dict[str, Any]:
        """What a question would get, and how sure that is."""
        found = await self.answers.would_find(question, class_id)
        nearest = await self.answers.nearest(question, class_id)
        return {"found": found, "nearest": [_candidate(each) for each in nearest]}

    async def alike(self, wordings: Sequence[str], but: str | None, editor: Editor) -> list[dict[str, Any]]:
        """Answers that would be given to one of these wordings already."""
        found = await self.answers.alike(wordings, but)
        return [_candidate(each) for each in found if editor.may_see(each.shelved.class_id)]

    async def of_groups(self, editor: Editor) -> dict[str, str]:
        """Which groups of like questions have an answer that counts: group → answer."""
        async with self._database.read() as connection:
            rows = await storage.with_groups(connection)
        today = self.answers.today().isoformat()  # one that will count soon is there already
        return {
            row.group_id: row.id
            for row in rows
            if row.group_id and row.enabled and (row.last_day or today) >= today
            if editor.may_see(row.class_id)
        }

    def counts(self, row: StoredAnswer) -> bool:
        """Whether an answer is given today."""
        today = self.answers.today().isoformat()
        return row.enabled and (row.valid_from or today) <= today <= (row.last_day or today)

    def check_room(self, num_new: int) -> None:
        """Let pass what there is room for.

        Raises:
            ClientProblem: `bad_answer`: there would be too many.
        """
        if len(self.answers) + num_new > MOST_ANSWERS:
            raise bad_answer(
                f"标准答案最多 {MOST_ANSWERS} 条。", f"There may be at most {MOST_ANSWERS} approved answers."
            )

    def row_of(self, written: Written, editor: Editor, now_ms: int) -> StoredAnswer:
        """A new row of what is checked already.

        Raises:
            ClientProblem: 403 `not_allowed`.
        """
        if written.class_id not in editor.class_ids:
            raise not_yours()
        blank = StoredAnswer(
            id=new_id(),
            class_id=written.class_id,
            wordings=[],
            text="",
            source="",
            author="",
            approved_by=editor.name,
            approved_at_ms=now_ms,
            valid_from=None,
            last_day=None,
            links=[],
            enabled=True,
            group_id=written.group_id,
            revision=0,
            created_at_ms=now_ms,
            created_by=editor.name,
            updated_at_ms=now_ms,
            updated_by=editor.name,
        )
        return changed(blank, written, editor.name, now_ms)

    async def note(
        self,
        connection: Any,
        what: str,
        before: StoredAnswer | None,
        after: StoredAnswer | None,
        who: str,
        now_ms: int,
    ) -> None:
        """Write a change into the history and into the audit log, in the transaction of the change."""
        row = after or before
        assert row is not None
        await storage.record(connection, [change_of(what, before, after, who, now_ms)])
        # Without its wordings, which may be those of pupils: they stand in the answer's own history.
        detail = {"class_id": row.class_id, "revision": row.revision, "last_day": row.last_day}
        await audit.append(
            connection, at_ms=now_ms, who=who, what=f"{what}_approved_answer", subject=row.id, detail=detail
        )

    async def own(self, connection: Any, answer_id: str, editor: Editor) -> StoredAnswer:
        """An answer that an editor may change.

        Raises:
            ClientProblem: 403 `not_allowed` or 404 `not_found`.
        """
        row = await storage.get(connection, answer_id)
        if row is None or not editor.may_see(row.class_id):
            raise no_answer()
        if row.class_id not in editor.class_ids:
            raise not_yours()
        return row


def _matching(rows: list[StoredAnswer], editor: Editor, q: str) -> list[StoredAnswer]:
    wanted = q.casefold().split()
    return [
        row
        for row in rows
        if editor.may_see(row.class_id)
        and all(
            word in "\n".join((*row.wordings, row.text, row.source, row.author)).casefold() for word in wanted
        )
    ]


def _candidate(candidate: Candidate) -> dict[str, Any]:
    answer = candidate.shelved.answer
    return {
        "id": answer.id,
        "question": answer.question,
        "wording": candidate.wording,
        "sureness": round(candidate.sureness, 2),
        "against": candidate.against,
    }
