"""Hostile and clumsy HTTP: every refusal in one shape, nothing told that helps, nothing broken."""

from __future__ import annotations

import json
import socket

import httpx
import pytest

from tests.serving import Serving
from tests.web.conftest import problem_of


def raw(site: Serving, request: bytes) -> bytes:
    """What comes back for exactly these bytes, which ask for the connection to be closed."""
    host, port = site.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(request)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return answer


def test_unknown_address_is_not_found_in_the_language_of_the_request(nobody: httpx.Client) -> None:
    """One shape, two languages."""
    chinese, english = nobody.get("/api/nothing"), nobody.get("/api/nothing?lang=en")
    assert chinese.status_code == english.status_code == 404
    assert problem_of(chinese) == problem_of(english) == "not_found"
    assert chinese.json()["error"]["message"] == "没有找到。"
    assert english.json()["error"]["message"] == "Not found."
    assert nobody.get("/nothing", headers={"Accept-Language": "en"}).json() == english.json()


def test_wrong_method_is_answered_with_the_right_ones(nobody: httpx.Client) -> None:
    """405 names what is allowed."""
    answer = nobody.put("/api/login", json={})
    assert (answer.status_code, problem_of(answer)) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b'{"name": 1, "password": "x"}',
        b'{"name": "a", "password": null}',
        b'{"name": "a", "password": "b", "role": "admin"}',
        b'{"name": "a", "password": "b"',
        b'{"name": "\\ud800", "password": "b"}',
        b"[" * 10_000,
        b'{"name": ' + b"9" * 5000 + b"}",
    ],
)
def test_body_of_the_wrong_form_is_refused(nobody: httpx.Client, body: bytes) -> None:
    """Whatever is sent, it is 422 in the one shape."""
    answer = nobody.post("/api/login", content=body)
    assert (answer.status_code, problem_of(answer)) == (422, "bad_body")


def test_wrong_fields_are_named_without_their_contents(nobody: httpx.Client) -> None:
    """A password of the wrong type does not come back."""
    answer = nobody.post("/api/login", json={"name": "a", "password": ["geheim"]})
    assert answer.json()["error"]["details"][0]["field"] == "password"
    assert "geheim" not in answer.text


def test_body_over_the_limit_is_refused_before_it_is_read(site: Serving, nobody: httpx.Client) -> None:
    """A declared length is enough to refuse; 256 KiB is the most for JSON."""
    answer = nobody.post("/api/login", content=b" " * (256 * 1024 + 1))
    assert (answer.status_code, problem_of(answer)) == (413, "too_large")
    headers = (
        b"POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\nConnection: close\r\n\r\n"
    )
    assert b"413" in raw(site, headers).split(b"\r\n", 1)[0]


def test_body_without_a_length_is_counted_while_it_comes(nobody: httpx.Client) -> None:
    """Chunks are no way around the limit."""
    answer = nobody.post("/api/login", content=(b" " * 65536 for _ in range(10)))
    assert (answer.status_code, problem_of(answer)) == (413, "too_large")


@pytest.mark.parametrize("path", ["/api/login", "/api/logout", "/api/join", "/api/setup"])
def test_request_of_another_site_is_refused(nobody: httpx.Client, path: str) -> None:
    """State-changing requests must come from our own pages."""
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}):
        answer = nobody.post(path, json={}, headers=headers)
        assert (answer.status_code, problem_of(answer)) == (403, "foreign_origin")


def test_request_of_another_site_with_a_login_changes_nothing(site: Serving, admin: httpx.Client) -> None:
    """The cookie alone is not enough."""
    before = admin.get("/api/users").json()
    body = {"name": "intruder", "role": "admin", "password": "bamboo-river-19"}
    answer = admin.post("/api/users", json=body, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert admin.get("/api/users").json() == before


@pytest.mark.parametrize(
    "cookie",
    [
        "dayi_login=",
        "dayi_login=nonsense",
        "dayi_login=" + "x" * 4000,
        "dayi_login=\x7f; dayi_visitor='; DROP TABLE users--",
        "dayi_login; dayi_visitor",
        "=;=;;",
        "dayi_login=a; dayi_login=b",
    ],
)
def test_strange_cookies_are_nobody(site: Serving, cookie: str) -> None:
    """A cookie that is not ours opens nothing and breaks nothing."""
    request = f"GET /api/users HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
    assert raw(site, request.encode()).startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../pyproject.toml",
        "/static/%2e%2e/pyproject.toml",
        "/static/..%2fpyproject.toml",
        "/static/..%5cpyproject.toml",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/package.json",
        "/static/vendor.mjs",
        "/static/node_modules/htm/package.json",
        "/static/.npmrc",
        "/static/chat.html%00.js",
        "/static/",
        "/static",
        "/static/" + "a" * 5000 + ".js",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..",
        "//etc/passwd",
    ],
)
def test_path_out_of_the_static_folder_is_not_found(site: Serving, path: str) -> None:
    """There is no way from /static to any other file, nor to those that are not for browsers."""
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    answer = raw(site, request)
    assert answer.split(b" ", 2)[1] == b"404", answer[:200]
    assert b"root:" not in answer and b"[project]" not in answer


def test_every_answer_has_the_security_headers(site: Serving, nobody: httpx.Client) -> None:
    """Pages, JSON, refusals and errors alike; and no word about the software."""
    for answer in (
        nobody.get("/api/site"),
        nobody.get("/nothing"),
        nobody.put("/api/login"),
        nobody.post("/api/login", json={}, headers={"Origin": "https://evil.example"}),
    ):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert "permissions-policy" in answer.headers
        assert "server" not in answer.headers


def test_metrics_are_for_this_machine_and_administrators(site: Serving, admin: httpx.Client) -> None:
    """A trusted proxy tells the real address; strangers are refused, administrators are not."""
    far_away = {"X-Forwarded-For": "203.0.113.7"}
    assert "dayi_questions_total" in httpx.get(f"{site.url}/metrics").text
    refused = httpx.get(f"{site.url}/metrics", headers=far_away)
    assert (refused.status_code, problem_of(refused)) == (401, "login_needed")
    assert admin.get("/metrics", headers=far_away).status_code == 200


def test_nothing_said_to_the_server_is_in_its_log(site: Serving, nobody: httpx.Client) -> None:
    """Neither passwords nor what was searched for."""
    nobody.post("/api/login", json={"name": "nemo", "password": "kennwort-4711"})
    nobody.get("/api/conversations?q=geheimnis")
    nobody.post("/api/login", content=b'{"password": "kennwort-4712"')
    assert "kennwort" not in site.log and "geheimnis" not in site.log


def test_frames_schema_is_served(nobody: httpx.Client) -> None:
    """Every frame has its JSON Schema."""
    schema = nobody.get("/api/frames.json").json()
    assert schema["version"] == 1
    assert "Ask" in json.dumps(schema["client"]) and "Delta" in json.dumps(schema["server"])
