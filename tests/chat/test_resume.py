"""Law 6: nothing is lost, whatever is cut: a socket, a page, a replay."""

from __future__ import annotations

import asyncio
import json

import pytest

from server.accounts import Who
from server.chat import watchers
from server.errors import StorageProblem
from server.protocol.replay import answer_of
from server.sources.scripted import ScriptedSource
from server.storage import journal
from server.storage.database import Database
from tests.chat.house import House, Page, texts_by_turn, until, without_deltas

ANSWER = "床前明月光，遮住词疑是地上霜。\n**举头**望明月🙂，低头思故乡。"


async def told(house: House) -> Page:
    """A page that saw two answers in many small frames, and a refusal."""
    page = await house.at_desk()
    await page.answer("一")
    await page.ask("坏蛋词")
    await page.answer("二")
    assert sum(frame["type"] == "delta" for frame in page.frames) > 10
    return page


@pytest.fixture
async def slow(database: Database) -> House:
    """A desk whose answers come in many frames."""
    house = House(database, ScriptedSource(lambda request: list(ANSWER), delay_seconds=0.003), join_ms=0)
    await house.open()
    return house


async def test_law_6_the_text_is_the_same_after_a_cut_at_any_frame(slow: House) -> None:
    """Whichever frame was the last, what comes after the resume completes the very same text."""
    page = await told(slow)
    whole = [frame for frame in page.frames if frame.get("seq", 0) > 0]
    for seq in range(page.last_seq + 1):
        again = slow.page()
        welcome = await again.hello(conversation=page.conversation, last_seq=seq)
        assert (welcome["resume_from"], welcome["seq"]) == (seq, seq)
        if seq < page.last_seq:
            await again.get(lambda frame: frame.get("seq") == page.last_seq)
        before = [frame for frame in whole if frame["seq"] <= seq]
        together = before + again.frames[1:]
        assert texts_by_turn(together) == texts_by_turn(whole)
        assert without_deltas(together) == without_deltas(whole)
        numbers = [frame["seq"] for frame in again.frames]
        assert numbers == sorted(set(numbers))
        await again.leave()
    await slow.close()


async def test_a_page_without_a_memory_gets_everything_in_few_frames(slow: House) -> None:
    """A reload replays from the start; the deltas of an answer come as one."""
    page = await told(slow)
    again = await slow.at_desk(conversation=page.conversation)
    await again.get(lambda frame: frame.get("seq") == page.last_seq)
    assert texts_by_turn(again.frames) == texts_by_turn(page.frames)
    assert sum(frame["type"] == "delta" for frame in again.frames) == 2
    await slow.close()


async def test_law_6_a_page_that_breaks_off_in_mid_answer_goes_on_without_gap_or_duplicate(
    slow: House,
) -> None:
    """Cut again and again while the answer streams; in the end it is whole, and only `done` ended it."""
    page = await slow.at_desk()
    accepted = await page.ask("一")
    conversation, seen = page.conversation, []
    while not any(frame["type"] == "done" for frame in seen):
        last_seq = max((frame.get("seq", 0) for frame in seen), default=0)
        part = await slow.at_desk(conversation=conversation, last_seq=last_seq)
        await asyncio.sleep(0.02)
        await part.leave()
        seen += [frame for frame in part.frames if frame["type"] != "welcome"]
    numbers = [frame["seq"] for frame in seen]
    assert numbers == sorted(set(numbers))
    done = await page.done(accepted["turn"])
    assert texts_by_turn(seen) == {accepted["turn"]: done["text"]}
    assert done["text"] == ANSWER.replace("遮住词", "***")
    await slow.close()


async def test_two_pages_see_the_same_conversation(slow: House) -> None:
    """What one asks, the other sees too; one that leaves does not stop the answer."""
    one = await slow.at_desk()
    two = await slow.at_desk(conversation=one.conversation)
    accepted = await one.ask("一")
    await two.kind("delta")
    await one.leave()
    done = await two.done(accepted["turn"])
    assert done["finish"] == "stop"
    assert done["text"] == ANSWER.replace("遮住词", "***")
    assert [frame["seq"] for frame in two.frames] == list(range(len(two.frames)))
    await two.send(type="ask", id="two", text="二")
    assert (await two.get(lambda frame: frame.get("id") == "two"))["type"] == "accepted"
    await slow.close()


async def test_a_page_that_has_seen_more_than_there_is_starts_from_nothing(house: House) -> None:
    """A database restored from a backup: the page is told to forget."""
    page = await house.at_desk()
    await page.answer("一")
    again = await house.at_desk(conversation=page.conversation, last_seq=10_000)
    assert again.frames[0]["resume_from"] == 0
    await again.kind("done")
    await house.close()


async def test_someone_elses_conversation_does_not_exist(house: House) -> None:
    """Neither from memory nor from the database, and no other one begins in its place."""
    page = await house.at_desk()
    await page.answer("一")
    stranger = house.page(Who("visitor", "stranger"))
    for conversation in (page.conversation, "never-was"):
        error = await stranger.hello(conversation=conversation)
        assert (error["type"], error["code"]) == ("error", "no_such_conversation")
        stranger.frames.clear()
    assert (await stranger.hello())["type"] == "welcome"
    await house.close()


async def test_a_long_conversation_is_replayed_to_a_small_outbox(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The replay comes page by page and waits for its reader, instead of running over the bound."""
    monkeypatch.setattr(watchers, "REPLAY_PAGE_FRAMES", 7)
    house = House(database, outbox_frames=16, join_ms=0, asks_per_minute=1000)
    await house.open()
    page = await house.at_desk()
    for number in range(30):
        await page.answer(f"问题{number}")
    again = await house.at_desk(conversation=page.conversation)
    await again.get(lambda frame: frame.get("seq") == page.last_seq)
    assert again.connection.outbox.close_code is None
    assert texts_by_turn(again.frames) == texts_by_turn(page.frames)
    await house.close()


async def test_what_is_shown_is_in_the_journal_first(database: Database) -> None:
    """Write-ahead: at the moment a frame can be sent, another reader of the database finds it there."""
    house = House(database, ScriptedSource(lambda request: list(ANSWER), delay_seconds=0.02))
    await house.open()
    page = await house.at_desk()
    seen = 0

    async def compare() -> None:
        nonlocal seen
        while True:
            num_shown = len(page.texts)
            async with database.read() as connection:
                kept = {text for _, text in await journal.read_after(connection, page.conversation, 0)}
            shown = page.texts[1:num_shown]
            assert set(shown) <= kept
            seen = max(seen, len(shown))
            await asyncio.sleep(0)

    comparing = asyncio.create_task(compare())
    done = await page.answer("一")
    async with database.read() as connection:
        frames = await journal.read_after(connection, page.conversation, 0)
    assert answer_of(done["turn"], frames) == done["text"]
    assert json.loads(frames[-1][1])["type"] == "done"
    comparing.cancel()
    await asyncio.wait([comparing])
    assert comparing.cancelled()
    assert seen > 5
    await house.close()


async def test_a_replay_that_breaks_off_sends_the_page_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had its welcome: had the connection stayed open, every later question would have gone nowhere."""
    house = House(database)
    await house.open()
    page = await house.at_desk()
    await page.answer("一")

    async def refuse(*_: object) -> list[tuple[int, str]]:
        raise StorageProblem("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(journal, "read_after", refuse)
        cut = await house.at_desk(conversation=page.conversation)
        assert (await cut.kind("error"))["code"] == "storage"
    assert cut.connection.outbox.close_code == 1013
    again = await house.at_desk(conversation=page.conversation)
    await until(lambda: again.last_seq == page.last_seq)
    assert texts_by_turn(again.frames) == texts_by_turn(page.frames)
    await house.close()
