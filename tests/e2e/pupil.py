"""A pupil for the end-to-end tests: a real WebSocket client that keeps every frame it saw."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

Frame = dict[str, Any]


@dataclass
class Answer:
    """One turn as its pupil saw it."""

    frames: list[Frame] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(frame["text"] for frame in self.frames if frame["type"] == "delta")

    @property
    def accepted(self) -> Frame:
        return next(frame for frame in self.frames if frame["type"] == "accepted")

    @property
    def last(self) -> Frame:
        return self.frames[-1]

    @property
    def is_whole(self) -> bool:
        """Whether the model was heard out: it came to its own end, or to the longest answer allowed."""
        return self.last["type"] == "done" and self.last["finish"] in ("stop", "length")

    @property
    def usage(self) -> Frame:
        usage: Frame = self.last["usage"]
        return usage


class Pupil:
    """An open chat page without the page."""

    def __init__(self, socket: ClientConnection, welcome: Frame) -> None:
        self.socket = socket
        self.welcome = welcome
        self.conversation: str = welcome["conversation"]
        self.seen: list[Frame] = []

    async def send(self, **frame: Any) -> None:
        await self.socket.send(json.dumps(frame))

    async def next(self, seconds: float = 60) -> Frame:
        """The next frame; fails when none comes in time."""
        frame: Frame = json.loads(await asyncio.wait_for(self.socket.recv(), seconds))
        self.seen.append(frame)
        return frame

    async def until(self, kind: str, seconds: float = 120) -> list[Frame]:
        """Frames up to and with the first of type `kind`."""
        frames = []
        async with asyncio.timeout(seconds):
            while not frames or frames[-1]["type"] != kind:
                frames.append(await self.next(seconds))
        return frames

    async def ask(self, text: str, seconds: float = 240, key: str | None = None) -> Answer:
        """Ask and wait for the end, which is `done` or `refused`."""
        await self.send(type="ask", id=key or uuid.uuid4().hex, text=text)
        answer = Answer()
        async with asyncio.timeout(seconds):
            while not answer.frames or answer.last["type"] not in ("done", "refused"):
                answer.frames.append(await self.next(seconds))
        return answer


@asynccontextmanager
async def chatting(
    url: str,
    *,
    conversation: str | None = None,
    last_seq: int | None = None,
    cookie: str | None = None,
    class_code: str | None = None,
) -> AsyncIterator[Pupil]:
    """Open the chat at `url` (`http://host:port`) and say hello."""
    headers = {"Cookie": cookie} if cookie else {}
    async with connect(f"{url.replace('http', 'ws', 1)}/ws/chat", additional_headers=headers) as socket:
        hello: Frame = {"type": "hello", "v": 1}
        if conversation is not None:
            hello["conversation"] = conversation
        if last_seq is not None:
            hello["last_seq"] = last_seq
        if class_code is not None:
            hello["class_code"] = class_code
        await socket.send(json.dumps(hello))
        welcome = json.loads(await asyncio.wait_for(socket.recv(), 10))
        assert welcome["type"] == "welcome", welcome
        yield Pupil(socket, welcome)


def visitor_cookie(pupil: Pupil) -> str:
    """The cookie that the handshake gave this pupil."""
    assert pupil.socket.response is not None
    for value in pupil.socket.response.headers.get_all("Set-Cookie"):
        if value.startswith("dayi_visitor="):
            return value.split(";", 1)[0]
    raise AssertionError("the handshake set no visitor cookie")
