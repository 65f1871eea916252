"""The application and the life of its server: the one place that makes a `Starlette()`.

It knows neither how the parts are made (`wiring`) nor what the routes do (`web`).
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from server.settings import Settings
from server.web.door import Door
from server.web.origins import Origins
from server.web.parts import Parts
from server.web.problems import HANDLERS
from server.web.routes import routes

PING_SECONDS = 20.0
KEEP_ALIVE_SECONDS = 20
SHUTDOWN_SECONDS = 5  # for requests under way, after the chat has closed


def make_app(parts: Parts) -> Starlette:
    """The ASGI application over these parts."""
    origins = Origins(parts.settings.public_url, parts.settings.allowed_origins)
    door = Middleware(Door, origins=origins, metrics=parts.metrics)
    app = Starlette(routes=routes(), middleware=[door], exception_handlers=HANDLERS)
    app.router.redirect_slashes = False
    app.state.parts = parts
    app.state.origins = origins
    return app


class Server(uvicorn.Server):
    """Uvicorn with our order of leaving: first the chat ends its answers, then connections close.

    Args:
        app: what `make_app` made.
        settings: addresses to trust, sizes.
        leave: run when the server is told to stop, while every connection is still open.
        arrive: run when connections are accepted.
    """

    def __init__(
        self,
        app: Starlette,
        settings: Settings,
        *,
        leave: Callable[[], Awaitable[None]],
        arrive: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(_configure(app, settings))
        self._leave = leave
        self._arrive = arrive

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._arrive()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()  # no new connection while the answers end
        await self._leave()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Uvicorn's own version raises the signal again at its end, which would kill the process
        # before the database and the engine are closed.
        loop = asyncio.get_running_loop()
        caught = (signal.SIGINT, signal.SIGTERM)
        for number in caught:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in caught:
                loop.remove_signal_handler(number)


def _configure(app: Starlette, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        # Sans-I/O and without deflate: a fifth of the memory a connection, a sixth of the time a frame.
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=settings.frame_bytes,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        lifespan="off",  # what lives longer than the server is opened around it
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        server_header=False,
        access_log=False,  # addresses with queries; our log has its own events
        log_config=None,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
