"""Pupils who ask over real WebSockets, and what each of them saw when. Knows neither models nor processes."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

_SILENCE_SECONDS = 600.0  # without a frame, after which a pupil is believed to be forgotten


@dataclass(frozen=True, slots=True)
class Told:
    """A place in the queue as it was told, in seconds of the loop's clock."""

    at: float
    position: int
    eta_seconds: float


@dataclass(slots=True)
class Asked:
    """One question; times are of the loop's clock, None where it never came to that."""

    at: float
    told: list[Told] = field(default_factory=list)
    started_at: float | None = None
    first_at: float | None = None  # the first text
    newest_at: float | None = None  # the newest text, or the end
    ended_at: float | None = None
    finish: str = ""  # that of `done`, or the code of a refusal
    reason: str = ""  # of what was reused
    num_tokens: int = 0

    @property
    def is_running(self) -> bool:
        """Whether its answer has begun and not ended."""
        return self.started_at is not None and self.ended_at is None


@dataclass(slots=True)
class Seen:
    """What all pupils of a load saw."""

    asked: list[Asked] = field(default_factory=list)
    num_frames: int = 0
    num_dropped: int = 0  # connections that closed before their last answer
    began_at: float = 0.0
    ended_at: float = 0.0


async def ask_all(url: str, questions: Sequence[Sequence[str]], within_seconds: float, seen: Seen) -> None:
    """Let everyone ask: each opens a page, and all first questions come within a time.

    Args:
        url: the server, as `http://host:port`.
        questions: those of each pupil, asked one after the other.
        within_seconds: the time in which the pupils ask their first ones.
        seen: filled as it happens.
    """
    loop = asyncio.get_running_loop()
    sockets = [await connect(f"{url.replace('http', 'ws', 1)}/ws/chat") for _ in questions]
    try:
        for socket in sockets:
            await socket.send(json.dumps({"type": "hello", "v": 1}))
            welcome = json.loads(await socket.recv())
            if welcome["type"] != "welcome":
                raise RuntimeError(f"the chat does not let pupils in: {welcome.get('message', welcome)}")
        seen.began_at = loop.time()
        pause_seconds = within_seconds / max(1, len(sockets))
        async with asyncio.TaskGroup() as group:
            for place, (socket, own) in enumerate(zip(sockets, questions, strict=True)):
                group.create_task(_ask(socket, own, seen.began_at + place * pause_seconds, seen))
        seen.ended_at = loop.time()
    finally:
        await asyncio.gather(*(socket.close() for socket in sockets))


async def _ask(socket: ClientConnection, questions: Sequence[str], at: float, seen: Seen) -> None:
    loop = asyncio.get_running_loop()
    await asyncio.sleep(max(0.0, at - loop.time()))
    try:
        for question in questions:
            asked = Asked(loop.time())
            seen.asked.append(asked)
            await socket.send(json.dumps({"type": "ask", "id": uuid.uuid4().hex, "text": question}))
            while asked.ended_at is None:
                frame = json.loads(await asyncio.wait_for(socket.recv(), _SILENCE_SECONDS))
                seen.num_frames += 1
                note(asked, frame, loop.time())
    except ConnectionClosed:
        seen.num_dropped += 1


def note(asked: Asked, frame: dict[str, Any], now: float) -> None:
    """A frame came: what it says of this question."""
    match frame["type"]:
        case "queued":
            asked.told.append(Told(now, frame["position"], frame["eta_seconds"]))
        case "started":
            asked.started_at = now
            asked.reason = (frame.get("kv") or {}).get("reason", "")
        case "delta":
            asked.first_at = asked.first_at or now
            asked.newest_at = now
        case "done":
            asked.ended_at = asked.newest_at = now
            asked.finish = frame["finish"]
            asked.num_tokens = frame["usage"]["generated_tokens"]
        case "refused" | "error":
            asked.ended_at = now
            asked.finish = str(frame["code"])
