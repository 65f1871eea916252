"""What waits to be sent on one connection: bounded, iterated by the socket's writer.

It does not know the socket. Nothing is handed out after a close, so nothing can be sent
after it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from server.protocol.session import TRY_AGAIN_LATER


class Outbox:
    """A queue of texts with an end.

    `async for text in outbox` ends when the connection is to be closed, with
    `close_code` and `close_reason` saying how. A writer that hangs in a send must also
    watch `abandoned`: what still waits is not worth waiting for then.

    Args:
        max_frames: more than these may not wait: the reader is too slow, and must resume.
    """

    def __init__(self, max_frames: int) -> None:
        self._max_frames = max_frames
        self._waiting: deque[str] = deque()
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self.abandoned = asyncio.Event()
        self.close_code: int | None = None
        self.close_reason = ""

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def is_closed(self) -> bool:
        """Whether nothing more is taken."""
        return self.close_code is not None

    def put(self, text: str) -> bool:
        """Queue a text. False if the connection is closed, or by this: it would be one too many."""
        if self.is_closed:
            return False
        if len(self._waiting) >= self._max_frames:
            self.abandon(TRY_AGAIN_LATER, "reading too slowly")
            return False
        self._waiting.append(text)
        self._changed.set()
        return True

    async def put_patiently(self, text: str) -> bool:
        """Queue a text when half of the room is free; what is long (a replay) uses this."""
        while not self.is_closed and len(self._waiting) * 2 >= self._max_frames:
            self._room.clear()
            await self._room.wait()
        return self.put(text)

    def close(self, code: int, reason: str) -> None:
        """Take nothing more; what waits is still sent."""
        if not self.is_closed:
            self.close_code, self.close_reason = code, reason
            self._changed.set()
            self._room.set()

    def abandon(self, code: int, reason: str) -> None:
        """Take nothing more and drop what waits."""
        self.close(code, reason)
        self._waiting.clear()
        self.abandoned.set()

    async def __aiter__(self) -> AsyncIterator[str]:
        while True:
            while self._waiting:
                text = self._waiting.popleft()
                self._room.set()
                yield text
            if self.is_closed:
                return
            self._changed.clear()
            await self._changed.wait()
