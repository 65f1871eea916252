"""The rehearsal: what a draft would change, and that it keeps nothing of what people wrote."""

from __future__ import annotations

import asyncio
import json

import pytest
from sqlalchemy import text as sql

from server.errors import ClientProblem
from server.moderation import ListPatch, NewList, NewSample, NewWord, PublishedFilter, WordDesk
from server.moderation.quoting import quote
from server.moderation.views import ListView
from server.storage import classes, conversations
from server.storage.classes import StoredClass
from server.storage.database import Database
from server.storage.ids import new_id
from tests import turns

NOW_MS = 1_800_000_000_000
DAY_MS = 86_400_000


async def remember(
    database: Database, question: str, answer: str = "", *, days_ago: int = 1, class_id: str | None = None
) -> str:
    """A stored turn; its id."""
    at_ms, turn_id = NOW_MS - days_ago * DAY_MS, new_id()
    async with database.write() as connection:
        about = {"preset": "education", "system_prompt": "", "now_ms": at_ms, "class_id": class_id}
        await conversations.create(connection, conversation_id=turn_id, owner_id="p", **about)
    await turns.begin(database, turn_id, question, conversation_id=turn_id, asked_at_ms=at_ms)
    await turns.end(database, turn_id, turn_id, answer, now_ms=at_ms)
    return turn_id


async def add(desk: WordDesk, list_id: str, text: str) -> None:
    """A new entry by Lin."""
    await desk.entries.add(NewWord(list_id=list_id, text=text), who="lin", now_ms=NOW_MS)


async def rehearsed(desk: WordDesk, days: int = 30) -> dict[str, object]:
    """Rehearse to the end; what was found."""
    await desk.rehearsals.start(days, who="lin", now_ms=NOW_MS)
    await desk.rehearsals.wait()
    view = await desk.rehearsals.view()
    assert view.state == "done" and view.result is not None and not view.is_stale, view
    return view.result


async def test_rehearsal_tells_newly_hit_no_longer_hit_and_changed(
    database: Database, desk: WordDesk, masked: ListView
) -> None:
    """In questions and answers of the days that were asked for; with counts by list and short examples."""
    await remember(database, "请问闪电汤圆怎么煮？", "闪电汤圆要煮十分钟。")
    await remember(database, "闪电汤圆很久以前", days_ago=60)
    await remember(database, "门前有叮咚石油灯")  # of the demonstration: review
    await remember(database, "一碗呼噜糖浆")
    await add(desk, masked.id, "闪电汤圆")
    shown = (await desk.lists.overview()).lists
    (mask,) = [each for each in shown if "打码" in each.name]
    (review,) = [each for each in shown if "复核" in each.name]
    await desk.lists.change(mask.id, ListPatch(enabled=False), who="lin", now_ms=NOW_MS)
    await desk.lists.change(review.id, ListPatch(question_action="block"), who="lin", now_ms=NOW_MS)
    messages: dict = (await rehearsed(desk))["messages"]  # type: ignore[assignment, type-arg]
    assert messages["num_texts"] == 4
    counts = {turn: messages[turn]["num_texts"] for turn in ("newly", "gone", "changed")}
    assert counts == {"newly": 2, "gone": 1, "changed": 1}
    assert messages["newly"]["by"] == [{"list_name": "校园用语", "category": "校园", "num_hits": 2}]
    assert {tuple(each["quote"]) for each in messages["newly"]["examples"]} == {
        ("请问", "闪电汤圆", "怎么煮？"),
        ("", "闪电汤圆", "要煮十分钟。"),
    }
    (changed,) = messages["changed"]["examples"]
    assert (changed["before"], changed["after"]) == ("review", "block")


async def test_messages_of_a_class_meet_the_words_of_its_layer(
    database: Database, desk: WordDesk, published: PublishedFilter
) -> None:
    """A list of one class changes nothing for the messages of another."""
    async with database.write() as connection:
        for name in "ab":
            row = StoredClass(name, f"班{name}", f"CODE{name}", None, archived=False, created_at_ms=NOW_MS)
            await classes.add(connection, row)
    await published.refresh()
    for class_id in ("a", "b", None):
        await remember(database, "闪电汤圆", class_id=class_id)
    new = NewList(name="甲班", category="甲", question_action="mask", layer="class:a")
    made = await desk.lists.add(new, who="lin", now_ms=NOW_MS)
    await add(desk, made.id, "闪电汤圆")
    messages: dict = (await rehearsed(desk))["messages"]  # type: ignore[assignment, type-arg]
    assert (messages["num_texts"], messages["newly"]["num_texts"]) == (3, 1)


async def test_rehearsal_keeps_no_message_and_follows_a_deletion(
    database: Database, desk: WordDesk, masked: ListView
) -> None:
    """What is stored are places; when the turn is deleted its example has no text any more."""
    turn_id = await remember(database, "我的电话13812345678，想吃闪电汤圆")
    await add(desk, masked.id, "闪电汤圆")
    messages: dict = (await rehearsed(desk))["messages"]  # type: ignore[assignment, type-arg]
    (example,) = messages["newly"]["examples"]
    assert "13812345678" not in json.dumps(example) and example["quote"][1] == "闪电汤圆"
    async with database.write() as connection:
        stored = await connection.scalar(sql("SELECT result FROM word_rehearsals"))
        assert "想吃" not in json.dumps(json.loads(stored), ensure_ascii=False)
        await connection.execute(sql("DELETE FROM turns WHERE id = :id"), {"id": turn_id})
    again = (await desk.rehearsals.view()).result
    assert again is not None and again["messages"]["newly"]["examples"][0]["quote"] is None


async def test_rehearsal_tries_the_saved_texts(desk: WordDesk, masked: ListView) -> None:
    """One that does not come out as it should is named."""
    for expected in ("pass", "mask"):
        new = NewSample(name=f"应{expected}", text="两碗闪电汤圆", expected=expected)
        await desk.samples.add(new, who="lin", now_ms=NOW_MS)
    await add(desk, masked.id, "闪电汤圆")
    samples: dict = (await rehearsed(desk))["samples"]  # type: ignore[assignment, type-arg]
    assert samples["newly"]["num_texts"] == 2
    assert samples["wrong"] == [{"name": "应pass", "expected": "pass", "action": "mask"}]


async def test_a_word_that_hits_harmless_text_is_seen_before_it_is_published(
    desk: WordDesk, masked: ListView
) -> None:
    """The commonest words are in the harmless text that comes with the filter."""
    await add(desk, masked.id, "老师")
    harmless: dict = (await rehearsed(desk))["harmless"]  # type: ignore[assignment, type-arg]
    assert harmless["newly"]["num_texts"] > 0


async def test_an_edit_makes_a_rehearsal_stale_and_an_empty_draft_needs_none(
    desk: WordDesk, masked: ListView
) -> None:
    """It says so; and nothing to rehearse is said, too."""
    with pytest.raises(ClientProblem) as refused:
        await desk.rehearsals.start(30, who="lin", now_ms=NOW_MS)
    assert refused.value.code == "nothing_to_publish"
    assert (await desk.rehearsals.view()).state == "none"
    await add(desk, masked.id, "闪电汤圆")
    await rehearsed(desk)
    await add(desk, masked.id, "飞毛腿面")
    assert (await desk.rehearsals.view()).is_stale


async def test_a_house_that_closes_ends_the_rehearsal_under_way(
    database: Database, desk: WordDesk, masked: ListView
) -> None:
    """It leaves nothing, and does not keep the house open."""
    for number in range(50):
        await remember(database, f"闪电汤圆第{number}碗" * 20)
    await add(desk, masked.id, "闪电汤圆")
    await desk.rehearsals.start(30, who="lin", now_ms=NOW_MS)
    with pytest.raises(ClientProblem) as refused:
        await desk.rehearsals.start(30, who="wu", now_ms=NOW_MS)
    assert refused.value.code == "rehearsing"
    await asyncio.wait_for(desk.close(), 10)
    assert (await desk.rehearsals.view()).state == "none"


@pytest.mark.parametrize(
    ("text", "start", "end", "quoted"),
    [
        ("电话13812345678是我", 0, 2, ("", "电话", "***********是我")),
        ("甲" * 40 + "词" + "乙" * 40, 40, 41, ("…" + "甲" * 16, "词", "乙" * 16 + "…")),
        ("一行\n二行", 3, 5, ("一行 ", "二行", "")),
        ("短", 5, 9, ("短", "", "")),
    ],
)
def test_quotations_are_short_and_masked(
    text: str, start: int, end: int, quoted: tuple[str, str, str]
) -> None:
    """A few characters on both sides, numbers of people hidden, whatever the place."""
    assert quote(text, start, end) == quoted
