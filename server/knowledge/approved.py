"""The approved answers in effect: in memory, changed at once, followed where another process changed them.

It serves and counts; who may write is decided in `answer_desk`.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from server.errors import StorageProblem
from server.knowledge.answer_shelf import AnswerShelf, Candidate, Shelved
from server.knowledge.answer_views import shelved
from server.knowledge.near import Near
from server.knowledge.types import Offered, Served
from server.knowledge.wording_vectors import WordingVectors
from server.storage import answers as storage
from server.storage.answers import StoredAnswer, StoredFile
from server.storage.database import Database

log = structlog.get_logger(__name__)

MOST_ALIKE = 5
_MANY = 50  # so many changed answers are read in a thread, onto a new shelf


class ApprovedAnswers:
    """Call `load` before anything else.

    Args:
        database: where answers are.
        zone: the school's time zone, in which days begin.
        now: the time, in seconds since the epoch.
    """

    def __init__(self, database: Database, zone: ZoneInfo, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._zone = zone
        self._now = now
        self._shelf = AnswerShelf()
        self._version = 0
        self._hits: Counter[tuple[str, int]] = Counter()
        self._one_by_one = asyncio.Lock()
        self._vectors: WordingVectors | None = None

    def __len__(self) -> int:
        return len(self._shelf)

    @property
    def version(self) -> int:
        """Rises with every change that is in effect."""
        return self._version

    @property
    def wordings(self) -> Collection[str]:
        """Every wording of every answer."""
        return self._shelf.wordings

    def look_near(self, vectors: WordingVectors) -> None:
        """Find by the vectors of an embedding model, too, from now on."""
        self._vectors = vectors

    def today(self) -> date:
        """The day that decides what counts."""
        return datetime.fromtimestamp(self._now(), self._zone).date()

    async def load(self) -> None:
        """Read every answer.

        Raises:
            StorageProblem: the database refused.
        """
        async with self._one_by_one:
            async with self._database.read() as connection:
                version = await storage.version(connection)
                rows = await storage.all_answers(connection)
                files = await storage.files_of(connection)
            self._shelf = await asyncio.to_thread(_filled, rows, files, self._zone)
            self._version = version

    async def refresh(self) -> bool:
        """Take over what was changed, here or by another process; True if anything was.

        Raises:
            StorageProblem: the database refused; what was in effect stays so.
        """
        async with self._one_by_one:
            async with self._database.read() as connection:
                version = await storage.version(connection)
                if version == self._version:
                    return False
                ids = await storage.changed_since(connection, self._version)
                if len(ids) > _MANY:
                    rows, files = await storage.all_answers(connection), await storage.files_of(connection)
                else:
                    rows = await storage.get_many(connection, ids)
                    files = await storage.files_of(connection, ids)
            if len(ids) > _MANY:
                self._shelf = await asyncio.to_thread(_filled, rows, files, self._zone)
            else:
                there = {each.answer.id: each for each in _shelved(rows, files, self._zone)}
                for answer_id in ids:
                    if answer_id in there:
                        self._shelf.put(there[answer_id])
                    else:
                        self._shelf.drop(answer_id)
                    await asyncio.sleep(0)  # thirty wordings take some milliseconds: chats go between
            self._version = version
            return True

    async def find(self, question: str, class_id: str | None) -> Served | Offered | None:
        """The answer that surely fits, two to choose from, or None."""
        found = self._shelf.find(question, class_id, self.today())  # about a millisecond: no thread
        if self._vectors is None or (isinstance(found, Served) and found.likeness == 1.0):
            return found
        near = await self._near(question)
        return found if near is None else self._shelf.find(question, class_id, self.today(), near)

    async def would_find(self, question: str, class_id: str | None) -> dict[str, Any]:
        """What a question would get, without serving it: `{kind, ids, sureness}`."""
        match await self.find(question, class_id):
            case Served(answer, sureness):
                return {"kind": "served", "ids": [answer.id], "sureness": round(sureness, 2)}
            case Offered(answers):
                return {"kind": "offered", "ids": [each.id for each in answers], "sureness": None}
            case _:
                return {"kind": "nothing", "ids": [], "sureness": None}

    async def nearest(self, question: str, class_id: str | None) -> list[Candidate]:
        """The answers that a question is nearest to."""
        near = await self._near(question)
        return self._shelf.nearest(question, class_id, self.today(), near)

    async def alike(self, wordings: Iterable[str], but: str | None) -> list[Candidate]:
        """Other answers that one of these wordings would get, the surest first."""
        found: dict[str, Candidate] = {}
        for wording in wordings:
            near = await self._near(wording)
            for each in self._shelf.alike(wording, but, near):
                known = found.get(each.shelved.answer.id)
                if known is None or known.sureness < each.sureness:
                    found[each.shelved.answer.id] = each
            await asyncio.sleep(0)  # each takes about a millisecond: chats go between
        return sorted(found.values(), key=lambda each: -each.sureness)[:MOST_ALIKE]

    async def _near(self, question: str) -> Near | None:
        return None if self._vectors is None else await self._vectors.near(question)

    def served(self, answer_id: str) -> None:
        """Somebody got this answer."""
        self._hits[answer_id, self.today().toordinal()] += 1

    async def count(self) -> None:
        """Write down how often answers were served since the last time.

        Raises:
            StorageProblem: the database refused; nothing is forgotten.
        """
        if not self._hits:
            return
        hits, self._hits = self._hits, Counter()
        try:
            async with self._database.write() as connection:
                await storage.count_hits(connection, hits)
        except StorageProblem:
            self._hits += hits
            raise

    async def close(self) -> None:
        """Write down what is counted."""
        try:
            await self.count()
        except StorageProblem as problem:
            log.error("hits of approved answers are lost", reason=str(problem))


def _filled(rows: list[StoredAnswer], files: list[StoredFile], zone: ZoneInfo) -> AnswerShelf:
    return AnswerShelf(_shelved(rows, files, zone))


def _shelved(rows: list[StoredAnswer], files: list[StoredFile], zone: ZoneInfo) -> list[Shelved]:
    of_answer: dict[str, list[StoredFile]] = {}
    for file in files:
        of_answer.setdefault(file.answer_id, []).append(file)
    return [shelved(row, tuple(of_answer.get(row.id, ())), zone) for row in rows]
