"""A lock between processes on one data folder: the operating system's, so it goes with the process however
that ends. It does not know what is locked."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TextIO

from server.errors import StorageProblem

_LOOK_SECONDS: Final = 0.1


class FolderLock:
    """Held by one process at a time.

    Args:
        file: what is locked; it is made if need be, and stays.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._held: TextIO | None = None

    def try_hold(self) -> bool:
        """Hold it from now on; False where another process does.

        Raises:
            OSError: the file cannot be written.
        """
        if self._held is not None:
            return True
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        stream = self._file.open("a", encoding="utf-8")
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.close()
            return False
        except OSError:
            stream.close()
            raise
        self._held = stream
        return True

    def release(self) -> None:
        """Let others have it."""
        if self._held is not None:
            self._held.close()
            self._held = None

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Wait until no other process holds it, and hold it meanwhile. One at a time in this process.

        Raises:
            StorageProblem: the file cannot be written.
        """
        try:
            while not self.try_hold():  # noqa: ASYNC110 -- another process
                await asyncio.sleep(_LOOK_SECONDS)
        except OSError as error:
            raise StorageProblem(f"cannot use {self._file}: {error}") from error
        try:
            yield
        finally:
            self.release()
