"""The Origin check: our own pages pass, everyone else's do not."""

from __future__ import annotations

import pytest

from server.web.origins import Origins


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("http://desk.example", "desk.example"),
        ("http://desk.example", "desk.example:80"),
        ("https://desk.example", "desk.example"),  # TLS ended by a proxy
        ("http://DESK.example", "desk.example"),
        ("http://[::1]:8000", "[::1]:8000"),
    ],
)
def test_origin_of_the_same_host_is_ours(origin: str, host: str) -> None:
    """A page of this very address may do what it likes."""
    assert not Origins(None, ()).is_foreign({"origin": origin, "host": host})


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://127.0.0.1:9000",
        "https://desk.example.evil.example",
        "http://evil.example/127.0.0.1:8000",
        "http://127.0.0.1:8000@evil.example",
        "null",
        "",
        "file://",
        "http://",
        "http://[::1",
        "http://127.0.0.1:notaport",
        "chrome-extension://abcdef",
    ],
)
def test_origin_of_another_site_is_foreign(origin: str) -> None:
    """Other hosts, other ports, opaque and broken origins are all foreign."""
    assert Origins(None, ()).is_foreign({"origin": origin, "host": "127.0.0.1:8000"})


def test_origin_may_be_missing_for_programs_but_not_across_sites() -> None:
    """A program sends no Origin; a browser that says it crosses sites is refused all the same."""
    origins = Origins(None, ())
    assert not origins.is_foreign({"host": "a"})
    assert not origins.is_foreign({"host": "a", "sec-fetch-site": "same-origin"})
    assert origins.is_foreign({"host": "a", "sec-fetch-site": "cross-site"})


def test_origins_of_the_settings_are_ours() -> None:
    """The public address and the allowed origins pass whatever the Host header says."""
    origins = Origins("https://desk.example/", ["https://portal.example:8443"])
    for origin in ("https://desk.example", "https://desk.example:443", "https://portal.example:8443"):
        assert not origins.is_foreign({"origin": origin, "host": "10.0.0.5:8000"})
    assert origins.is_foreign({"origin": "http://desk.example", "host": "10.0.0.5:8000"})
    assert origins.is_foreign({"origin": "https://portal.example", "host": "10.0.0.5:8000"})


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("desk.example", True),
        ("10.0.0.5:8000", True),
        ("[::1]:8000", True),
        ("localhost:8000", True),
        ("rebound.evil.example", False),
        ("desk.example.evil.example", False),
    ],
)
def test_origin_is_held_to_the_public_address_once_it_is_set(host: str, is_ours: bool) -> None:
    """A foreign name that was made to lead here sends itself as both Origin and Host."""
    origins = Origins("http://desk.example", ())
    assert origins.is_foreign({"origin": f"http://{host}", "host": host}) is not is_ours
