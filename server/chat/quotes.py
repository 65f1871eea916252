"""Takes quotes of deleted documents out of stored conversations, in small steps between which answers go on.

With them go the token ids of their turns, since passages stood in the question. What a model said in its own
words stays: it is an answer that was given. A round that is killed is begun
anew, and finds replaced what it had replaced. Who deletes documents is not known here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Set
from typing import Final

import structlog

from server.errors import StorageProblem
from server.protocol.quotes import turn_of_removed, without_quotes
from server.storage import documents, journal, turns
from server.storage.database import Database

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 1.0
FRAMES_AT_ONCE: Final = 200
REST_SECONDS: Final = 0.02  # between two steps: whoever waits to write comes first
# A question that was looked up before the document went may be answered after a first round; a second one,
# this long after, finds what it quoted.
SETTLED_MS: Final = 60_000
VACUUM_BELOW_BYTES: Final = 64 * 2**20  # rewritten in well under a second, with everybody waiting


class Quotes:
    """The quotes in all conversations.

    Args:
        database: where they are.
        now_ms: the clock.
        forget_ids: lets a conversation in memory, if it is there, forget the token ids of a turn.
    """

    def __init__(
        self,
        database: Database,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        forget_ids: Callable[[str, str], None] = lambda conversation_id, turn: None,
    ) -> None:
        self._database = database
        self._forget_ids = forget_ids
        self._now_ms = now_ms
        self._looked_for: set[str] = set()  # once already

    async def keep_running(self) -> None:
        """Look for documents that were deleted, for as long as the house stands."""
        while True:
            try:
                await self.run()
            except StorageProblem as problem:
                log.error("cannot remove quotes of deleted documents", reason=str(problem))
            await asyncio.sleep(LOOK_SECONDS)

    async def run(self) -> int:
        """One round, if a document was deleted; in how many frames and turns something was taken away.

        Raises:
            StorageProblem: the database refused; the next round goes on.
        """
        now_ms = self._now_ms()
        async with self._database.read() as connection:
            removed = await documents.removed(connection)
        settled = {each for each, at_ms in removed.items() if now_ms - at_ms >= SETTLED_MS}
        due = settled | (removed.keys() - self._looked_for)
        if not due:
            return 0
        num_replaced = await self._replace(due)
        if num_replaced:
            log.info("quotes of deleted documents were removed", num_places=num_replaced)
            await self._database.scrub(vacuum_below_bytes=VACUUM_BELOW_BYTES)
        self._looked_for = (self._looked_for | due) - settled
        if settled:
            async with self._database.write() as connection:
                await documents.quotes_are_gone(connection, settled)
        return num_replaced

    async def _replace(self, document_ids: Set[str]) -> int:
        num_replaced, after = 0, ("", 0)
        while True:
            async with self._database.read() as connection:
                frames = await journal.read_sources(connection, after, FRAMES_AT_ONCE)
            if not frames:
                return num_replaced
            after = frames[-1][:2]
            replaced, cited = await asyncio.to_thread(_without, frames, document_ids)
            if cited:
                async with self._database.write() as connection:
                    await journal.replace_frames(connection, replaced)
                    num_replaced += await turns.forget_ids(connection, [turn for _, turn in cited])
                num_replaced += len(replaced)
            for conversation_id, turn in cited:
                self._forget_ids(conversation_id, turn)
            await asyncio.sleep(REST_SECONDS)


def _without(
    frames: list[tuple[str, int, str]], document_ids: Set[str]
) -> tuple[list[tuple[str, int, str]], list[tuple[str, str]]]:
    """The frames that are others now, and the turns of all that lack a document, also since an earlier round:
    a turn that was being answered then has got its ids since."""
    replaced, cited = [], []
    for conversation_id, seq, frame in frames:
        other = without_quotes(frame, document_ids)
        if other is not None:
            replaced.append((conversation_id, seq, other))
        if (turn := turn_of_removed(other or frame)) is not None:
            cited.append((conversation_id, turn))
    return replaced, cited
