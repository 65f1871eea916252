"""The examples of a preset as knowledge that can be asked: loaded as one click loads them, into a data folder
that lasts as long as the measurement."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from server.chat.parts import Knowledge
from server.knowledge import AnswerDesk, ApprovedAnswers, DocumentDesk, Library
from server.office import ExampleDesk
from server.storage.database import Database
from server.wiring.example_shelves import example_shelves


@asynccontextmanager
async def example_knowledge(preset: str) -> AsyncIterator[Knowledge]:
    """Everything the preset ships, approved and indexed."""
    with TemporaryDirectory(prefix="dayi-answers-") as name:
        folder = Path(name)
        database = await Database.open(folder / "dayi.sqlite3")
        documents = DocumentDesk(database, folder)
        try:
            await documents.open()
            approved = ApprovedAnswers(database, ZoneInfo("Asia/Shanghai"))
            desk = AnswerDesk(database, approved, small_group=3)
            await ExampleDesk(database, preset, example_shelves(database, desk, documents)).load(
                who="dayi bench", now_ms=1_800_000_000_000
            )
            await documents.shelf.settle()
            yield Library(answers=approved, documents=documents.finder)
        finally:
            await documents.close()
            await database.close()
