"""Law 6 over a restart: a conversation that left memory, with its server or alone, comes back whole."""

from __future__ import annotations

import asyncio
from pathlib import Path

from server.sources.scripted import HANG, ScriptedSource
from server.storage import turns
from server.storage.database import Database
from tests.chat.house import TEXTS, House, texts_by_turn, until, without_deltas


async def test_law_6_after_a_restart_the_replay_is_the_same(file: Path) -> None:
    """Another process, the same database: frames, history, decided ids and token ids are all there."""
    database = await Database.open(file)
    house = House(database, ScriptedSource(lambda request: list("答案"), delay_seconds=0.003), join_ms=0)
    await house.open()
    page = await house.at_desk()
    await page.answer("一", "first")
    await page.ask("坏蛋词", "bad")
    await house.close()
    assert page.connection.outbox.close_code == 1012
    await database.close()

    database = await Database.open(file)
    house = House(database)
    await house.open()
    again = await house.at_desk(conversation=page.conversation)
    await again.get(lambda frame: frame.get("seq") == page.last_seq)
    assert texts_by_turn(again.frames) == texts_by_turn(page.frames)
    assert without_deltas(again.frames) == without_deltas(page.frames)
    for ask_id in ("first", "bad"):
        await again.send(type="ask", id=ask_id, text="一")
        await again.get(lambda frame: frame.get("id") == ask_id, after=len(again.frames))  # noqa: B023
    assert house.source.requests == []
    await again.answer("二")
    (past,) = house.source.requests[0].turns
    assert past.ids is not None
    assert past.ids.answer == tuple(map(ord, "答案"))
    await house.close()
    await database.close()


async def test_an_answer_that_a_crash_cut_off_is_ended_honestly_at_the_next_start(file: Path) -> None:
    """What was shown is kept, `done failed` follows, it is counted, and a second start finds nothing."""
    database = await Database.open(file)
    house = House(database, ScriptedSource(lambda request: ["前半", "遮住词", HANG]))
    await house.open()
    page = await house.at_desk()
    accepted = await page.ask("一")
    await page.get(lambda frame: page.shown(accepted["turn"]) == "前半***")
    await database.close()  # and nothing else: the desk goes without a word

    database = await Database.open(file)
    after = House(database)
    await after.open()
    again = await after.at_desk(conversation=page.conversation, last_seq=page.last_seq)
    done = await again.kind("done")
    assert (done["turn"], done["finish"], done["message"]) == (
        accepted["turn"],
        "failed",
        TEXTS["zh"].closing,
    )
    assert done["seq"] == page.last_seq + 1
    async with database.read() as connection:
        turn = await turns.get_turn(connection, accepted["turn"])
        assert await turns.unfinished_turns(connection) == []
    assert turn is not None
    assert (turn.answer, turn.finish, turn.answer_ids) == ("前半***", "failed", None)
    assert [fact["outcome"] for fact in after.notebook.questions] == ["failed"]
    await again.answer("二")
    assert [past.answer for past in after.source.requests[0].turns] == ["前半***"]
    await after.close()
    third = House(database)
    await third.open()
    assert third.notebook.questions == []
    await third.close()
    await house.source.close()
    await page.leave()
    await database.close()


async def test_an_idle_conversation_leaves_memory_and_comes_back(database: Database) -> None:
    """Nothing is lost by it, and one that is watched or answered stays."""
    house = House(database, idle_seconds=0.05)
    await house.open()
    page = await house.at_desk()
    await page.answer("一")
    watched = await house.at_desk()
    await page.leave()
    await until(lambda: house.desk.num_in_memory == 1)
    assert (await watched.answer("还在"))["finish"] == "stop"
    again = await house.at_desk(conversation=page.conversation, last_seq=page.last_seq)
    assert (await again.answer("二"))["usage"]["reused_tokens"] > 0
    assert [past.question for past in house.source.requests[-1].turns] == ["一"]
    await house.close()


async def test_two_pages_that_come_back_at_once_share_one_conversation(file: Path) -> None:
    """It is loaded once, whatever the order."""
    database = await Database.open(file)
    first = House(database)
    await first.open()
    page = await first.at_desk()
    await page.answer("一")
    await first.close()
    house = House(database)
    await house.open()
    pages = [house.page() for _ in range(4)]
    await asyncio.gather(*(each.hello(conversation=page.conversation) for each in pages))
    assert house.desk.num_in_memory == 1
    await pages[0].ask("二")
    for each in pages:
        await each.get(lambda frame: frame["type"] == "done" and frame["seq"] > page.last_seq)
    await house.close()
    await database.close()
