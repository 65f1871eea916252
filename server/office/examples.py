"""The knowledge base that ships with a preset as an example: loaded with one click, and taken away with one.

What was loaded is marked, so that exactly that goes again; what was edited since is asked about. It
knows approved answers and documents by a small interface only.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any, Final, Protocol

from server.storage import audit
from server.storage import example_items as storage
from server.storage.database import Database
from server.storage.example_items import Kind, Mark

LOADED: Final = "examples_loaded"  # kinds of act in the audit log
REMOVED: Final = "examples_removed"


@dataclass(frozen=True, slots=True)
class ExampleAnswer:
    """An approved answer, as a file of answers has it."""

    questions: tuple[str, ...]
    answer: str
    source: str = ""
    author: str = ""
    expires: date | None = None

    @property
    def name(self) -> str:
        """What it is called among the examples."""
        return self.questions[0]


@dataclass(frozen=True, slots=True)
class ExampleDocument:
    """A document, as it would be uploaded."""

    name: str
    content: bytes


Example = ExampleAnswer | ExampleDocument


class Shelf(Protocol):
    """Where examples of one kind are put: the approved answers, or the documents."""

    async def add(self, example: Any, *, who: str, now_ms: int) -> str:
        """Add it, and return its id; of one that is there word for word, the id of that one."""
        ...

    async def digest(self, item_id: str) -> str | None:
        """What its content is now, as a hash; None: it is gone."""
        ...

    async def remove(self, item_id: str, *, who: str, now_ms: int) -> None:
        """Take it away; one that is gone is no problem."""
        ...


@dataclass(frozen=True, slots=True)
class Examples:
    """How many there are, how many are loaded, and which of those were edited since."""

    answers: int
    documents: int
    loaded_answers: int
    loaded_documents: int
    edited: tuple[str, ...]


def shipped_examples(preset: str) -> tuple[Example, ...]:
    """The examples of a shipped preset; none for any other."""
    folder = files("server.presets").joinpath("examples", preset)
    if not folder.is_dir():
        return ()
    rows = json.loads(folder.joinpath("answers.json").read_text(encoding="utf-8"))
    documents = sorted(folder.joinpath("documents").iterdir(), key=lambda file: file.name)
    return (
        *(_answer(row) for row in rows),
        *(ExampleDocument(file.name, file.read_bytes()) for file in documents if file.name.endswith(".md")),
    )


class ExampleDesk:
    """Loads the examples of a preset and takes them away.

    Args:
        database: where the marks are kept.
        preset: whose examples; of a copy with another name there are none.
        shelves: where to put each kind; a kind without a shelf is left out.
    """

    def __init__(self, database: Database, preset: str, shelves: Mapping[Kind, Shelf]) -> None:
        self._database = database
        self._shelves = shelves
        self._examples = tuple(each for each in shipped_examples(preset) if _kind(each) in shelves)
        self._turn = asyncio.Lock()

    async def overview(self) -> Examples:
        """How things stand.

        Raises:
            StorageProblem: the database refused.
        """
        marks = await self._marks()
        states = [(mark, await self._shelf(mark).digest(mark.item_id)) for mark in marks]
        there = [mark for mark, digest in states if digest is not None]
        return Examples(
            answers=sum(_kind(each) == "answer" for each in self._examples),
            documents=sum(_kind(each) == "document" for each in self._examples),
            loaded_answers=sum(mark.kind == "answer" for mark in there),
            loaded_documents=sum(mark.kind == "document" for mark in there),
            edited=tuple(mark.name for mark, digest in states if digest not in (None, mark.digest)),
        )

    async def load(self, *, who: str, now_ms: int) -> Examples:
        """Add every example that is not there; broken off and called again, it goes on where it was.

        Raises:
            ClientProblem: an answer or document was refused.
            StorageProblem: the database refused.
        """
        async with self._turn:
            loaded = set()
            for mark in await self._marks():
                if await self._shelf(mark).digest(mark.item_id) is None:
                    await self._forget(mark)
                else:
                    loaded.add((mark.kind, mark.name))
            num_new = 0
            for example in self._examples:
                kind = _kind(example)
                if (kind, example.name) in loaded:
                    continue
                item_id = await self._shelves[kind].add(example, who=who, now_ms=now_ms)
                digest = await self._shelves[kind].digest(item_id) or ""
                async with self._database.write() as connection:
                    mark = Mark(kind, item_id, example.name, digest, now_ms)
                    await storage.add_mark(connection, mark)
                num_new += 1
            if num_new:
                await self._note(LOADED, num_new, who, now_ms)
        return await self.overview()

    async def remove(self, *, with_edited: bool, who: str, now_ms: int) -> Examples:
        """Take away what was loaded; edited ones only if that is said: else they are asked about.

        Raises:
            StorageProblem: the database refused.
        """
        async with self._turn:
            num_gone = 0
            for mark in await self._marks():
                shelf = self._shelf(mark)
                digest = await shelf.digest(mark.item_id)
                if digest not in (None, mark.digest) and not with_edited:
                    continue
                if digest is not None:
                    await shelf.remove(mark.item_id, who=who, now_ms=now_ms)
                    num_gone += 1
                await self._forget(mark)
            if num_gone:
                await self._note(REMOVED, num_gone, who, now_ms)
        return await self.overview()

    async def keep_edited(self) -> Examples:
        """What was edited is the organisation's own from now on: only its mark goes.

        Raises:
            StorageProblem: the database refused.
        """
        async with self._turn:
            for mark in await self._marks():
                if await self._shelf(mark).digest(mark.item_id) not in (None, mark.digest):
                    await self._forget(mark)
        return await self.overview()

    async def _marks(self) -> list[Mark]:
        async with self._database.read() as connection:
            marks = await storage.list_marks(connection)
        return [mark for mark in marks if mark.kind in self._shelves]

    def _shelf(self, mark: Mark) -> Shelf:
        return self._shelves[mark.kind]

    async def _forget(self, mark: Mark) -> None:
        async with self._database.write() as connection:
            await storage.delete_mark(connection, mark)

    async def _note(self, what: str, num: int, who: str, now_ms: int) -> None:
        async with self._database.write() as connection:
            await audit.append(
                connection, at_ms=now_ms, who=who, what=what, subject="examples", detail={"items": num}
            )


def _kind(example: Example) -> Kind:
    return "answer" if isinstance(example, ExampleAnswer) else "document"


def _answer(row: dict[str, Any]) -> ExampleAnswer:
    expires = row.get("expires")
    return ExampleAnswer(
        questions=tuple(row["questions"]),
        answer=row["answer"],
        source=row.get("source", ""),
        author=row.get("author", ""),
        expires=date.fromisoformat(expires) if expires else None,
    )
