"""Removes what is too old, every day and at the start, in small steps between which answers go on.

Two dates: after the first a conversation goes with all its texts, and its questions stay as counts; after the
second those are summed up by class and week, and their pseudonyms go. In between, the people of a finished
week lose the name that would tell them again in the next one. How a round is told is not known.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import structlog

from server.chat.desk import ChatDesk
from server.errors import StorageProblem
from server.settings import Settings
from server.storage import audit, forgetting, removals
from server.storage.database import Database
from server.storage.removals import StoredRemoval
from server.topics import GroupDesk, Statistics, keep_week

log = structlog.get_logger(__name__)

DAY_MS: Final = 86_400_000
ROUND_SECONDS: Final = 24 * 3600.0
RETRY_SECONDS: Final = 600.0
CONVERSATIONS_AT_ONCE: Final = 10
ROWS_AT_ONCE: Final = 500
PEOPLE_AT_ONCE: Final = 100
REST_SECONDS: Final = 0.02  # between two steps: whoever waits to write comes first
VISITOR_DAYS: Final = 180  # as long as a visitor's cookie lasts
VACUUM_BELOW_BYTES: Final = 64 * 2**20  # rewritten in well under a second, with everybody waiting
VACUUM_AT_NIGHT_BYTES: Final = 512 * 2**20


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """How old is too old."""

    anonymise_after_days: int = 30
    delete_after_days: int = 365
    hit_days: int = 180  # told here, kept by the records

    @classmethod
    def of(cls, settings: Settings) -> RetentionRules:
        """Take this slice."""
        return cls(**{name: getattr(settings, name) for name in cls.__slots__})


class Retention:
    """Call `run` once a day.

    Args:
        database: from which things go.
        desk: has conversations in memory.
        groups: knows groups by questions that go.
        statistics: gives the size of a small group and the school's time zone; has sheets in memory.
        rules: how old is too old.
        now_ms: the clock.
    """

    def __init__(
        self,
        database: Database,
        desk: ChatDesk,
        groups: GroupDesk,
        statistics: Statistics,
        rules: RetentionRules,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self.rules = rules
        self._database = database
        self._desk = desk
        self._groups = groups
        self._statistics = statistics
        self._now_ms = now_ms
        self._one_at_a_time = asyncio.Lock()

    async def keep_running(self) -> None:
        """A round now and every day, for as long as the house stands."""
        while True:
            try:
                done = await self.run()
                if done.counts:
                    log.info("removed what was too old", **done.counts)
                await asyncio.sleep(ROUND_SECONDS)
            except StorageProblem as problem:
                log.error("cannot remove what is too old", reason=str(problem))
                await asyncio.sleep(RETRY_SECONDS)

    async def run(self) -> StoredRemoval:
        """One round; it goes on where one that was killed stopped.

        Raises:
            StorageProblem: the database refused; what was removed so far is written down.
        """
        async with self._one_at_a_time:
            now_ms = self._now_ms()
            async with self._database.write() as connection:
                number = await removals.begin(connection, "age", now_ms)
            classes = await self._conversations(number, now_ms - self.rules.anonymise_after_days * DAY_MS)
            await self._pseudonyms(number, now_ms)
            await self._counts(number, now_ms - self.rules.delete_after_days * DAY_MS)
            await self._people(number, now_ms)
            if classes:
                await self._groups.relearn(classes)
            async with self._database.write() as connection:
                done = await removals.end(connection, number, self._now_ms())
                if done.counts:
                    await audit.append(
                        connection,
                        at_ms=self._now_ms(),
                        who="dayi",
                        what="remove_old",
                        subject=f"{self.rules.anonymise_after_days}/{self.rules.delete_after_days}",
                        detail=dict(done.counts),
                    )
            if done.counts:
                await self.scrub()
            return done

    async def scrub(self) -> None:
        """Let nothing of it stay in the files; a large one is rewritten only while nobody is answered."""
        is_quiet = self._desk.num_running == 0
        below = VACUUM_AT_NIGHT_BYTES if is_quiet else VACUUM_BELOW_BYTES
        if not await self._database.scrub(vacuum_below_bytes=below):
            log.info("the database was not rewritten", reason="too large, or read meanwhile")

    async def report(self, limit: int) -> list[StoredRemoval]:
        """The last rounds, the newest first.

        Raises:
            StorageProblem: the database refused.
        """
        async with self._database.read() as connection:
            return await removals.newest(connection, limit)

    # --- the steps ------------------------------------------------------------------

    async def _conversations(self, number: int, before_ms: int) -> set[str | None]:
        classes: set[str | None] = set()
        skipped = 0
        while True:
            async with self._database.read() as connection:
                found = await removals.old_conversations(
                    connection, before_ms, CONVERSATIONS_AT_ONCE + skipped
                )
            old = [each for each in found if not self._desk.removing.is_answering(each)]
            if not old:
                return classes
            skipped = len(found) - len(old)

            async def note(connection: Any, counts: dict[str, int]) -> None:
                await removals.note(connection, number, counts)

            _, touched = await self._desk.removing.remove(old[:CONVERSATIONS_AT_ONCE], note)
            classes |= touched
            await asyncio.sleep(REST_SECONDS)

    async def _pseudonyms(self, number: int, now_ms: int) -> None:
        # A question asked just before midnight on Sunday may be counted a little later: a day's grace.
        finished = self._week(now_ms - DAY_MS)
        while True:
            async with self._database.read() as connection:
                people = await removals.linked_people(connection, finished, PEOPLE_AT_ONCE)
            if not people:
                return
            names = [forgetting.one_off() for _ in people]
            async with self._database.write() as connection:
                changed = await removals.unlink_people(connection, people, names)
                await removals.note(connection, number, {"pseudonyms": changed})
            await asyncio.sleep(REST_SECONDS)

    async def _counts(self, number: int, before_ms: int) -> None:
        last = self._week(before_ms)
        while True:
            async with self._database.read() as connection:
                week = await removals.oldest_counted_week(connection)
            if week is None or week >= last:
                return
            own_groups = await self._statistics.own_groups()
            await keep_week(self._database, week, self._statistics.small_group, own_groups)
            self._statistics.forget()

            def some(connection: Any, week: int = week) -> Awaitable[int]:
                return removals.delete_facts_of(connection, week, ROWS_AT_ONCE)

            await self._repeat(number, "questions", some)

    async def _people(self, number: int, now_ms: int) -> None:
        before_ms = now_ms - max(VISITOR_DAYS, self.rules.delete_after_days) * DAY_MS
        present = list(self._desk.present)
        await self._repeat(
            number,
            "visitors",
            lambda connection: removals.delete_old_visitors(connection, before_ms, present, ROWS_AT_ONCE),
        )
        async with self._database.write() as connection:
            detached = await removals.detach_old_reveals(connection, before_ms)
            await removals.note(connection, number, {"reveals": detached})

    async def _repeat(self, number: int, what: str, some: Callable[[Any], Awaitable[int]]) -> None:
        while True:
            async with self._database.write() as connection:
                num_gone = await some(connection)
                await removals.note(connection, number, {what: num_gone})
            if num_gone == 0:
                return
            await asyncio.sleep(REST_SECONDS)

    def _week(self, at_ms: int) -> int:
        zone = ZoneInfo(self._statistics.timezone)
        return (datetime.fromtimestamp(at_ms / 1000, zone).toordinal() - 1) // 7
