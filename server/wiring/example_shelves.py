"""Where examples go: the real shelves of approved answers and documents, as `server.office` asks for them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from server.errors import ClientProblem
from server.knowledge import AnswerDesk, DocumentDesk, Editor, Written
from server.office import ExampleAnswer, ExampleDocument
from server.storage import answers, documents
from server.storage.database import Database

if TYPE_CHECKING:
    from server.office import Shelf
    from server.storage.example_items import Kind


class AnswerShelf:
    """Approved answers for everybody."""

    def __init__(self, database: Database, desk: AnswerDesk) -> None:
        self._database = database
        self._desk = desk

    async def add(self, example: ExampleAnswer, *, who: str, now_ms: int) -> str:
        """Write it; one that is there word for word is not doubled."""
        async with self._database.read() as connection:
            for row in await answers.all_answers(connection):
                if tuple(row.wordings) == example.questions and row.text == example.answer:
                    return row.id
        written = Written(
            wordings=example.questions,
            text=example.answer,
            source=example.source,
            author=example.author,
            last_day=None if example.expires is None else example.expires.isoformat(),
        )
        return (await self._desk.add(written, Editor(who, frozenset({None})), now_ms)).id

    async def digest(self, item_id: str) -> str | None:
        """Of everything that an editor can change."""
        async with self._database.read() as connection:
            row = await answers.get(connection, item_id)
        if row is None:
            return None
        content = [row.wordings, row.text, row.source, row.author, row.valid_from, row.last_day]
        return _hash([*content, row.class_id, row.enabled, row.links])

    async def remove(self, item_id: str, *, who: str, now_ms: int) -> None:
        """Delete it, for whatever class it is by now."""
        async with self._database.read() as connection:
            row = await answers.get(connection, item_id)
        if row is not None:
            await self._desk.delete(item_id, Editor(who, frozenset({None, row.class_id})), now_ms)


class DocumentShelf:
    """Documents for everybody."""

    def __init__(self, database: Database, desk: DocumentDesk) -> None:
        self._database = database
        self._desk = desk

    async def add(self, example: ExampleDocument, *, who: str, now_ms: int) -> str:
        """Upload it under its heading; one that is there already is that one."""
        heading = example.content.decode().splitlines()[0].removeprefix("# ")
        try:
            added = await self._desk.add(
                example.content, f"{heading}.md", class_id=None, classes=None, who=who, now_ms=now_ms
            )
        except ClientProblem as known:
            if known.code != "document_known":
                raise
            return str(known.details[0]["id"])
        return added.document.id

    async def digest(self, item_id: str) -> str | None:
        """Of the file and whom it is for; another title is no other document."""
        async with self._database.read() as connection:
            row = await documents.get(connection, item_id)
        return None if row is None else _hash([row.sha256, row.class_id])

    async def remove(self, item_id: str, *, who: str, now_ms: int) -> None:
        """Delete it with its passages."""
        await self._desk.delete(item_id, None, who=who, now_ms=now_ms)


def example_shelves(
    database: Database, answer_desk: AnswerDesk, document_desk: DocumentDesk
) -> dict[Kind, Shelf]:
    """Both of them, by kind."""
    return {
        "answer": AnswerShelf(database, answer_desk),
        "document": DocumentShelf(database, document_desk),
    }


def _hash(content: list[object]) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
