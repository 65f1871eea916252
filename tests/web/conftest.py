"""A running site with one person of every role, logged in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.serving import Serving, serving

PASSWORD = "bamboo-river-19"
ROLES = ("pupil", "teacher", "compliance", "admin")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """One server for all tests of the web; they leave it as they found it, or do not mind."""
    with serving(tmp_path_factory.mktemp("site"), connections_per_user=3, asks_per_minute=1000) as server:
        yield server


@pytest.fixture(scope="session")
def people(site: Serving) -> Iterator[dict[str, httpx.Client]]:
    """A logged-in client for every role; `nobody` has no cookie at all."""
    with ExitStack() as stack:

        def client() -> httpx.Client:
            return stack.enter_context(httpx.Client(base_url=site.url, headers={"Origin": site.url}))

        clients = {"nobody": client(), **{role: client() for role in ROLES}}
        admin = clients["admin"]
        body = {"token": site.setup_token, "name": "admin", "password": PASSWORD}
        assert admin.post("/api/setup", json=body).status_code == 201
        for role in ROLES[:-1]:
            made = admin.post("/api/users", json={"name": role, "role": role, "password": PASSWORD})
            assert made.status_code == 201, made.text
            login = clients[role].post("/api/login", json={"name": role, "password": PASSWORD})
            assert login.status_code == 200, login.text
        yield clients


@pytest.fixture
def nobody(people: dict[str, httpx.Client]) -> httpx.Client:
    """Someone without a cookie; none is kept either."""
    people["nobody"].cookies.clear()
    return people["nobody"]


@pytest.fixture
def admin(people: dict[str, httpx.Client]) -> httpx.Client:
    """An administrator."""
    return people["admin"]


@pytest.fixture
def compliance(people: dict[str, httpx.Client]) -> httpx.Client:
    """Compliance staff."""
    return people["compliance"]


@pytest.fixture
def teacher(people: dict[str, httpx.Client]) -> httpx.Client:
    """A teacher."""
    return people["teacher"]


def problem_of(answer: httpx.Response) -> str:
    """The code of a refusal; fails where the answer does not have the one error shape."""
    body = answer.json()
    assert set(body) == {"error"}, body
    assert {"code", "message"} <= set(body["error"]) <= {"code", "message", "details", "retry_after_seconds"}
    assert body["error"]["message"]
    assert answer.headers["content-type"] == "application/json"
    code: str = body["error"]["code"]
    return code
