"""What is looked up in what people approved: an embedding model of another's server may get to see it."""

from __future__ import annotations

from filters import Pipeline
from server.knowledge import Finding, Nothing
from server.storage.database import Database
from server.topics import private_pipeline
from tests.chat.house import House


class Shelf:
    """Knows nothing, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def find(self, question: str, class_id: str | None) -> Finding:
        self.asked.append(question)
        return Nothing()

    def served(self, answer_id: str) -> None:
        """Nothing is."""


class Numbers:
    """Hides numbers of people, the same for every class."""

    def of(self, class_id: str | None) -> Pipeline:
        """The filter of a class."""
        return private_pipeline()


async def test_what_is_looked_up_is_what_a_model_would_see(database: Database) -> None:
    """Numbers of people are hidden, and what the filter blocks is not looked up at all."""
    shelf = Shelf()
    house = House(database, knowledge=shelf, private=Numbers())
    await house.open()
    page = await house.at_desk()
    await page.answer("我的手机是13812345678，怎么补卡")
    await page.send(type="ask", id="blocked", text="坏蛋词在哪里")
    await page.kind("refused")
    assert len(shelf.asked) == 1
    assert "怎么补卡" in shelf.asked[0]
    assert "13812345678" not in shelf.asked[0]
    await house.close()
