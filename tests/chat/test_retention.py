"""Two dates: texts go after the first, pseudonyms after the second, counts stay; and it survives a kill."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from server.accounts import ClassPatch
from server.chat import retention
from server.errors import StorageProblem
from server.storage import removals
from server.topics import Audience
from server.web.parts import now_ms
from tests.chat.house import Page
from tests.chat.whole_house import ask, bytes_of, later, of_week, pupils, report, whole_house


def count(folder: Path, table: str) -> int:
    """Rows of a table, as another program would count them."""
    with sqlite3.connect(folder / "dayi.sqlite3") as connection:
        (number,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    connection.close()
    return int(number)


async def test_texts_go_after_the_first_date_and_counts_stay(tmp_path: Path) -> None:
    """After 29 days everything is there, after 31 nothing but the numbers."""
    async with whole_house(tmp_path) as house:
        class_id, group = await pupils(house, 3)
        for pupil in group:
            await ask(house, pupil, "乌龟闪电侠吃什么")
        before = await report(house, class_id)
        assert (await later(house, 29).run()).counts == {"pseudonyms": 3}
        done = await later(house, 31).run()
        assert {name: done.counts[name] for name in ("conversations", "turns")} == {
            "conversations": 3,
            "turns": 3,
        }
        assert done.counts["wordings"] >= 1 and done.counts["frames"] > 6
        assert "闪电侠".encode() not in bytes_of(tmp_path)
        assert await house.chat.conversations(group[0]) == []
        after = await report(house, class_id)
        assert after == before and after.tiles.questions == 3
        groups = await house.group_statistics.report(
            Audience((class_id,)), after.first_day, after.last_day, lang="zh", now_ms=now_ms()
        )
        assert [(row.questions, row.wording, row.terms) for row in groups.groups] == [(3, None, ())]


async def test_a_conversation_in_use_is_spared(tmp_path: Path) -> None:
    """The date counts from the last turn, not from the first."""
    async with whole_house(tmp_path) as house:
        _, (pupil, *_) = await pupils(house, 1)
        page = await ask(house, pupil, "一", "二")
        async with house.database.write() as connection:
            await connection.execute(text("UPDATE conversations SET created_at_ms = 0"))
            await connection.execute(text("UPDATE turns SET asked_at_ms = 0 WHERE number = 1"))
        await later(house, 29).run()
        assert [each.id for each in await house.chat.conversations(pupil)] == [page.conversation]


async def test_an_open_page_is_told_that_its_conversation_is_gone(tmp_path: Path) -> None:
    """It begins another one; nothing of the old one is written again."""
    async with whole_house(tmp_path) as house:
        _, (pupil, *_) = await pupils(house, 1)
        page = Page(house.chat.connect(pupil, "10.0.0.1"))
        await page.hello()
        await page.answer("一")
        await later(house, 31).run()
        assert (await page.kind("error"))["code"] == "no_such_conversation"
        assert count(tmp_path, "turns") == 0 == count(tmp_path, "journal")
        await page.leave()


async def test_pseudonyms_go_after_the_second_date_and_statistics_stay(tmp_path: Path) -> None:
    """What may be shown of a week is kept; the questions one by one are not. Late looks see the same."""
    async with whole_house(tmp_path) as house:
        class_id, group = await pupils(house, 4)
        for number, pupil in enumerate(group):
            await ask(house, pupil, "勾股定理是什么", *["光合作用是什么"] * number)
        before = await report(house, class_id)
        assert before.topics and before.tiles.askers == 4
        done = await later(house, 380).run()
        assert done.counts["questions"] == 10
        assert count(tmp_path, "question_facts") == 0 == count(tmp_path, "fact_topics")
        house.statistics.forget()
        assert await of_week(house, class_id, before.first_day) == before


async def test_small_classes_hide_groups_of_fewer_than_five(tmp_path: Path) -> None:
    """Where fewer than twenty are enrolled; the statistics that are kept for good do the same."""
    async with whole_house(tmp_path) as house:
        class_id, group = await pupils(house, 4)
        for pupil in group:
            await ask(house, pupil, "勾股定理是什么")
        assert (await report(house, class_id)).tiles.questions == 4
        await house.accounts.classes.change(class_id, ClassPatch(enrolled=12))
        await ask(house, group[0], "光合作用是什么")
        small = await report(house, class_id)
        assert small.tiles.questions is None
        await later(house, 380).run()
        house.statistics.forget()
        assert await of_week(house, class_id, small.first_day) == small


async def test_a_finished_week_has_no_pseudonym_that_another_week_has(tmp_path: Path) -> None:
    """Nobody is followed from week to week; in the running one people are still told apart."""
    async with whole_house(tmp_path) as house:
        class_id, group = await pupils(house, 3)
        for pupil in group:
            await ask(house, pupil, "一", "二")
        names = {house.accounts.pseudonym(pupil.id, class_id, now_ms()) for pupil in group}
        running = await report(house, class_id)
        assert running.tiles.askers == 3
        await later(house, 0).run()
        assert {row for (row,) in _askers(tmp_path)} == names
        await later(house, 9).run()
        assert not names & {row for (row,) in _askers(tmp_path)}
        assert await report(house, class_id) == running


async def test_a_round_that_is_killed_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One row tells of both parts; kept sheets are not counted anew from what is half gone."""
    monkeypatch.setattr(retention, "ROWS_AT_ONCE", 3)
    monkeypatch.setattr(retention, "REST_SECONDS", 0)
    async with whole_house(tmp_path) as house:
        class_id, group = await pupils(house, 4)
        for pupil in group:
            await ask(house, pupil, "勾股定理是什么", "光合作用是什么")
        before = await report(house, class_id)
        real, calls = removals.delete_facts_of, []

        async def fails_the_second_time(*arguments: object) -> int:
            calls.append(arguments)
            if len(calls) == 2:
                raise StorageProblem("killed")
            return await real(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(removals, "delete_facts_of", fails_the_second_time)
        with pytest.raises(StorageProblem):
            await later(house, 380).run()
        assert count(tmp_path, "question_facts") == 5
        house.statistics.forget()
        assert await of_week(house, class_id, before.first_day) == before
        done = await later(house, 381).run()
        assert done.counts["questions"] == 8 and done.counts["conversations"] == 4
        rounds = await house.retention.report(10)
        assert [each.ended_at_ms is None for each in rounds] == [False] * 3
        assert rounds[0].id == done.id
        house.statistics.forget()
        assert await of_week(house, class_id, before.first_day) == before


def _askers(folder: Path) -> list[tuple[str]]:
    with sqlite3.connect(folder / "dayi.sqlite3") as connection:
        found = connection.execute("SELECT DISTINCT asker FROM question_facts").fetchall()
    connection.close()
    return found
