"""Telling who is behind a pseudonym: one at a time, with a reason, on record, and seen by that person.

Whether somebody may see names, and of which class, is decided by the caller.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from server.accounts.permissions import Role
from server.accounts.views import NewReveal, RevealedName, RevealReason, RevealView, not_found
from server.accounts.who import Who
from server.errors import ClientProblem
from server.storage import audit, own, reveals
from server.storage.database import Database
from server.storage.own import Candidate
from server.storage.reveals import StoredReveal

MOST_A_DAY: Final = 10  # of one person: enough for what happens, too few to read a class
LEAST_NOTE_CHARS: Final = 10
DAY_MS: Final = 86_400_000

Pseudonyms = Callable[[str, str | None, int, int], set[str]]  # owner, class, from, to


class Reveals:
    """Names for pseudonyms.

    Args:
        database: where people are, and where it is written down.
        pseudonyms: every name that somebody had in a class between two moments.
    """

    def __init__(self, database: Database, pseudonyms: Pseudonyms) -> None:
        self._database = database
        self._pseudonyms = pseudonyms

    async def reveal(self, new: NewReveal, by: Who, now_ms: int) -> RevealedName:
        """Tell the name; it is told only once it is on record.

        Raises:
            ClientProblem: 422 `bad_reason` without a reason in words, 404 `not_found` for nobody's pseudonym,
                429 `too_many_reveals`.
        """
        note = " ".join(new.note.split())
        if len(note) < LEAST_NOTE_CHARS:
            raise ClientProblem(
                "bad_reason",
                f"请写明理由，至少 {LEAST_NOTE_CHARS} 个字；对方会看到。",
                message_en=f"Please give the reason in {LEAST_NOTE_CHARS} characters or more; "
                "the person will read it.",
                status=422,
            )
        async with self._database.read() as connection:
            people = await own.everybody(connection)
        found = await asyncio.to_thread(self._find, people, new.asker, new.class_id, now_ms)
        if found is None:
            raise not_found("化名", "pseudonym")
        stored = StoredReveal(
            at_ms=now_ms,
            by_id=by.id,
            by_name=by.name or by.id,
            by_role=by.role or "",
            owner_id=found.id,
            class_id=new.class_id,
            asker=new.asker,
            about=new.about,
            reason=new.reason,
            note=note,
        )
        async with self._database.write() as connection:
            num_told, first_ms = await reveals.count_since(connection, by.id, now_ms - DAY_MS)
            if num_told >= MOST_A_DAY:
                raise _too_many(((first_ms or now_ms) + DAY_MS - now_ms) / 1000)
            await reveals.add(connection, stored)
            await audit.append(
                connection,
                at_ms=now_ms,
                who=stored.by_name,
                what="reveal_name",
                subject=new.asker,
                detail={"class": new.class_id, "about": new.about, "reason": new.reason, "note": note},
            )
        kind = "visitor" if found.name is None else "user"
        return RevealedName(kind=kind, name=found.name, since_ms=found.since_ms)

    async def of_person(self, owner_id: str) -> list[RevealView]:
        """Who was told this person's name, the newest first."""
        async with self._database.read() as connection:
            return [_view(each) for each in await reveals.of_owner(connection, owner_id)]

    async def newest(self, limit: int) -> list[RevealView]:
        """The last reveals of anybody's name, without telling whose."""
        async with self._database.read() as connection:
            return [_view(each) for each in await reveals.newest(connection, limit)]

    def _find(
        self, people: Sequence[Candidate], asker: str, class_id: str | None, now_ms: int
    ) -> Candidate | None:
        return next(
            (
                each
                for each in people
                if asker in self._pseudonyms(each.id, class_id, min(each.since_ms, now_ms), now_ms)
            ),
            None,
        )


def _view(stored: StoredReveal) -> RevealView:
    return RevealView(
        at_ms=stored.at_ms,
        by_name=stored.by_name,
        by_role=Role(stored.by_role),
        class_id=stored.class_id,
        about=stored.about,
        reason=RevealReason(stored.reason),
        note=stored.note,
    )


def _too_many(seconds: float) -> ClientProblem:
    return ClientProblem(
        "too_many_reveals",
        f"每人每天最多查看 {MOST_A_DAY} 个姓名。",
        message_en=f"Nobody is told more than {MOST_A_DAY} names a day.",
        status=429,
        retry_after_seconds=round(max(1.0, seconds)),
    )
