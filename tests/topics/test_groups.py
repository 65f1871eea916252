"""The desk of groups with a real database: tables, decisions that stick, restarts, nothing of few people."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from openpyxl import load_workbook

from server.storage import conversations
from server.storage.database import Database
from server.topics import (
    Audience,
    GroupDesk,
    GroupStatistics,
    Recorder,
    Statistics,
    Tabs,
    TopicDesk,
    export_csv,
    export_xlsx,
)
from server.topics.group_report import GroupRow
from tests import turns
from tests.topics.conftest import moment

AREA = ("长方形的面积怎么算", "怎样求长方形的面积", "长方形面积公式是什么")
PERIMETER = ("长方形的周长怎么算", "求长方形周长的公式", "如何计算长方形的周长")
WEEK = (date(2026, 11, 16), date(2026, 11, 22))


class Room:
    """A class whose pupils ask through the recorder, as the chat lets them."""

    def __init__(self, database: Database, desk: TopicDesk, statistics: Statistics) -> None:
        self.database, self.desk, self.statistics = database, desk, statistics
        self.groups = GroupDesk(database)
        self._number = 0

    async def ask(
        self, asker: str, text: str, *, rating: int | None = None, outcome: str = "answered"
    ) -> str:
        """One question of one pupil; its turn's id."""
        self._number += 1
        turn_id, at_ms = f"turn{self._number}", moment("2026-11-18 09:30") + self._number * 600_000
        if self._number == 1:
            async with self.database.write() as connection:
                await conversations.create(
                    connection, conversation_id="c", owner_id="o", class_id=None, preset="education",
                    system_prompt="", now_ms=at_ms,
                )  # fmt: skip
        await turns.begin(self.database, turn_id, text, conversation_id="c", asked_at_ms=at_ms)
        recorder = Recorder(self.database, self.desk, self.groups, timezone="Asia/Shanghai")
        await recorder.question(
            turn_id=turn_id, asked_at_ms=at_ms, class_id=None, asker=asker, text=text, outcome="answered",
            origin="model", first_token_ms=1200, total_ms=9000,
        )  # fmt: skip
        if rating is not None:
            await recorder.rated(turn_id, rating)
        return turn_id

    async def table(self) -> list[GroupRow]:
        """The groups of the week."""
        report = await GroupStatistics(self.statistics, self.groups, self.desk.matcher.topics_of).report(
            Audience((None,)), *WEEK, lang="zh", now_ms=moment("2026-11-20 12:00")
        )
        return report.groups


@pytest.fixture
async def room(database: Database, desk: TopicDesk, statistics: Statistics) -> Room:
    """Four pupils asked about an area, three about a perimeter, two about a poem, two about lunch."""
    room = Room(database, desk, statistics)
    for number, asker in enumerate("abcd"):
        await room.ask(asker, AREA[number % 3], rating=1)
    for number, asker in enumerate("abc"):
        await room.ask(asker, PERIMETER[number])
    for asker in "ef":
        await room.ask(asker, "静夜思表达了什么感情")
    for asker in "gh":
        await room.ask(asker, "今天食堂的红烧肉为什么没有了")
    return room


async def test_table_shows_groups_by_people_and_nothing_of_two(room: Room) -> None:
    """Groups of enough people, those of the most first; a group of two has neither text nor number."""
    rows = await room.table()
    assert [(row.questions, row.askers) for row in rows] == [(4, 4), (3, 3)]
    assert rows[0].wording in AREA
    assert "长方形" in "".join(rows[0].terms)
    assert (rows[0].good, rows[0].bad) == (4, 0)
    assert not any("静夜思" in row.model_dump_json() for row in rows)


async def test_dates_and_single_wordings_are_for_those_who_may_see_them(room: Room) -> None:
    """The weeks of a group only where they are asked for; its wordings masked, in no order of time."""
    audience, now_ms = Audience((None,)), moment("2026-11-20 12:00")
    statistics = GroupStatistics(room.statistics, room.groups, room.desk.matcher.topics_of)
    first = date(2026, 11, 9)
    plain = await statistics.report(audience, first, WEEK[1], lang="zh", now_ms=now_ms)
    assert [row.weeks for row in plain.groups] == [None, None]
    dated = await statistics.report(audience, first, WEEK[1], lang="zh", now_ms=now_ms, by_week=True)
    assert [row.weeks for row in dated.groups] == [(None, 4), (None, 3)]
    wordings = await room.groups.wordings((dated.groups[0].id,))
    assert wordings == sorted(wordings) and len(wordings) > 1 and set(wordings) <= set(AREA)


async def test_merging_by_hand_sticks_over_a_restart(room: Room) -> None:
    """One row of both groups, made of shown numbers alone; a new desk knows it too."""
    area, perimeter = await room.table()
    await room.groups.merge(None, perimeter.id, area.id, at_ms=1, who="li")
    for _ in range(2):
        (row, *others) = await room.table()
        assert (row.id, row.questions, row.askers, row.merged) == (area.id, 7, 4, (perimeter.id,))
        assert not others
        room.groups = GroupDesk(room.database)
        await room.groups.load()
    assert (await room.groups.place(None, "请问长方形的周长怎么求")).group == area.id
    await room.groups.free(None, perimeter.id, at_ms=2, who="li")
    assert len(await room.table()) == 2


async def test_splitting_moves_no_question_that_is_counted(room: Room) -> None:
    """Before and after, the same numbers: a difference cannot be one person. New questions go apart."""
    before = await room.table()
    new_group = await room.groups.split(None, before[0].id, "公式", at_ms=1, who="li")
    assert await room.table() == before
    assert (await room.groups.place(None, "长方形面积的公式")).group == new_group
    room.groups = GroupDesk(room.database)
    await room.groups.load()
    assert (await room.groups.place(None, "长方形的面积公式")).group == new_group


async def test_deleted_conversation_takes_its_words_along(room: Room) -> None:
    """The counts stay, the wording goes with the turn it was."""
    async with room.database.write() as connection:
        await conversations.delete(connection, "c", "o")
    rows = await room.table()
    assert [row.wording for row in rows] == [None, None]
    assert rows[0].questions == 4


async def test_wording_is_masked(room: Room) -> None:
    """A telephone number in a question is no part of the table."""
    for asker in "abc":
        await room.ask(asker, "我的电话是13812345678，请问蚂蚁为什么排队走")
    rows = await room.table()
    assert len(rows) == 3
    assert not any("138" in row.model_dump_json() for row in rows)


async def test_export_has_the_groups_that_the_page_shows(room: Room) -> None:
    """One row each, with the label of how they were found; a wording that looks like a formula is none."""
    for asker in "abc":
        await room.ask(asker, "=SUM(A1)在表格里怎么用")
    audience, now_ms = Audience((None,)), moment("2026-11-20 12:00")
    report = await room.statistics.report(audience, *WEEK, lang="zh", now_ms=now_ms)
    groups = await GroupStatistics(room.statistics, room.groups).report(
        audience, *WEEK, lang="zh", now_ms=now_ms
    )
    rows = [
        row
        for row in csv.reader(io.StringIO(export_csv(report, "zh", Tabs(groups)).decode("utf-8-sig")))
        if row
    ]
    assert [row[0] for row in rows if row].count("'=SUM(A1)在表格里怎么用") == 1
    assert any(row[0] in AREA and row[2:4] == ["4", "4"] for row in rows if len(row) == 7)
    assert rows[-1] == [groups.label]
    assert not any("静夜思" in cell or "红烧肉" in cell for row in rows for cell in row)
    book = load_workbook(io.BytesIO(export_xlsx(report, "zh", Tabs(groups))))
    cells = [["" if cell is None else str(cell) for cell in row] for row in book.worksheets[0].values]
    assert [row[:7] for row in cells if row[0] in AREA] == [row for row in rows if row[0] in AREA]
    assert [row[0][:10] for row in cells if row[0]] == [row[0][:10] for row in rows if row[0]]
    assert "AI" in book.properties.description


async def test_what_no_topic_knows_becomes_a_suggestion(room: Room) -> None:
    """Made from the words of a shown group; none for what the taxonomy knows, none from hidden groups."""
    for asker in "abc":
        await room.ask(asker, "校园歌手大赛怎么参加")
        await room.ask(asker, "勾股定理怎么证明")
    suggestions = {row.wording: row.suggestion for row in await room.table()}
    assert suggestions["校园歌手大赛怎么参加"] == "校园歌手大赛参加"
    assert suggestions["勾股定理怎么证明"] is None
    assert not any("静夜思" in str(suggestion) for suggestion in suggestions.values())
