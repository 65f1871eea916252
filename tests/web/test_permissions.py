"""The route table, walked: every route refuses everyone who may not come in."""

from __future__ import annotations

import httpx
import pytest

from server.web.routes import TABLE, Row
from tests.web.conftest import ROLES, problem_of

# Said once more, apart from the code: who may do what. Everything that is not here is for anyone.
MAY = {
    "/api/words": {"compliance", "admin"},
    "/api/stats/groups/wordings": set(),  # for those for whom it was switched on
    "/api/approval": {"admin"},
    "/api/stats": {"teacher", "admin"},
    "/api/removals": {"admin"},
    "/api/topics": {"teacher", "admin"},
    "/api/documents": {"teacher", "admin"},
    "/api/answers": {"teacher", "admin"},
    "/api/users": {"admin"},
    "/api/classes": {"admin"},
    "/api/keys": {"admin"},
    "/api/preset": {"admin"},
    "/api/examples": {"admin"},
    "/api/password": set(ROLES),
    "/api/records": {"compliance", "admin"},
    "/api/alerts": set(ROLES),
}
REVEALS = {"GET": {"admin"}, "POST": set[str]()}


def may_use(row: Row) -> set[str] | None:
    """The roles that a route lets in; None where it is for anyone."""
    if row.path == "/api/reveals":
        return REVEALS[row.method]
    return next((may for path, may in MAY.items() if row.path.startswith(path)), None)


GUARDED = [(row, may) for row in TABLE if (may := may_use(row)) is not None]


def call(client: httpx.Client, row: Row) -> httpx.Response:
    """A request for this route that does nothing even where it is let in."""
    path = row.path.replace("{id}", "nothing")
    return client.request(row.method, path, json=None if row.method in ("GET", "DELETE") else {"no": "sense"})


@pytest.mark.parametrize(("row", "may"), GUARDED, ids=[f"{row.method} {row.path}" for row, _ in GUARDED])
def test_route_lets_in_its_roles_and_nobody_else(
    row: Row, may: set[str], people: dict[str, httpx.Client], nobody: httpx.Client
) -> None:
    """Without a login 401, with the wrong role 403, with the right one anything else."""
    refused = call(nobody, row)
    assert (refused.status_code, problem_of(refused)) == (401, "login_needed")
    for role in ROLES:
        if "discard" in row.path and role in may:
            continue  # it has no body that could be wrong; test_words_routes calls it
        answer = call(people[role], row)
        if role in may:
            assert answer.status_code not in (401, 403), answer.text
        else:
            assert (answer.status_code, problem_of(answer)) == (403, "not_allowed")


def test_each_right_opens_its_routes_and_no_others(people: dict[str, httpx.Client]) -> None:
    """Switched off the route is shut at the next request, switched on it is open, with the same login."""
    admin, teacher = people["admin"], people["teacher"]
    users = admin.get("/api/users").json()["users"]
    user = next(each for each in users if each["name"] == "teacher")
    routes = {
        "see_statistics": [
            ("GET", "/api/stats"),
            ("GET", "/api/stats/export"),
            ("GET", "/api/stats/classes"),
        ],
        "see_groups": [("GET", "/api/stats/groups"), ("POST", "/api/stats/groups/merge")],
        "see_names": [("POST", "/api/reveals")],
        "see_text": [("GET", "/api/stats/groups/wordings")],
    }
    for right, theirs in routes.items():
        for allowed in (False, True, False):
            switched = admin.patch(f"/api/users/{user['id']}", json={"rights": {right: allowed}})
            assert switched.json()["user"]["rights"][right] is allowed
            for method, path in theirs:
                answer = teacher.request(method, path, json=None if method == "GET" else {})
                assert (answer.status_code == 403) is not allowed, (right, path, answer.text)
    weeks = [right in teacher.get("/api/site").json()["login"]["rights"] for right in user["rights"]]
    assert weeks == [False] * 5
    back = admin.patch(f"/api/users/{user['id']}", json={"rights": user["rights"]})
    assert back.json()["user"]["rights"] == user["rights"]


def test_table_guards_everything_but_what_is_for_anyone() -> None:
    """No route is for anyone by accident: the open ones are listed here."""
    guarded = {row.path for row, _ in GUARDED}
    assert {row.path for row in TABLE} - guarded == {
        "/",
        "/words",
        "/stats",
        "/documents",
        "/answers",
        "/admin",
        "/records",
        "/login",
        "/setup",
        "/healthz",
        "/readyz",
        "/metrics",
        "/api/site",
        "/icon.svg",
        "/api/frames.json",
        "/api/attachments/{id}",  # to whom its answer is for
        "/api/conversations",
        "/api/conversations/{id}",
        "/api/me/privacy",
        "/api/me/data",
        "/api/passages/{id}",
        "/api/join",
        "/api/login",
        "/api/logout",
        "/api/setup",
        "/v1/moderations",  # asks for a key itself
    }


def test_table_is_what_the_documentation_says() -> None:
    """docs/api.md names every route of /api, and the table has every one it names."""
    from pathlib import Path

    documented = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    for row in TABLE:
        if row.path.startswith("/api"):
            assert row.path in documented, row.path
