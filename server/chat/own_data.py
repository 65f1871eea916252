"""Somebody's own: what is kept of them and who may see it, taken along as a file, or deleted for good.

A deletion reaches everything: memory, the source's cache, the tables, and the bytes of the files. What was
counted stays counted, or the difference would show what one person asked; but it is nobody's any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from server.accounts import Accounts, Permission, RevealView, Role, Who, rights_of
from server.chat.desk import ChatDesk
from server.chat.own_files import Belongings, archive
from server.chat.retention import CONVERSATIONS_AT_ONCE, DAY_MS, Retention
from server.errors import ClientProblem
from server.presets import Preset
from server.storage import audit, classes, conversations, forgetting, own, removals, rights, users
from server.storage.database import Database
from server.topics import GroupDesk

FIRST_TERM_MS: Final = 1_577_836_800_000  # 2020: before it nobody had a pseudonym


class OwnView(BaseModel):
    """What `GET /api/me/privacy` answers."""

    model_config = ConfigDict(frozen=True)

    num_conversations: int
    num_turns: int
    next_removal_at_ms: int | None  # when the oldest conversation goes, if nothing more is asked in it
    anonymise_after_days: int
    delete_after_days: int
    hit_days: int
    seen_by: dict[Permission, list[Role]]  # roles of those who can see this person's class
    reveals: list[RevealView]
    keeps_account: bool


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a deletion removed; `visitor_token` is of the visitor that somebody without an account now is."""

    counts: dict[str, int]
    visitor_token: str | None


class OwnData:
    """What people may do with what is theirs.

    Args:
        database: where it is.
        accounts: knows people, their pseudonyms and who sees what.
        desk: has conversations in memory.
        groups: knows groups by questions.
        retention: knows how long things stay, and cleans the files.
        preset: gives the label.
        timezone: of the times in a file.
    """

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        desk: ChatDesk,
        groups: GroupDesk,
        retention: Retention,
        preset: Preset,
        timezone: str,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._desk = desk
        self._groups = groups
        self._retention = retention
        self._preset = preset
        self._zone = ZoneInfo(timezone)
        self._one_at_a_time = asyncio.Lock()

    def use_preset(self, preset: Preset) -> None:
        """Files that are made from now on have the label of this preset."""
        self._preset = preset

    async def view(self, who: Who | None) -> OwnView:
        """What is kept of somebody (nothing of someone new), for how long, and who may see what of it.

        Raises:
            StorageProblem: the database refused.
        """
        rules = self._retention.rules
        async with self._database.read() as connection:
            extent = await own.extent(connection, who.id) if who else own.Extent(0, 0, None)
            seen_by = await self._seen_by(connection, who.class_id if who else None)
        oldest = extent.oldest_updated_at_ms
        return OwnView(
            num_conversations=extent.num_conversations,
            num_turns=extent.num_turns,
            next_removal_at_ms=None if oldest is None else oldest + rules.anonymise_after_days * DAY_MS,
            anonymise_after_days=rules.anonymise_after_days,
            delete_after_days=rules.delete_after_days,
            hit_days=rules.hit_days,
            seen_by=seen_by,
            reveals=await self._accounts.reveals.of_person(who.id) if who else [],
            keeps_account=who is not None and who.kind == "user",
        )

    async def archive(self, who: Who, now_ms: int, lang: str) -> bytes:
        """Everything of somebody as a ZIP.

        Raises:
            StorageProblem: the database refused.
        """
        async with self._database.read() as connection:
            ids = await forgetting.conversation_ids(connection, who.id)
            found = [await conversations.get(connection, each) for each in ids]
            kept = [(each, await own.turns_of(connection, each.id)) for each in found if each is not None]
            hits = await own.hits_of(connection, ids)
            school_class = await classes.get(connection, who.class_id) if who.class_id else None
        belongings = Belongings(
            who=who,
            class_name=school_class.name if school_class else None,
            made_at_ms=now_ms,
            conversations=[(stored, turns) for stored, turns in kept if turns],
            hits=hits,
            reveals=await self._accounts.reveals.of_person(who.id),
        )
        return await asyncio.to_thread(archive, belongings, self._preset, self._zone, lang)

    async def delete(self, who: Who, now_ms: int) -> Deleted:
        """Delete everything of somebody. Cut off in the middle, what is left can be deleted again.

        Raises:
            StorageProblem: the database refused; what was deleted until then is gone.
        """
        in_memory = self._desk.see_off(who.id)
        try:
            async with self._one_at_a_time:
                counts = await self._delete(who, now_ms, in_memory)
                await self._retention.scrub()
                token = await self._someone_new(who, now_ms) if who.kind == "visitor" else None
        finally:
            self._desk.let_in(who.id)
        return Deleted(counts, token)

    async def _delete(self, who: Who, now_ms: int, in_memory: Sequence[str]) -> dict[str, int]:
        await self._desk.removing.settled()
        async with self._database.write() as connection:
            number = await removals.begin(connection, "person", now_ms)

        async def note(connection: Any, counts: dict[str, int]) -> None:
            await removals.note(connection, number, counts)

        async with self._database.read() as connection:
            stored = await forgetting.conversation_ids(connection, who.id)
            askers = self._askers(who, await own.class_ids(connection), now_ms)
        ids = list(dict.fromkeys([*stored, *in_memory]))
        touched: set[str | None] = set()
        for start in range(0, len(ids), CONVERSATIONS_AT_ONCE):
            _, some = await self._desk.removing.remove(ids[start : start + CONVERSATIONS_AT_ONCE], note)
            touched |= some
        await self._desk.removing.settled()
        # Of the running week they stay one person, or a cell of it would stand for more people than it says.
        running = self._accounts.terms.week(now_ms)
        async with self._database.read() as connection:
            counted = await forgetting.counted_under(connection, askers)
        for (_, week, _), fact_ids in counted.items():
            if week < running:
                async with self._database.write() as connection:
                    await note(
                        connection, {"pseudonyms": await forgetting.detach_facts(connection, fact_ids)}
                    )
        keep = ("logins", "visitors") if who.kind == "user" else ()
        async with self._database.write() as connection:
            await note(connection, await forgetting.forget_owner(connection, who.id, askers, keep=keep))
            done = await removals.end(connection, number, now_ms)
            await audit.append(
                connection,
                at_ms=now_ms,
                who="dayi",
                what="delete_person",
                subject=who.kind,
                detail=dict(done.counts),
            )
        if touched:
            await self._groups.relearn(touched)
        return done.counts

    def _askers(self, who: Who, class_ids: Sequence[str], now_ms: int) -> set[str]:
        names = self._accounts.pseudonyms
        return set().union(*(names(who.id, each, FIRST_TERM_MS, now_ms) for each in (None, *class_ids)))

    async def _someone_new(self, who: Who, now_ms: int) -> str:
        """Whoever had no account goes on as somebody else in the same class."""
        token, new = await self._accounts.classes.new_visitor(now_ms)
        if who.class_id is not None:
            async with self._database.write() as connection:
                await classes.put_visitor(connection, new.id, who.class_id)
        return token

    async def _seen_by(self, connection: Any, class_id: str | None) -> dict[Permission, list[Role]]:
        teachers = {user_id for user_id, _ in (await classes.teachers(connection)).get(class_id or "", [])}
        switched = await rights.of_all(connection)
        found: dict[Permission, set[Role]] = {right: set() for right in rights_of(Role.ADMIN)}
        for user in await users.list_all(connection):
            if user.disabled or (user.role == Role.TEACHER and user.id not in teachers):
                continue
            for right, allowed in rights_of(user.role, switched.get(user.id, ())).items():
                if allowed:
                    found[right].add(Role(user.role))
        return {right: sorted(roles) for right, roles in found.items()}


def nothing_there() -> ClientProblem:
    """Someone new has nothing that could be taken along or deleted."""
    return ClientProblem(
        "nothing_there", "这里还没有您的数据。", message_en="Nothing of yours is kept here yet.", status=404
    )
