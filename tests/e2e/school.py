"""A school for the tests of the pages: one administrator, and further staff and classes as they are needed.

Made over HTTP, without an event loop, so that fixtures of any scope can hold one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests.serving import Serving

PASSWORD = "bamboo-river-19"
ADMIN = "王主任"


@dataclass(frozen=True, slots=True)
class Member:
    """One of the staff: a name to log in with, and the cookie of a login."""

    id: str
    name: str
    cookie: str


class School:
    """The house of `server` with its first administrator, who does everything here."""

    def __init__(self, server: Serving) -> None:
        self.server = server
        self._http = httpx.Client(base_url=server.url, headers={"Origin": server.url}, timeout=30)
        made = self._ask("POST", "/api/setup", token=server.setup_token, name=ADMIN, password=PASSWORD)
        self.admin = Member(made["login"]["id"], ADMIN, self._http.cookies["dayi_login"])

    @classmethod
    def known(cls, server: Serving, admin: Member) -> School:
        """A school that was set up before, seen by its administrator."""
        school = cls.__new__(cls)
        school.server, school.admin = server, admin
        school._http = httpx.Client(base_url=server.url, headers={"Origin": server.url}, timeout=30)
        school._http.cookies.set("dayi_login", admin.cookie)
        return school

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def member(self, name: str, role: str) -> Member:
        """Somebody new, logged in."""
        user = self._ask("POST", "/api/users", name=name, role=role, password=PASSWORD)["user"]
        with httpx.Client(base_url=self.server.url, headers={"Origin": self.server.url}) as http:
            http.post("/api/login", json={"name": name, "password": PASSWORD}).raise_for_status()
            return Member(user["id"], name, http.cookies["dayi_login"])

    def new_class(self, name: str, *teachers: Member, enrolled: int | None = None) -> dict[str, Any]:
        """A class as the server tells it, with its `join_code`."""
        made: dict[str, Any] = self._ask(
            "POST", "/api/classes", name=name, enrolled=enrolled, teachers=[each.id for each in teachers]
        )["class"]
        return made

    def choose_stage(self, class_id: str, stage: str) -> None:
        """Say how far the pupils of a class may ask freely."""
        self._ask("PUT", f"/api/classes/{class_id}/stage", stage=stage, hints_first=False)

    def disable(self, member: Member) -> None:
        """Switch somebody off."""
        self._ask("PATCH", f"/api/users/{member.id}", disabled=True)

    def allow(self, member: Member, right: str) -> None:
        """Switch a right on for somebody."""
        self._ask("PATCH", f"/api/users/{member.id}", rights={right: True})

    def import_words(self, list_name: str, words: list[str], action: str = "log") -> None:
        """Put a list of many words into the draft."""
        made = self._ask(
            "POST", "/api/words/lists", name=list_name, kind="words", category="批量", note="",
            question_action=action, answer_action=action,
        )  # fmt: skip
        answer = self._http.post(
            "/api/words/import",
            data={"list_id": made["list"]["id"], "dry_run": "false"},
            files={"file": ("words.txt", "\n".join(words).encode(), "text/plain")},
        )
        assert answer.status_code == 200, answer.text

    def publish(self) -> None:
        """Put the draft into effect."""
        self._http.post("/api/words/publish", json={"comment": ""}).raise_for_status()

    def discard_draft(self) -> None:
        """Back to the published words."""
        self._http.post("/api/words/discard").raise_for_status()

    def _ask(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        answer = self._http.request(method, path, json=body)
        assert answer.is_success, answer.text
        result: dict[str, Any] = answer.json()
        return result
