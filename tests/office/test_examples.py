"""The examples of a preset: loaded once, marked, and taken away to the last one and no further."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from server.errors import ClientProblem
from server.office import ExampleAnswer, ExampleDesk, ExampleDocument, Examples, shipped_examples
from server.presets import SHIPPED
from server.storage.database import Database

NOW_MS = 1_800_000_000_000


@dataclass
class PlainShelf:
    """A shelf in memory. `refuses` is the name of an example that it does not take."""

    items: dict[str, str] = field(default_factory=dict)
    refuses: str = ""

    async def add(self, example: Any, *, who: str, now_ms: int) -> str:
        if example.name == self.refuses:
            raise ClientProblem("bad_file", "不行")
        content = repr(example)
        item_id = hashlib.sha256(content.encode()).hexdigest()[:12]
        self.items[item_id] = content
        return item_id

    async def digest(self, item_id: str) -> str | None:
        content = self.items.get(item_id)
        return None if content is None else hashlib.sha256(content.encode()).hexdigest()

    async def remove(self, item_id: str, *, who: str, now_ms: int) -> None:
        self.items.pop(item_id, None)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An open, migrated database."""
    opened = await Database.open(tmp_path / "dayi.sqlite3")
    yield opened
    await opened.close()


async def load(desk: ExampleDesk) -> Examples:
    return await desk.load(who="王主任", now_ms=NOW_MS)


async def remove(desk: ExampleDesk, with_edited: bool = False) -> Examples:
    return await desk.remove(with_edited=with_edited, who="王主任", now_ms=NOW_MS)


@pytest.mark.parametrize("preset", SHIPPED)
def test_examples_ship_with_each_preset_and_say_that_they_are_some(preset: str) -> None:
    """At least 25 answers and 4 documents of a readable size, each marked as an example."""
    examples = shipped_examples(preset)
    answers = [each for each in examples if isinstance(each, ExampleAnswer)]
    documents = [each for each in examples if isinstance(each, ExampleDocument)]
    assert len(answers) >= 25
    assert len(documents) >= 4
    assert all("示例" in each.source for each in answers)
    wordings = [wording for each in answers for wording in each.questions]
    assert len(set(wordings)) == len(wordings)
    assert all(len(each.questions) >= 2 for each in answers)
    for document in documents:
        text = document.content.decode()
        assert text.splitlines()[0].endswith("（示例）")
        assert "虚构" in text
        assert 600 <= len(text) <= 1500


def test_preset_of_ones_own_has_no_examples() -> None:
    """Nothing is invented for a name that does not ship."""
    assert shipped_examples("ours") == ()


async def test_one_click_loads_and_one_removes(database: Database) -> None:
    """A second click doubles nothing; what others wrote stays."""
    answers, documents = PlainShelf(), PlainShelf()
    answers.items["own"] = "written by the school"
    desk = ExampleDesk(database, "education", {"answer": answers, "document": documents})
    loaded = await load(desk)
    assert (loaded.loaded_answers, loaded.loaded_documents) == (loaded.answers, loaded.documents)
    assert await load(desk) == loaded
    assert len(answers.items) == loaded.answers + 1
    assert (await remove(desk)).loaded_answers == 0
    assert (list(answers.items), documents.items) == (["own"], {})


async def test_edited_example_is_asked_about(database: Database) -> None:
    """It stays until somebody says what becomes of it: removed, or kept as the organisation's own."""
    answers = PlainShelf()
    desk = ExampleDesk(database, "education", {"answer": answers})
    await load(desk)
    edited, other = list(answers.items)[:2]
    answers.items[edited] = answers.items[other] = "edited by hand"
    left = await remove(desk)
    assert (left.loaded_answers, len(left.edited)) == (2, 2)
    assert set(answers.items) == {edited, other}
    answers.items.pop(other)  # deleted by hand: nothing to ask about any more
    assert len((await remove(desk)).edited) == 1
    kept = await desk.keep_edited()
    assert (kept.loaded_answers, kept.edited) == (0, ())
    assert set(answers.items) == {edited}


async def test_removal_with_edited_ones_takes_everything(database: Database) -> None:
    """When that was said."""
    answers = PlainShelf()
    desk = ExampleDesk(database, "education", {"answer": answers})
    await load(desk)
    answers.items[next(iter(answers.items))] = "edited by hand"
    await remove(desk, with_edited=True)
    assert answers.items == {}


async def test_loading_that_broke_off_goes_on(database: Database) -> None:
    """What was loaded is marked and can go; the next click adds the rest."""
    documents = PlainShelf(refuses="library.md")
    desk = ExampleDesk(database, "education", {"document": documents})
    with pytest.raises(ClientProblem):
        await load(desk)
    state = await desk.overview()
    assert 0 < state.loaded_documents < state.documents
    documents.refuses = ""
    assert (await load(desk)).loaded_documents == state.documents == len(documents.items)
    await remove(desk)
    assert documents.items == {}
