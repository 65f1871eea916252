"""The two cookies: `dayi_login` of people with a password, `dayi_visitor` of those without.

Both hold a random token of which only the hash is stored. It does not know who may do what.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

from server.accounts import NewLogin, Who
from server.web.parts import Parts, now_ms

LOGIN = "dayi_login"
VISITOR = "dayi_visitor"
VISITOR_SECONDS = 180 * 24 * 3600  # a school term and its holidays
_MAX_TOKEN_CHARS = 200


async def who_is(connection: HTTPConnection, parts: Parts) -> Who | None:
    """Who sent this, by the cookies; None: someone new."""
    login, visitor = (_token(connection, name) for name in (LOGIN, VISITOR))
    if login is None and visitor is None:
        return None
    return await parts.accounts.who(login, visitor, now_ms())


def login_token(connection: HTTPConnection) -> str:
    """The token of the login, or an empty one."""
    return _token(connection, LOGIN) or ""


def set_login(response: Response, connection: HTTPConnection, parts: Parts, new: NewLogin) -> None:
    """Give the browser a login."""
    max_age = max(0, (new.expires_at_ms - now_ms()) // 1000)
    _set(response, connection, parts, LOGIN, new.token, max_age)


def end_login(response: Response, connection: HTTPConnection, parts: Parts) -> None:
    """Take the login from the browser."""
    _set(response, connection, parts, LOGIN, "", 0)


def set_visitor(response: Response, connection: HTTPConnection, parts: Parts, token: str) -> None:
    """Make the browser known as this visitor."""
    _set(response, connection, parts, VISITOR, token, VISITOR_SECONDS)


def visitor_header(connection: HTTPConnection, parts: Parts, token: str) -> tuple[bytes, bytes]:
    """The same as a header of a handshake's answer."""
    response = Response()
    set_visitor(response, connection, parts, token)
    return next(header for header in response.raw_headers if header[0] == b"set-cookie")


def _token(connection: HTTPConnection, name: str) -> str | None:
    token = connection.cookies.get(name)
    return token if token and len(token) <= _MAX_TOKEN_CHARS else None


def _set(
    response: Response, connection: HTTPConnection, parts: Parts, name: str, token: str, max_age: int
) -> None:
    response.set_cookie(
        name,
        token,
        max_age=max_age,
        httponly=True,
        samesite="lax",
        secure=_behind_tls(connection, parts.settings.public_url),
    )


def _behind_tls(connection: HTTPConnection, public_url: str | None) -> bool:
    if connection.url.scheme in ("https", "wss"):
        return True
    # A proxy that ends TLS and does not say so; but not when the machine itself is called by another name.
    public = urlsplit(public_url or "")
    return public.scheme == "https" and public.hostname == connection.url.hostname
