"""One embedding process as the server holds it: spawned, asked, killed.

It does not know when it is restarted.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

import server
from server.embedding.types import EmbeddingProblem, Role, Vectors

_LINE_BYTES: Final = 1 << 16  # longest line that the process sends; vectors are no lines
_MOST_BYTES: Final = 1 << 26  # of the vectors of one answer


class Gone(Exception):
    """The process died, or says what no such process says."""


class Child:
    """A living embedding process. Make one with `spawned`."""

    def __init__(
        self, process: asyncio.subprocess.Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    async def load(self, folder: Path, threads: int) -> tuple[str, int]:
        """Have it load a model. Returns the model's name and how long a vector is.

        Raises:
            EmbeddingProblem: the model cannot be loaded.
            Gone: the process died.
        """
        answer = await self._ask({"folder": str(folder), "threads": threads})
        if "broken" in answer:
            raise EmbeddingProblem(str(answer["broken"]))
        return str(answer.get("ready")), int(answer.get("dimensions", 0))

    async def embed(self, texts: Sequence[str], role: Role) -> Vectors:
        """The vectors of texts; one call after the other.

        Raises:
            EmbeddingProblem: these texts have none.
            Gone: the process died.
        """
        answer = await self._ask({"texts": list(texts), "role": role})
        if "problem" in answer:
            raise EmbeddingProblem(str(answer["problem"]))
        try:
            rows, dimensions = int(answer["rows"]), int(answer["dimensions"])
            if rows != len(texts) or not 0 < rows * dimensions * 4 <= _MOST_BYTES:
                raise Gone("it gave other vectors than were asked for")
            content = await self._reader.readexactly(rows * dimensions * 4)
        except (asyncio.IncompleteReadError, ConnectionError, KeyError) as error:
            raise Gone(f"it broke off ({type(error).__name__})") from None
        return np.frombuffer(content, np.float32).reshape(rows, dimensions)

    async def end(self) -> int:
        """Wait for its end."""
        return await self._process.wait()

    async def close(self) -> None:
        """Kill it, if it lives: it keeps nothing."""
        self._writer.close()
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    async def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        try:
            self._writer.write(json.dumps(question).encode() + b"\n")
            await self._writer.drain()
            line = await self._reader.readline()
            answer = json.loads(line)
        except (ConnectionError, ValueError) as error:  # ValueError: half a line, or one beyond all limits
            raise Gone(f"the embedding process died ({type(error).__name__})") from None
        if not isinstance(answer, dict):
            raise Gone("it says what no embedding process says")
        return answer


@asynccontextmanager
async def spawned() -> AsyncIterator[Child]:
    """A new embedding process; dead at the end of the block.

    Raises:
        OSError: it cannot be started.
    """
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "server.embedding", str(theirs.fileno())),
                pass_fds=(theirs.fileno(),),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                env=_environment(),
            )
        reader, writer = await asyncio.open_connection(sock=ours, limit=_LINE_BYTES)
        child = Child(process, reader, writer)
        try:
            yield child
        finally:
            await child.close()
    finally:
        ours.close()


def _environment() -> dict[str, str]:
    # Nothing of ours: no key, no password. It fetches nothing, whatever a model's files say.
    kept = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TMPDIR", "VIRTUAL_ENV")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "PYTHONPATH": str(Path(server.__file__).parents[1]),
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "GOMP_SPINCOUNT": "6000",  # as in the engine's process: threads that wait must not take its cores
    }
