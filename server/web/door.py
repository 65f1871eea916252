"""What every HTTP request passes first: foreign origins turned away, sizes limited, headers
set, bugs caught. ASGI middleware that knows no route.
"""

from __future__ import annotations

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.metrics import Metrics
from server.web.messages import problem
from server.web.origins import Origins
from server.web.problems import internal_response, problem_response

log = structlog.get_logger(__name__)

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Door:
    """The outermost middleware: every answer, also that to a bug, leaves with the headers."""

    def __init__(self, app: ASGIApp, origins: Origins, metrics: Metrics) -> None:
        self._app = app
        self._origins = origins
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # the chat socket has a door of its own
            await self._app(scope, receive, send)
            return
        begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                self._metrics.request_answered(message["status"])
            await send(message)

        request = Request(scope)
        try:
            if scope["method"] not in SAFE_METHODS and self._origins.is_foreign(request.headers):
                refusal = problem_response(request, problem("foreign_origin"))
                await refusal(scope, receive, send_with_headers)
                return
            await self._app(scope, receive, send_with_headers)
        except Exception:
            # The path of a route holds ids only; the query may hold what someone searched for.
            log.exception("bug in a request", method=scope["method"], path=scope["path"])
            if begun:  # too late for an honest status: break the connection instead of lying
                raise
            await internal_response(request)(scope, receive, send_with_headers)


class BodyLimit:
    """Refuses bodies over `max_bytes` before and while they are read."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdecimal() or int(declared) > self._max_bytes:
            raise problem("too_large")
        num_bytes = 0

        async def receive_counted() -> Message:
            nonlocal num_bytes
            message = await receive()
            num_bytes += len(message.get("body", b""))
            if num_bytes > self._max_bytes:
                raise problem("too_large")
            return message

        await self._app(scope, receive_counted, send)
