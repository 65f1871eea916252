"""Is a request from one of our own pages? Decided by its `Origin`, before anything else.

Browsers send `Origin` with every WebSocket handshake and every state-changing request;
programs that are no browsers may leave it out. Pure: headers in, yes or no out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class Origins:
    """Which origins are ours.

    Args:
        public_url: the address under which browsers reach the server, if it is set.
        allowed: further origins, such as `https://portal.example.org`.
    """

    def __init__(self, public_url: str | None, allowed: Iterable[str]) -> None:
        self._is_named = public_url is not None
        urls = [*allowed, *([public_url] if public_url else [])]
        self._ours = {origin for origin in map(_normal, urls) if origin}

    def is_foreign(self, headers: Mapping[str, str]) -> bool:
        """Whether the headers say that another site sent this.

        `Host` itself is ours where no address was set. Where one was, any other name that leads here is
        somebody else's (DNS rebinding), and only numbers and `localhost` are still this machine's own.
        """
        sent = headers.get("origin")
        if sent is None:
            # A browser so old that it sends no Origin still tells a cross-site request by this header.
            return headers.get("sec-fetch-site") == "cross-site"
        origin = _normal(sent)
        if origin is None:  # also "null": a sandboxed frame or a file
            return True
        if origin in self._ours:
            return False
        # The scheme is not compared: behind a proxy that ends TLS, ours may look like http.
        scheme, _, host = origin.partition("://")
        if self._is_named and not _is_number_or_local(host.rpartition(":")[0]):
            return True
        return host != _with_port(headers.get("host", ""), scheme)


def _is_number_or_local(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return name == "localhost"
    return True


def _normal(url: str) -> str | None:
    try:
        parts = urlsplit(url.strip())
        port = parts.port or DEFAULT_PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    if not parts.hostname:
        return None
    return f"{parts.scheme}://{parts.hostname}:{port}"


def _with_port(host: str, scheme: str) -> str | None:
    try:
        parts = urlsplit(f"//{host}")
        return f"{parts.hostname}:{parts.port or DEFAULT_PORTS[scheme]}" if parts.hostname else None
    except ValueError:
        return None
