"""Knowledge with fixed findings, and a desk that asks it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from server.knowledge import ApprovedAnswer, Attachment, Finding, Nothing, Passage
from server.storage.database import Database
from tests.chat.house import House, Page

CARD = ApprovedAnswer(
    "a1",
    "校园卡丢了怎么办",
    "到总务处补办，坏蛋词不在其中。",
    source="学生手册",
    attachments=(Attachment("表", "/a/1"),),
)
FARE = ApprovedAnswer("a2", "补办校园卡要多少钱", "每张十元。")
PASSAGE = Passage("p1", "d1", "学生手册", "补卡每张十元。", heading="第三章 › 校园卡", page=7)


@dataclass
class Shelf:
    """Knowledge with a fixed finding for each question."""

    findings: dict[str, Finding] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    gate: asyncio.Event | None = None

    async def find(self, question: str, class_id: str | None) -> Finding:
        self.asked.append((question, class_id))
        if self.gate is not None:
            await self.gate.wait()
        return self.findings.get(question, Nothing())

    def served(self, answer_id: str) -> None:
        self.given.append(answer_id)


async def opened(database: Database, shelf: Shelf, **more: object) -> tuple[House, Page]:
    """A desk with this shelf and a page at it."""
    house = House(database, knowledge=shelf, **more)
    await house.open()
    return house, await house.at_desk()
