"""The whole house inside the test's own process, for tests that script the source or look at the parts."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from server.app import Server, make_app
from server.settings import Settings
from server.sources.types import Source
from server.wiring.house import House, wire

Frame = dict[str, Any]


@dataclass
class Inside:
    """A served house."""

    house: House
    server: Server
    url: str

    @asynccontextmanager
    async def chat(
        self, hello: Frame | None = None, *, small_buffer: bool = False, **headers: str
    ) -> AsyncIterator[Page]:
        """A chat page that has said hello; header names have `_` for `-`.

        With `small_buffer` the operating system keeps little of what the page does not read.
        """
        url = self.url.replace("http", "ws", 1) + "/ws/chat"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        line = socket.socket()
        if small_buffer:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(("127.0.0.1", int(self.url.rsplit(":", 1)[1])))
        async with connect(url, sock=line, additional_headers=named, max_size=None) as opened:
            page = Page(opened)
            with suppress(ConnectionClosed):  # refused at the door: the reason is still there to read
                await page.send(type="hello", v=1, **(hello or {}))
            yield page


@dataclass
class Page:
    """A chat page without the page."""

    socket: ClientConnection

    async def send(self, **frame: Any) -> None:
        await self.socket.send(json.dumps(frame, ensure_ascii=False))

    async def next(self, seconds: float = 60) -> Frame:
        """The next frame."""
        frame: Frame = json.loads(await asyncio.wait_for(self.socket.recv(), seconds))
        return frame

    async def until(self, *types: str) -> list[Frame]:
        """Frames up to and with the first of one of these types."""
        frames = [await self.next()]
        while frames[-1]["type"] not in types:
            frames.append(await self.next())
        return frames

    async def ask(self, text: str, key: str = "1") -> list[Frame]:
        """A question and everything up to its end."""
        await self.send(type="ask", id=key, text=text)
        return await self.until("done", "refused", "error")

    @property
    def cookies(self) -> list[str]:
        """What the handshake set."""
        assert self.socket.response is not None
        return self.socket.response.headers.get_all("Set-Cookie")


def text_of(frames: list[Frame]) -> str:
    """The answer in these frames."""
    return "".join(frame["text"] for frame in frames if frame["type"] == "delta")


@asynccontextmanager
async def inside(
    folder: Path, source: Source | None = None, *, send_buffer_bytes: int | None = None, **settings: Any
) -> AsyncIterator[Inside]:
    """Serve a house on a free port.

    Args:
        folder: for the data.
        source: where replies come from; without it the echoing script.
        send_buffer_bytes: of the operating system for each connection, to make one stall early.
        settings: by their names.
    """
    chosen = Settings(data=folder / "data", model="scripted:", **settings)
    listener = socket.create_server(("127.0.0.1", 0))
    if send_buffer_bytes is not None:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer_bytes)
    async with wire(chosen, source) as house:
        started = asyncio.Event()
        server = Server(make_app(house), chosen, leave=house.leave, arrive=started.set)
        serving = asyncio.create_task(server.serve([listener]))
        await started.wait()
        try:
            yield Inside(house, server, f"http://127.0.0.1:{listener.getsockname()[1]}")
        finally:
            server.should_exit = True
            await serving
