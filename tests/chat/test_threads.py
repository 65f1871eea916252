"""A pupil sends a turn to the teacher on purpose; the answer comes into the conversation, now or later."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from server.accounts import Who
from server.chat.threads import ListedThread
from server.errors import ClientProblem
from server.presets import load_preset
from server.storage import audit, classes, conversations, own, threads
from server.storage.database import Database
from tests.chat.house import TEXTS, House, Page, without_deltas

CLASS = "class-7a"
PUPIL = Who("visitor", "pupil", class_id=CLASS)


@pytest.fixture(autouse=True)
async def seventh(database: Database) -> None:
    """The school has the class that the pupil is in."""
    async with database.write() as connection:
        await classes.add(connection, classes.StoredClass(CLASS, "七（1）", "7A", None, False, 0))


async def sent(house: House, note: str | None = "第二步看不懂") -> tuple[Page, str]:
    """A pupil of the class asked, and sent the turn to the teacher."""
    page = await house.at_desk(PUPIL)
    done = await page.answer("为什么要移项？")
    await page.send(type="ask_teacher", turn=done["turn"], **({"note": note} if note else {}))
    await page.kind("thread")
    return page, done["turn"]


async def answer(house: House, turn: str, text: str, **changed: Any) -> None:
    """The teacher of the class answers."""
    how: dict[str, Any] = {"by": "李老师", "class_ids": [CLASS], **changed}
    await house.desk.threads.answer(turn, text, **how)


async def listed(house: House) -> list[ListedThread]:
    """What the teacher of the class sees."""
    return await house.desk.threads.listed([CLASS])


async def test_the_teacher_sees_question_answer_and_note_but_no_name(house: House) -> None:
    """A pseudonym, the one turn that was sent, and the note through the filter; other classes see nothing."""
    _, turn = await sent(house, "遮住词在第二步")
    (thread,) = await listed(house)
    assert (thread.id, thread.state, thread.question) == (turn, "waiting", "为什么要移项？")
    assert thread.answer
    assert [(post.by, post.text) for post in thread.posts] == [(None, "***在第二步")]
    assert "pupil" not in thread.asker
    assert await house.desk.threads.listed(["class-8b"]) == []
    assert await house.desk.threads.count_waiting([CLASS]) == 1


async def test_an_answer_reaches_an_open_page_at_once_and_is_remembered(house: House) -> None:
    """It is a frame of the conversation, filtered, and what the model is told of the turn next time."""
    page, turn = await sent(house)
    await answer(house, turn, "因为遮住词两边同时减去它。")
    frame = await page.kind("teacher_answer")
    assert (frame["turn"], frame["text"], frame["by"]) == (turn, "因为***两边同时减去它。", "李老师")
    await page.answer("那除法呢？")
    (past,) = house.source.requests[-1].turns  # type: ignore[attr-defined]
    assert past.answer.endswith("【教师】因为***两边同时减去它。")
    assert past.ids is None


async def test_an_answer_that_comes_later_is_there_after_a_restart(file: Path) -> None:
    """The conversation is in nobody's memory when the teacher answers; its page finds it, marked unread."""
    database = await Database.open(file)
    house = House(database)
    await house.open()
    page, turn = await sent(house)
    await house.close()
    house = House(database)
    await house.open()
    await answer(house, turn, "两边同时减去它。")
    async with database.read() as connection:
        (row,) = await conversations.list_for_owner(connection, PUPIL.id)
    assert row.unread
    again = await house.at_desk(PUPIL, conversation=page.conversation, last_seq=page.last_seq)
    assert (await again.kind("teacher_answer"))["text"] == "两边同时减去它。"
    await again.send(type="teacher_thread", turn=turn, act="read")
    async with database.read() as connection:
        (row,) = await conversations.list_for_owner(connection, PUPIL.id)
    assert not row.unread
    await again.answer("那除法呢？")
    (past,) = house.source.requests[-1].turns  # type: ignore[attr-defined]
    assert past.answer.endswith("【教师】两边同时减去它。")
    whole = await house.at_desk(PUPIL, conversation=page.conversation)
    await whole.get(lambda frame: frame.get("seq") == again.last_seq)
    assert without_deltas(whole.frames)[: len(without_deltas(page.frames))] == without_deltas(page.frames)
    await house.close()
    await database.close()


async def test_the_pupil_may_reply_once_and_close(house: House) -> None:
    """After the second answer nothing more can be written, and a closed thread stays closed."""
    page, turn = await sent(house, None)
    await answer(house, turn, "看课本 12 页。")
    assert (await page.kind("teacher_answer"))["may_reply"]
    await page.send(type="teacher_thread", turn=turn, act="reply", text="看了，还是不懂")
    await page.get(lambda frame: frame["type"] == "thread" and frame.get("text") == "看了，还是不懂")
    await answer(house, turn, "明天课间来找我。")
    second = await page.get(lambda f: f["type"] == "teacher_answer" and f["text"] == "明天课间来找我。")
    assert not second["may_reply"]
    await page.send(type="teacher_thread", turn=turn, act="reply", text="再问一次")
    assert (await page.kind("error"))["code"] == "thread_over"
    await page.send(type="teacher_thread", turn=turn, act="close")
    await page.get(lambda frame: frame["type"] == "thread" and frame["state"] == "closed")
    with pytest.raises(ClientProblem) as problem:
        await answer(house, turn, "还有一点。")
    assert (problem.value.code, problem.value.status) == ("thread_over", 409)
    (thread,) = await listed(house)
    assert [post.by for post in thread.posts] == ["李老师", None, "李老师"]


async def test_a_withdrawn_thread_is_gone(house: House) -> None:
    """What was written to it, too; the teacher who was just answering is told, and keeps the text."""
    page, turn = await sent(house)
    await page.send(type="teacher_thread", turn=turn, act="withdraw")
    await page.get(lambda frame: frame["type"] == "thread" and frame["state"] == "withdrawn")
    assert await listed(house) == []
    with pytest.raises(ClientProblem) as problem:
        await answer(house, turn, "因为…")
    assert problem.value.status == 404
    async with house.database.read() as connection:
        assert await threads.posts_of(connection, [turn]) == {}


@pytest.mark.parametrize(
    ("text", "code"), [("坏蛋词", "filter"), ("  ", "bad_answer"), ("字" * 4001, "bad_answer")]
)
async def test_an_answer_that_cannot_be_sent_changes_nothing(house: House, text: str, code: str) -> None:
    """A blocked, empty or endless answer is refused with its reason; the thread still waits."""
    page, turn = await sent(house)
    with pytest.raises(ClientProblem) as problem:
        await answer(house, turn, text)
    assert problem.value.code == code
    with pytest.raises(ClientProblem) as problem:
        await answer(house, turn, "好", class_ids=["class-8b"])
    assert problem.value.code == "not_found"
    assert (await listed(house))[0].state == "waiting"
    assert [frame["type"] for frame in page.frames].count("teacher_answer") == 0


async def test_what_the_pupil_writes_goes_through_the_filter(house: House) -> None:
    """A blocked note is not sent; sent twice it is sent once; a turn that is not there cannot be sent."""
    page = await house.at_desk(PUPIL)
    done = await page.answer("一")
    await page.send(type="ask_teacher", turn=done["turn"], note="坏蛋词")
    assert (await page.kind("error"))["code"] == "filter"
    assert await listed(house) == []
    for _ in range(2):
        await page.send(type="ask_teacher", turn=done["turn"])
    await page.kind("thread")
    await page.answer("二")
    assert [frame["type"] for frame in page.frames].count("thread") == 1
    await page.send(type="ask_teacher", turn="no-such-turn")
    await page.get(lambda frame: frame.get("code") == "no_such_turn")


async def test_a_question_that_nobody_answered_can_be_sent(house: House) -> None:
    """It becomes a turn of its own, which no model answers; the answer is the teacher's alone."""
    page = await house.at_desk(PUPIL)
    await page.send(type="ask_teacher", id="q1", text="什么是质数？")
    thread = await page.kind("thread")
    started = await page.kind("started")
    assert started["origin"] == "teacher"
    assert (await page.kind("done"))["message"] == TEXTS["zh"].passed_on
    await answer(house, thread["turn"], "只能被 1 和自己整除。")
    await page.kind("teacher_answer")
    assert house.source.requests == []  # type: ignore[attr-defined]
    await page.answer("例如？")
    (past,) = house.source.requests[-1].turns  # type: ignore[attr-defined]
    assert (past.question, past.answer) == ("什么是质数？", "【教师】只能被 1 和自己整除。")


async def test_at_a_public_office_questions_without_a_class_go_to_its_desk(database: Database) -> None:
    """There nobody joins a class; the administrators' desk has them."""
    house = House(database, preset=load_preset("government"))
    await house.open()
    page = await house.at_desk()
    done = await page.answer("一")
    await page.send(type="ask_teacher", turn=done["turn"])
    await page.kind("thread")
    assert [thread.class_id for thread in await house.desk.threads.listed([None])] == [None]
    assert await listed(house) == []
    await house.close()


async def test_what_was_written_is_part_of_what_somebody_takes_along(house: House) -> None:
    """The note and the answer stand at their turn, the teacher's with a name."""
    page, turn = await sent(house)
    await answer(house, turn, "两边同时减去它。")
    async with house.database.read() as connection:
        (kept,) = await own.turns_of(connection, page.conversation)
    assert [(post.by, post.text) for post in kept.posts] == [
        (None, "第二步看不懂"),
        ("李老师", "两边同时减去它。"),
    ]


async def test_an_answer_is_on_the_audit_log_in_its_own_transaction(house: House) -> None:
    """Who answered what, without a text of the pupil's or the teacher's."""
    _, turn = await sent(house)
    await answer(house, turn, "因为两边同时减去它。")
    async with house.database.read() as connection:
        ((act, *_), _) = await audit.list_page(connection, what="answer_thread")
    assert (act.who, act.subject, act.detail) == ("李老师", turn, {"class_id": CLASS, "num_chars": 10})


async def test_a_teacher_who_answers_while_it_is_deleted_is_told(house: House) -> None:
    """The answer was not sent, and says so: nobody waits for what will never be durable."""
    page, turn = await sent(house)
    live = await house.desk._known(page.conversation)
    assert live is not None
    receipt = live.answer_thread(turn, "因为要移项。", "李老师", CLASS)
    assert await house.desk.delete_conversation(PUPIL, page.conversation)
    with pytest.raises(ClientProblem) as refused:
        await asyncio.wait_for(receipt, 10)
    assert refused.value.code == "not_found"


async def test_a_deleted_conversation_takes_its_threads_along(house: House) -> None:
    """Nothing of it is left for the teacher."""
    page, _ = await sent(house)
    assert await house.desk.delete_conversation(PUPIL, page.conversation)
    assert await listed(house) == []


async def test_other_open_pages_of_the_pupil_are_told_at_once(house: House) -> None:
    """Where another conversation is open, a frame without a number names this one; nobody else is told."""
    page, turn = await sent(house)
    beside, stranger = await house.at_desk(PUPIL), await house.at_desk(Who("visitor", "else", class_id=CLASS))
    await answer(house, turn, "两边同时减去它。")
    told = await beside.kind("unread")
    assert told == {"type": "unread", "conversation": page.conversation}
    await page.kind("teacher_answer")
    for other in (page, stranger):
        await other.answer("然后呢？")
        assert not [frame for frame in other.frames if frame["type"] == "unread"]
