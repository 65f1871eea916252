"""The examples on the real shelves: every answer and document is accepted, found, and taken away again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bench.answer_judge import load_labelled
from server.knowledge import (
    AnswerDesk,
    ApprovedAnswers,
    DocumentDesk,
    Editor,
    Grounded,
    Library,
    Nothing,
    Served,
    Written,
)
from server.office import ExampleDesk
from server.presets import SHIPPED
from server.storage import answers, documents
from server.storage.database import Database
from server.wiring.example_shelves import example_shelves

NOW_MS = 1_800_000_000_000
EDITOR = Editor("王主任", frozenset({None}))


@dataclass
class Shelves:
    """Real desks on one database."""

    database: Database
    answers: AnswerDesk
    documents: DocumentDesk
    library: Library

    def examples(self, preset: str) -> ExampleDesk:
        """The desk of the examples of a preset."""
        return ExampleDesk(
            self.database, preset, example_shelves(self.database, self.answers, self.documents)
        )

    async def counted(self) -> tuple[int, int]:
        """How many answers and documents there are."""
        async with self.database.read() as connection:
            return len(await answers.all_answers(connection)), len(await documents.list_all(connection))


@pytest.fixture
async def shelves(tmp_path: Path) -> AsyncIterator[Shelves]:
    """Empty ones."""
    database = await Database.open(tmp_path / "dayi.sqlite3")
    documents = DocumentDesk(database, tmp_path)
    await documents.open()
    approved = ApprovedAnswers(database, ZoneInfo("Asia/Shanghai"))
    await approved.load()
    desk = AnswerDesk(database, approved, small_group=3)
    yield Shelves(database, desk, documents, Library(answers=approved, documents=documents.finder))
    await documents.close()
    await database.close()


@pytest.mark.parametrize("preset", SHIPPED)
async def test_examples_are_found_while_they_are_loaded(shelves: Shelves, preset: str) -> None:
    """Every answer by its wording, most questions about documents by a passage; afterwards nothing is."""
    desk = shelves.examples(preset)
    loaded = await desk.load(who="王主任", now_ms=NOW_MS)
    await shelves.documents.shelf.settle()
    assert (loaded.loaded_answers, loaded.loaded_documents) == (loaded.answers, loaded.documents)
    labelled = load_labelled(preset)
    for row in labelled:
        if row.kind == "approved":
            found = await shelves.library.find(row.answer, None)
            assert isinstance(found, Served), row.answer
    asked = [row for row in labelled if row.kind == "document"]
    findings = [await shelves.library.find(row.question, None) for row in asked]
    assert sum(isinstance(each, Grounded) for each in findings) >= 0.75 * len(asked)
    assert (await desk.remove(with_edited=False, who="王主任", now_ms=NOW_MS)).loaded_answers == 0
    assert await shelves.counted() == (0, 0)
    assert isinstance(await shelves.library.find(asked[0].question, None), Nothing)


async def test_what_others_wrote_stays_and_what_was_edited_is_asked_about(shelves: Shelves) -> None:
    """An own answer is none of the examples; an edited example stays until somebody decides."""
    own = Written(wordings=("食堂几点开饭？",), text="12:10。")
    await shelves.answers.add(own, EDITOR, NOW_MS)
    desk = shelves.examples("education")
    await desk.load(who="王主任", now_ms=NOW_MS)
    await shelves.documents.shelf.settle()
    async with shelves.database.read() as connection:
        row = next(each for each in await answers.all_answers(connection) if "勾股" in each.wordings[0])
    edited = Written(wordings=tuple(row.wordings), text="改过的答案")
    await shelves.answers.change(row.id, edited, row.revision, EDITOR, NOW_MS)
    left = await desk.remove(with_edited=False, who="王主任", now_ms=NOW_MS)
    assert left.edited == (row.wordings[0],)
    assert await shelves.counted() == (2, 0)
    await desk.remove(with_edited=True, who="王主任", now_ms=NOW_MS)
    assert await shelves.counted() == (1, 0)
