"""Staff for the end-to-end tests: a logged-in HTTP client that does what a person does on a desk page."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.serving import Serving

PASSWORD = "bamboo-river-19"


class Desk:
    """One logged-in person."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    @classmethod
    @asynccontextmanager
    async def compliance(cls, server: Serving) -> AsyncIterator[Desk]:
        """Compliance staff, made by the command line as an administrator would."""
        async with cls.login(server, "compliance") as desk:
            yield desk

    @classmethod
    @asynccontextmanager
    async def login(cls, server: Serving, role: str) -> AsyncIterator[Desk]:
        """A new user with `role`, logged in."""
        name = f"{role}-{uuid.uuid4().hex[:8]}"
        await server.command("users", "add", name, "--role", role, "--password-stdin", stdin=PASSWORD)
        async with httpx.AsyncClient(base_url=server.url, headers={"Origin": server.url}) as http:
            answer = await http.post("/api/login", json={"name": name, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            yield cls(http)

    async def add_word(
        self,
        text: str | None = None,
        *,
        action: str = "block",
        question_action: str | None = None,
        answer_action: str | None = None,
    ) -> str:
        """Put a word on a list of its own in the draft; a made-up one when none is given."""
        word = text or f"咕噜{''.join(chr(0x4E00 + byte) for byte in uuid.uuid4().bytes[:4])}"
        made: Any = await self.post(
            "/api/words/lists",
            name=f"list {uuid.uuid4().hex[:8]}",
            kind="words",
            category="test",
            question_action=question_action or action,
            answer_action=answer_action or action,
            note="",
        )
        await self.post("/api/words/entries", list_id=made["list"]["id"], text=word)
        return word

    async def publish(self) -> int:
        """Put the draft in force; the new version's number."""
        answer: Any = await self.post("/api/words/publish", comment="")
        number: int = answer["published"]["number"]
        return number

    async def post(self, path: str, **body: object) -> object:
        """POST JSON; anything but success fails the test with the answer's text."""
        answer = await self.http.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()
