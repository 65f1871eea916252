"""Logging in and out over HTTP, joining a class, and what an administrator does with people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.serving import Serving, serving
from tests.web.conftest import PASSWORD, problem_of


@contextmanager
def logged_in(site: Serving, name: str, password: str = PASSWORD) -> Iterator[httpx.Client]:
    """A client with a login of its own."""
    with httpx.Client(base_url=site.url) as client:
        answer = client.post("/api/login", json={"name": name, "password": password})
        assert answer.status_code == 200, answer.text
        yield client


def test_login_is_a_cookie_that_scripts_cannot_read(site: Serving, people: dict[str, httpx.Client]) -> None:
    """HttpOnly, SameSite, a lifetime; secure behind TLS; and the site says who one is."""
    with httpx.Client(base_url=site.url) as client:
        answer = client.post("/api/login", json={"name": "teacher", "password": PASSWORD})
        assert answer.json()["login"]["role"] == "teacher"
        attributes = answer.headers["set-cookie"].lower()
        assert attributes.startswith("dayi_login=")
        for attribute in ("httponly", "samesite=lax", "path=/", "max-age="):
            assert attribute in attributes
        assert "secure" not in attributes and PASSWORD not in str(answer.headers)
        rights = ["see_statistics", "see_groups"]
        login = {**answer.json()["login"], "rights": rights}
        assert client.get("/api/site").json()["login"] == login
        behind_tls = client.post(
            "/api/login",
            json={"name": "teacher", "password": PASSWORD},
            headers={"X-Forwarded-Proto": "https", "Origin": site.url.replace("http:", "https:")},
        )
        assert "; secure" in behind_tls.headers["set-cookie"].lower()


def test_logout_ends_the_login_itself_not_only_the_cookie(
    site: Serving, people: dict[str, httpx.Client]
) -> None:
    """A copied cookie is worth nothing afterwards."""
    with logged_in(site, "pupil") as client:
        token = client.cookies["dayi_login"]
        assert client.post("/api/logout").status_code == 204
        assert "dayi_login" not in client.cookies
        stolen = client.get("/api/site", headers={"Cookie": f"dayi_login={token}"})
        assert stolen.json()["login"] is None


def test_wrong_password_and_unknown_name_look_alike(
    nobody: httpx.Client, people: dict[str, httpx.Client]
) -> None:
    """401 with the same words, so that names cannot be found out."""
    wrong = nobody.post("/api/login?lang=en", json={"name": "teacher", "password": "wrong-password"})
    unknown = nobody.post("/api/login?lang=en", json={"name": "nemo", "password": "wrong-password"})
    assert wrong.status_code == unknown.status_code == 401
    assert problem_of(wrong) == "wrong_password" and wrong.json() == unknown.json()


def test_guessing_is_slowed_down(nobody: httpx.Client) -> None:
    """After some tries 429 with the time to wait, also as a header."""
    for _ in range(20):
        answer = nobody.post("/api/login", json={"name": "guessed", "password": "wrong-password"})
        if answer.status_code == 429:
            break
    assert problem_of(answer) == "too_many_tries"
    assert answer.json()["error"]["retry_after_seconds"] > 0
    assert int(answer.headers["retry-after"]) >= 1


def test_own_password_is_changed_with_the_old_one(site: Serving, admin: httpx.Client) -> None:
    """The other logins end, this one stays."""
    admin.post("/api/users", json={"name": "changer", "role": "pupil", "password": PASSWORD})
    with logged_in(site, "changer") as here, logged_in(site, "changer") as elsewhere:
        wrong = here.post("/api/password", json={"old": "wrong-password", "new": "river-bamboo-91"})
        assert problem_of(wrong) == "wrong_password"
        changed = here.post("/api/password", json={"old": PASSWORD, "new": "river-bamboo-91"})
        assert changed.status_code == 204
        assert here.get("/api/site").json()["login"]["name"] == "changer"
        assert elsewhere.get("/api/site").json()["login"] is None


def test_setup_link_makes_one_administrator_and_dies(tmp_path: Path) -> None:
    """A wrong token makes nobody, the right one works once, and the site knows whether it is needed."""
    with serving(tmp_path) as server, httpx.Client(base_url=server.url) as client:
        assert client.get("/api/site").json()["setup_needed"] is True
        body = {"token": "wrong", "name": "root", "password": PASSWORD}
        assert problem_of(client.post("/api/setup", json=body)) == "setup_token_spent"
        weak = client.post("/api/setup", json={**body, "token": server.setup_token, "password": "short"})
        assert (weak.status_code, problem_of(weak)) == (422, "weak_password")
        made = client.post("/api/setup", json={**body, "token": server.setup_token})
        assert (made.status_code, made.json()["login"]["role"]) == (201, "admin")
        assert client.get("/api/users").status_code == 200
        assert client.get("/api/site").json()["setup_needed"] is False
        again = client.post("/api/setup", json={**body, "token": server.setup_token, "name": "second"})
        assert (again.status_code, problem_of(again)) == (403, "setup_token_spent")


def test_users_are_made_changed_and_never_left_without_an_administrator(admin: httpx.Client) -> None:
    """The whole of /api/users."""
    made = admin.post("/api/users", json={"name": "甲老师", "role": "teacher", "password": PASSWORD})
    assert made.status_code == 201 and "password" not in made.text
    user = made.json()["user"]
    taken = admin.post("/api/users", json={"name": "甲老师", "role": "teacher", "password": PASSWORD})
    assert (taken.status_code, problem_of(taken)) == (409, "name_taken")
    changed = admin.patch(f"/api/users/{user['id']}", json={"role": "compliance", "disabled": True})
    rights = dict.fromkeys(user["rights"], False)  # none of the five is compliance staff's by itself
    assert changed.json()["user"] == {**user, "role": "compliance", "disabled": True, "rights": rights}
    assert changed.json()["user"] in admin.get("/api/users").json()["users"]
    own = admin.get("/api/site").json()["login"]["id"]
    last = admin.patch(f"/api/users/{own}", json={"disabled": True})
    assert (last.status_code, problem_of(last)) == (409, "last_admin")
    assert admin.patch("/api/users/nobody", json={"disabled": True}).status_code == 404
    assert admin.patch(f"/api/users/{user['id']}", json={"role": "king"}).status_code == 422


def test_class_is_made_joined_by_its_code_and_shown(site: Serving, admin: httpx.Client) -> None:
    """A visitor types the code and belongs to the class; a renewed code makes the old one useless."""
    teachers = [row["id"] for row in admin.get("/api/users").json()["users"] if row["name"] == "teacher"]
    body = {"name": "七(3)班", "enrolled": 28, "teachers": teachers}
    made = admin.post("/api/classes", json=body)
    assert made.status_code == 201
    school_class = made.json()["class"]
    assert school_class["teachers"] == [{"id": teachers[0], "name": "teacher"}]
    assert problem_of(admin.post("/api/classes", json=body)) == "name_taken"
    with httpx.Client(base_url=site.url) as visitor:
        wrong = visitor.post("/api/join", json={"code": "QQQQQQ"})
        assert (wrong.status_code, problem_of(wrong)) == (404, "no_such_class")
        joined = visitor.post("/api/join", json={"code": school_class["join_code"].lower()})
        assert joined.json()["class"] == {"id": school_class["id"], "name": "七(3)班"}
        assert visitor.cookies["dayi_visitor"]
        assert visitor.get("/api/site").json()["class"] == joined.json()["class"]
        renewed = admin.post(f"/api/classes/{school_class['id']}/code").json()["class"]
        assert renewed["join_code"] != school_class["join_code"] and renewed["num_pupils"] == 1
        old = visitor.post("/api/join", json={"code": school_class["join_code"]})
        assert problem_of(old) == "no_such_class"
    changed = admin.patch(f"/api/classes/{school_class['id']}", json={"name": "八(3)班", "archived": True})
    assert changed.json()["class"]["archived"] is True
    assert changed.json()["class"] in admin.get("/api/classes").json()["classes"]
