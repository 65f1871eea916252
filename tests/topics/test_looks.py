"""A teacher who looks twice: what the page, the export and the table of groups say the second time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from server.storage import facts, told
from server.storage.database import Database
from server.topics import Audience, Recorder, Report, Statistics, TopicDesk, export_csv, keep_week
from server.topics.periods import week_of
from server.topics.sheet_store import SheetStore
from server.topics.sheets import Place
from tests.topics.conftest import moment

CLASS = Audience(("7a",))
MONDAY, SUNDAY = date(2026, 11, 16), date(2026, 11, 22)
PLACE: Place = ("7a", week_of(MONDAY))
ASKED_AT_MS = moment("2026-11-18 09:30")
TWELVE = [f"pupil {number}" for number in range(12)]


class School:
    """A class that asks, and a teacher who looks; `reopen` starts the server anew."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._asked = 0

    async def open(self) -> School:
        """Start."""
        self.database = await Database.open(self._file)
        desk = TopicDesk(self.database, "education")
        await desk.load()
        self.statistics = Statistics(
            self.database, lambda: desk.taxonomy, small_group=3, timezone="Asia/Shanghai", is_told=True
        )
        self._recorder = Recorder(self.database, desk, timezone="Asia/Shanghai", statistics=self.statistics)
        return self

    async def reopen(self) -> None:
        """Stop, and start."""
        await self.database.close()
        await self.open()

    async def ask(self, *pupils: str, text: str = "勾股定理是什么") -> list[str]:
        """Every pupil asks once; the turns."""
        turns = []
        for pupil in pupils:
            self._asked += 1
            turns.append(f"turn {self._asked}")
            await self._recorder.question(
                turn_id=turns[-1], asked_at_ms=ASKED_AT_MS + self._asked, class_id="7a", asker=pupil,
                text=text, outcome="answered", origin="model", first_token_ms=1200, total_ms=9000,
            )  # fmt: skip
        return turns

    async def rate(self, turns: list[str], value: int) -> None:
        """Their askers judge the answers."""
        for turn in turns:
            await self._recorder.rated(turn, value)

    async def look(self) -> Report:
        """What the page says."""
        now_ms = moment("2026-11-20 12:00")
        return await self.statistics.report(CLASS, MONDAY, SUNDAY, lang="zh", now_ms=now_ms)


@pytest.fixture
async def school(tmp_path: Path) -> AsyncIterator[School]:
    """An empty one."""
    school = await School(tmp_path / "dayi.sqlite3").open()
    yield school
    await school.database.close()


async def test_a_teacher_who_looks_twice_does_not_see_who_asked_in_between(school: School) -> None:
    """Twelve pupils asked; one more asks while the teacher looks; with the third new one the page moves."""
    await school.ask(*TWELVE)
    first = await school.look()
    assert (first.tiles.questions, first.tiles.askers) == (12, 12)
    await school.ask("a new one")
    assert await school.look() == first
    await school.ask("a new one", "a new one")  # one pupil is not three
    assert await school.look() == first
    await school.ask("another", "a third")
    moved = await school.look()
    assert (moved.tiles.questions, moved.tiles.askers) == (17, 15)
    assert [(topic.id, topic.questions) for topic in moved.topics] == [("math.pythagoras", 17)]


async def test_a_topic_does_not_move_if_the_rest_would_be_one_pupils(school: School) -> None:
    """Four more questions in all and three more on one topic: the fourth, on another, would be told."""
    await school.ask(*TWELVE)
    await school.look()
    await school.ask("a new one", "another", "a third")
    await school.ask("a fourth", text="光合作用是什么")
    moved = await school.look()
    assert moved.tiles.questions == 16
    assert [(topic.id, topic.questions) for topic in moved.topics] == [("math.pythagoras", 12)]
    await school.ask("a fifth", "a sixth", text="光合作用是什么")
    moved = await school.look()
    assert moved.tiles.questions == 16, "two more are not three"
    await school.ask("a seventh", text="光合作用是什么")
    moved = await school.look()
    assert moved.tiles.questions == 19
    topics = {topic.id: topic.questions for topic in moved.topics}
    assert topics == {"math.pythagoras": 12, "biology.plants": 3}, "4 more in all - 3 more = the fourth's"
    await school.ask("a new one", "another", "a third")
    topics = {topic.id: topic.questions for topic in (await school.look()).topics}
    assert topics == {"math.pythagoras": 15, "biology.plants": 3}


async def test_the_first_look_at_a_week_is_exact(school: School) -> None:
    """Nothing is held back from somebody whom nobody came before, however often it was counted meanwhile."""
    for pupil in TWELVE:
        await school.ask(pupil)
        await school.statistics.keep_up()
    assert (await school.look()).tiles.questions == 12


async def test_what_was_shown_is_remembered_over_a_restart(school: School) -> None:
    """Looking before and after tells no more than looking twice."""
    await school.ask(*TWELVE)
    first = await school.look()
    await school.reopen()
    await school.ask("a new one")
    await school.statistics.keep_up()
    assert await school.look() == first
    await school.ask("another", "a third")
    await school.reopen()
    assert (await school.look()).tiles.questions == 15
    await school.reopen()
    await school.ask("a fourth")
    assert (await school.look()).tiles.questions == 15


async def test_a_rating_given_later_counts_with_those_of_others(school: School) -> None:
    """One pupil who judges an answer after the look moves nothing; three do."""
    turns = await school.ask(*TWELVE)
    first = await school.look()
    reasons = {cell.reason: cell.questions for cell in first.reasons}
    assert reasons["rated_down"] == 0
    await school.rate(turns[:2], -1)
    assert await school.look() == first
    await school.rate(turns[2:4], -1)
    moved = await school.look()
    assert {cell.reason: cell.questions for cell in moved.reasons} == reasons | {"rated_down": 4}
    await school.rate(turns[:1], 1)
    assert await school.look() == moved


async def test_a_look_that_comes_too_late_forgets_no_rating(school: School) -> None:
    """Where a question came in between, what is shown is worked out anew, from ratings as they were first."""
    turns = await school.ask(*TWELVE)
    await school.look()
    await school.rate(turns[:5], -1)
    async with school.database.write() as connection:
        late = told.Telling(PLACE, round=1_000, upon_round=999, edition=2)
        assert await told.tell(connection, [late], 3) == 0
    async with school.database.read() as connection:
        rows = await told.questions(connection, PLACE)
    assert [row.told_rating for row in rows] == [None] * 12
    assert [row.rating for row in rows] == [-1] * 5 + [None] * 7


async def test_a_week_that_was_rated_down_before_the_look_keeps_what_was_seen(school: School) -> None:
    """Ratings as they were when somebody looked, not as they are, are what later ones are compared with."""
    turns = await school.ask(*TWELVE)
    await school.rate(turns[:4], -1)
    first = await school.look()
    assert {cell.reason: cell.questions for cell in first.reasons}["rated_down"] == 4
    await school.rate(turns[:4], 1)
    await school.rate(turns[4:6], -1)
    assert await school.look() == first
    await school.rate(turns[6:7], -1)
    reasons = {cell.reason: cell.questions for cell in (await school.look()).reasons}
    assert reasons["rated_down"] == 7, "what was told of a question stays told"


async def test_an_export_says_what_the_page_said(school: School) -> None:
    """Also one that is made after the next question came in."""
    await school.ask(*TWELVE)
    exported = export_csv(await school.look(), "zh")
    await school.ask("a new one")
    assert export_csv(await school.look(), "zh") == exported
    assert "要等至少 3 人有新提问后才更新" in exported.decode("utf-8-sig")


async def test_two_who_look_at_once_see_the_same(school: School) -> None:
    """Each in a process of their own, while questions come in; in the end one state is remembered."""
    await school.ask(*TWELVE)
    stores = [SheetStore(school.database, 3) for _ in range(4)]

    async def look(store: SheetStore) -> list[int | None]:
        seen = []
        for _ in range(5):
            sheets, _ = await store.look([PLACE])
            seen.append(sheets[PLACE].num_questions)
        return seen

    async def ask() -> None:
        for number in range(9):
            await school.ask(f"new {number}")

    *seen, _ = await asyncio.gather(*(look(store) for store in stores), ask())
    steps = sorted({number or 0 for numbers in seen for number in numbers})
    assert all(numbers == sorted(numbers, key=lambda number: number or 0) for numbers in seen)
    assert all(after - before >= 3 for before, after in pairwise(steps)), steps


async def test_a_week_is_kept_for_good_as_somebody_saw_it(school: School) -> None:
    """When its questions are removed, the statistics do not change by one of them."""
    await school.ask(*TWELVE)
    first = await school.look()
    await school.ask("a new one")
    await keep_week(school.database, PLACE[1], 3)
    school.statistics.forget()
    assert await school.look() == first
    async with school.database.write() as connection:
        assert await facts.set_rating(connection, "turn 1", 1) == ["7a"]
