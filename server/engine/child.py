"""One engine process as the server holds it: spawned, talked to in lines, watched, and ended.

It does not know what the lines mean, nor what is done when the process dies.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from server.engine.types import Line, dump_line, parse_line

_LINE_BYTES = 1 << 22  # longest line that the engine may send
_PATIENCE_SECONDS = 10.0  # with a process that has nothing to do; for how often one looks

# The server shares the cores with the engine. Threads of libgomp that wait for one another spin for
# milliseconds by default: on a busy machine that makes a step ten times slower.
_ENVIRONMENT = {"GOMP_SPINCOUNT": "6000"}


class Child:
    """A living engine process. Make one with `spawned`."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        patience_seconds: Callable[[], float | None],
    ) -> None:
        self.heard_at = asyncio.get_running_loop().time()  # the last sign of life
        self._process = process
        self._reader = reader
        self._writer = writer
        self._patience_seconds = patience_seconds
        self._watchdog = asyncio.create_task(self._watch(), name="engine watchdog")

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def send(self, line: Line) -> None:
        """Written to the socket or kept by the transport: the loop never waits for the engine."""
        self._writer.write(dump_line(line))

    async def lines(self) -> AsyncIterator[Line]:
        """What it says, until it is gone, also where it dies within a line.

        Raises:
            ValueError: what it says are no lines.
        """
        while line := await self._line():
            self.heard_at = asyncio.get_running_loop().time()
            yield parse_line(line)

    async def end(self) -> str:
        """Wait for its end. Returns why it ended."""
        code = await self._process.wait()
        return self._watchdog.result() if self._watchdog.done() else f"it ended with code {code}"

    async def close(self) -> None:
        """Kill it, if it lives: it keeps nothing that an orderly end would save."""
        self._watchdog.cancel()
        self._writer.close()
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    async def _line(self) -> bytes:
        try:
            line = await self._reader.readline()
        except ConnectionError:
            return b""
        return line if line.endswith(b"\n") else b""

    async def _watch(self) -> str:
        """Kill a process that gives no sign of life. Returns why."""
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep((self._patience_seconds() or _PATIENCE_SECONDS) / 10)
            patience_seconds = self._patience_seconds()
            late = patience_seconds is not None and clock() - self.heard_at > patience_seconds
            if late and self._process.returncode is None:
                self._process.kill()
                return f"it gave no sign of life for {patience_seconds:g} s"


@asynccontextmanager
async def spawned(patience_seconds: Callable[[], float | None]) -> AsyncIterator[Child]:
    """A new engine process; dead at the end of the block.

    Args:
        patience_seconds: how long it may give no sign of life now; None: for ever.

    Raises:
        OSError: it cannot be started.
    """
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "server.engine.process", str(theirs.fileno())),
                pass_fds=(theirs.fileno(),),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                env={**_ENVIRONMENT, **os.environ},
            )
        reader, writer = await asyncio.open_connection(sock=ours, limit=_LINE_BYTES)
        child = Child(process, reader, writer, patience_seconds)
        try:
            yield child
        finally:
            await child.close()
    finally:
        ours.close()
