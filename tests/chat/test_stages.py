"""The stage of a class decides what its pupils may ask; the server keeps to it, whatever a page does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from server.accounts import Stage, StageChoice, Stages, Who
from server.accounts.stages import LIMITED_ANSWER_TOKENS, LIMITED_QUESTIONS_A_DAY
from server.knowledge import ApprovedAnswer, Served
from server.storage import audit, classes, facts
from server.storage.database import Database
from tests.chat.house import PRESET, TEXTS, House
from tests.chat.shelf import Shelf

CLASS = "class-7a"
PUPIL = Who("visitor", "pupil", class_id=CLASS)
TEACHER = Who("user", "u1", name="李老师")
CARD = ApprovedAnswer("a1", "校园卡丢了怎么办", "到总务处补办。")


@pytest.fixture
async def stages(database: Database) -> Stages:
    """The switches of a school with one class."""
    async with database.write() as connection:
        await classes.add(connection, classes.StoredClass(CLASS, "七（1）", "7A", None, False, 0))
    return Stages(database, "Asia/Shanghai")


@pytest.fixture
async def staged(database: Database, stages: Stages) -> AsyncIterator[House]:
    """A desk with one approved answer, at which stages count."""
    house = House(database, knowledge=Shelf({"卡丢了": Served(CARD, 0.9)}), stages=stages)
    await house.open()
    yield house
    await house.close()


async def choose(stages: Stages, stage: Stage, *, hints_first: bool = False) -> None:
    """An administrator chooses."""
    choice = StageChoice(stage=stage, hints_first=hints_first)
    await stages.choose(CLASS, choice, who="王主任", now_ms=1)


async def test_primary_pupils_get_approved_answers_only(staged: House, stages: Stages) -> None:
    """A free question is refused kindly, no model is asked, and the same words may be sent to the teacher."""
    await choose(stages, Stage.PRIMARY)
    page = await staged.at_desk(PUPIL)
    refused = await page.ask("讲个故事")
    assert (refused["type"], refused["code"]) == ("refused", "stage")
    assert refused["message"] == TEXTS["zh"].stage
    assert (await page.answer("卡丢了"))["text"] == "到总务处补办。"
    assert staged.source.requests == []  # type: ignore[attr-defined]
    assert (await page.ask("坏蛋词"))["code"] == "filter"  # what is blocked stays blocked
    await page.send(type="ask_teacher", id="q1", text="讲个故事")
    await page.kind("thread")


async def test_primary_pupils_ask_freely_while_a_teacher_leads(staged: House, stages: Stages) -> None:
    """From the next question on, and no longer when the session is over."""
    await choose(stages, Stage.PRIMARY)
    page = await staged.at_desk(PUPIL)
    await stages.lead(CLASS, 40, who=TEACHER, now_ms=staged.parts.now_ms())
    assert (await page.answer("讲个故事"))["finish"] == "stop"
    view = await stages.lead(CLASS, 0, who=TEACHER, now_ms=staged.parts.now_ms())
    assert view.led_until_ms == 0
    assert (await page.ask("再讲一个"))["code"] == "stage"
    async with staged.database.read() as connection:
        entries, _ = await audit.list_page(connection)
    assert [(entry.who, entry.what) for entry in entries][:2] == [("李老师", "lead_session")] * 2


async def test_lower_secondary_is_limited(staged: House, stages: Stages, database: Database) -> None:
    """Shorter answers, hints first, and so many questions a day; approved answers do not count among them."""
    await choose(stages, Stage.LOWER_SECONDARY)
    page = await staged.at_desk(PUPIL)
    await page.answer("一")
    (request,) = staged.source.requests  # type: ignore[attr-defined]
    assert request.sampling.max_tokens == LIMITED_ANSWER_TOKENS
    assert request.system.endswith(PRESET.hints_prompt)
    day = datetime.fromtimestamp(staged.parts.now_ms() / 1000, ZoneInfo("Asia/Shanghai")).toordinal()
    async with database.write() as connection:
        for number in range(LIMITED_QUESTIONS_A_DAY):
            fact = facts.NewFact(
                f"t{number}", 0, day, 9, CLASS, f"p-pupil-{CLASS}", "answered", "model", 1, 2
            )
            await facts.record(connection, fact, ())
    refused = await page.ask("又一个")
    assert (refused["code"], str(LIMITED_QUESTIONS_A_DAY) in refused["message"]) == ("stage", True)
    assert (await page.answer("卡丢了"))["finish"] == "stop"


async def test_upper_secondary_is_open_and_hints_are_a_switch_of_their_own(
    staged: House, stages: Stages
) -> None:
    """A conversation that began before the switch keeps its prompt; the next one has it."""
    page = await staged.at_desk(PUPIL)
    await page.answer("一")
    await choose(stages, Stage.UPPER_SECONDARY, hints_first=True)
    await page.answer("二")
    again = await staged.at_desk(PUPIL)
    await again.answer("三")
    systems = [request.system for request in staged.source.requests]  # type: ignore[attr-defined]
    assert [system.endswith(PRESET.hints_prompt) for system in systems] == [False, False, True]
    assert all(request.sampling.max_tokens > LIMITED_ANSWER_TOKENS for request in staged.source.requests)  # type: ignore[attr-defined]
