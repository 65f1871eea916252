"""A scripted fake of an OpenAI-compatible server, to the byte: for what no real one does on demand.

Each question consumes one script: bytes are written as they stand, `HANG` waits until the client is gone,
`ABORT` breaks the connection. What a real server does is tested against a real one.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Act(Enum):
    """A part of a script that is no bytes."""

    HANG = "hang"
    ABORT = "abort"


HANG, ABORT = Act.HANG, Act.ABORT
Script = Sequence[bytes | Act]

DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True)
class Asked:
    """A question as it arrived."""

    headers: dict[str, str]
    body: dict[str, Any]


def event(
    text: str | None = None, finish: str | None = None, usage: dict[str, Any] | None = None, **more: Any
) -> bytes:
    """One event of a stream."""
    delta = {} if text is None else {"content": text}
    chunk = {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}
    if usage is not None:
        chunk["usage"] = usage
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode()


def stream(*parts: bytes | Act, kind: str = "text/event-stream") -> Script:
    """A response that is streamed: its head, then these parts; the connection ends with the script."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n".encode()
    return [head, *parts]


def answer(*texts: str, finish: str = "stop", usage: dict[str, Any] | None = None) -> Script:
    """A whole answer, as it should be."""
    return stream(*map(event, texts), event(finish=finish, usage=usage), DONE)


def refusal(status: int, body: Any = None, **headers: str) -> Script:
    """A response that is none; header names have `_` for `-`."""
    found = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} No", f"Content-Length: {len(found)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ["\r\n".join([*lines, "", ""]).encode() + found]


class ScriptedServer:
    """The fake.

    Attributes:
        base_url: as in a model's name.
        scripts: one for each question, in order; the last stays for all further ones.
        models: the script for `GET /models`.
        asked: every question.
        num_looks: how often `GET /models` came.
        gone: set when a client left a hanging answer.
    """

    def __init__(self) -> None:
        self.base_url = ""
        self.scripts: list[Script] = [answer("你好")]
        self.models = refusal(200, {"object": "list", "data": [{"id": "m"}]})
        self.asked: list[Asked] = []
        self.num_looks = 0
        self.gone = asyncio.Event()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            first, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
            headers = {
                name.lower(): value for name, _, value in (line.partition(": ") for line in rest if line)
            }
            script = self.models
            if first.startswith("POST"):
                body = await reader.readexactly(int(headers["content-length"]))
                self.asked.append(Asked(headers, json.loads(body)))
                script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
            else:
                self.num_looks += 1
            await self._play(script, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # clients that go away are part of the tests
        finally:
            writer.close()

    async def _play(self, script: Script, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in script:
            if part is HANG:
                await reader.read()
                self.gone.set()
            elif part is ABORT:
                await asyncio.sleep(0.05)  # what was written before it arrives before it
                writer.transport.abort()
            elif isinstance(part, bytes):
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0)


@asynccontextmanager
async def scripted_server() -> AsyncIterator[ScriptedServer]:
    """A fake that runs, on a free port."""
    fake = ScriptedServer()
    server = await asyncio.start_server(fake._serve, "127.0.0.1", 0)
    fake.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield fake
    finally:
        server.close()
        await server.wait_closed()
