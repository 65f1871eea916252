"""Who watches a conversation, and up to which frame each has been served.

A newcomer is served from the journal until it has caught up, and live from then on, so
that nothing is missing or sent twice. It does not know what the frames say.
"""

from __future__ import annotations

from dataclasses import dataclass

from server.chat.outbox import Outbox
from server.protocol.frames import Error, dump
from server.protocol.replay import joined
from server.protocol.texts import Texts
from server.storage import journal
from server.storage.database import Database

REPLAY_PAGE_FRAMES = 500


@dataclass(slots=True, eq=False)
class Watcher:
    """One connection; `cursor` is the number of the last frame that was put into its outbox."""

    outbox: Outbox
    texts: Texts
    cursor: int
    is_live: bool = False


class Watchers:
    """The connections that watch one conversation.

    Args:
        database: where the journal is.
        conversation_id: whose frames.
        committed_seq: the newest frame that is durable.
    """

    def __init__(self, database: Database, conversation_id: str, committed_seq: int) -> None:
        self._database = database
        self._conversation_id = conversation_id
        self.committed_seq = committed_seq
        self._all: set[Watcher] = set()

    def __len__(self) -> int:
        return len(self._all)

    async def join(self, watcher: Watcher) -> None:
        """Send everything after the watcher's cursor, then whatever comes.

        Raises:
            StorageProblem: the journal cannot be read.
        """
        self._all.add(watcher)
        while watcher in self._all and not watcher.outbox.is_closed:
            # The journal may be ahead of `committed_seq` for a moment, never behind: see `deliver`.
            if watcher.cursor >= self.committed_seq:
                watcher.is_live = True
                return
            async with self._database.read() as connection:
                page = await journal.read_after(
                    connection, self._conversation_id, watcher.cursor, REPLAY_PAGE_FRAMES
                )
            if not page:  # deleted meanwhile
                return
            for seq, text in joined(page):
                if not await watcher.outbox.put_patiently(text):
                    return
                watcher.cursor = seq

    def leave(self, watcher: Watcher) -> None:
        """Send nothing more to this one."""
        self._all.discard(watcher)

    def deliver(self, frames: list[tuple[int, str]]) -> None:
        """Send frames that have just become durable."""
        self.committed_seq = frames[-1][0]
        for watcher in [each for each in self._all if each.is_live]:
            for seq, text in frames:
                if seq > watcher.cursor:
                    if not watcher.outbox.put(text):
                        self._all.discard(watcher)
                        break
                    watcher.cursor = seq

    async def send_again(self, watcher: Watcher, seq: int) -> None:
        """Send one frame once more to one watcher; a frame that is not durable yet will come anyway.

        Raises:
            StorageProblem: the journal cannot be read.
        """
        if seq > self.committed_seq:
            return
        async with self._database.read() as connection:
            page = await journal.read_after(connection, self._conversation_id, seq - 1, 1)
        for _, text in page:
            watcher.outbox.put(text)

    def dismiss(self, error: str | None, close_code: int | None) -> None:
        """Serve nobody any more.

        Args:
            error: the code of an error that everyone is told first, if any.
            close_code: with which the connections are closed; None leaves them open.
        """
        for watcher in self._all:
            if error is not None:
                watcher.outbox.put(dump(Error(code=error, message=getattr(watcher.texts, error))))
            if close_code is not None:
                watcher.outbox.close(close_code, error or "the server restarts")
        self._all.clear()
