"""What waits to be sent on one connection."""

from __future__ import annotations

import asyncio

from server.chat.outbox import Outbox
from server.sources.scripted import ScriptedSource
from server.storage.database import Database
from tests.chat.house import House, Page


async def test_texts_come_out_in_order_and_then_the_close() -> None:
    """What waits is still sent; what comes after the close is not."""
    outbox = Outbox(16)
    assert outbox.put("a")
    assert outbox.put("b")
    outbox.close(1012, "restart")
    assert not outbox.put("c")
    outbox.close(1000, "again")
    assert [text async for text in outbox] == ["a", "b"]
    assert (outbox.close_code, outbox.close_reason) == (1012, "restart")
    assert not outbox.abandoned.is_set()


async def test_one_text_too_many_abandons_the_connection() -> None:
    """What waited is dropped, and whoever hangs in a send is told."""
    outbox = Outbox(16)
    assert all(outbox.put(str(number)) for number in range(16))
    assert not outbox.put("one too many")
    assert outbox.close_code == 1013
    assert outbox.abandoned.is_set()
    assert [text async for text in outbox] == []


async def test_a_patient_writer_waits_for_room_and_gives_up_at_the_close() -> None:
    """A replay of any length passes through a small outbox."""
    outbox = Outbox(16)
    read: list[str] = []

    async def reader() -> None:
        async for text in outbox:
            read.append(text)
            await asyncio.sleep(0)

    reading = asyncio.create_task(reader())
    for number in range(200):
        assert await outbox.put_patiently(str(number))
        assert len(outbox) <= 8
    outbox.close(1000, "")
    await reading
    assert read == [str(number) for number in range(200)]

    full = Outbox(16)
    for number in range(8):
        full.put(str(number))
    waiting = asyncio.create_task(full.put_patiently("more"))
    await asyncio.sleep(0)
    full.close(1001, "gone")
    assert not await waiting


async def test_a_slow_reader_is_sent_away_and_resumes_without_loss(database: Database) -> None:
    """The answer and the other page are not held up; 1013 asks the slow page to come back."""
    answer = [f"第{number}句。" for number in range(60)]
    source = ScriptedSource(lambda request: answer, delay_seconds=0.002)
    house = House(database, source, outbox_frames=16, join_ms=0)
    await house.open()
    quick = await house.at_desk()
    slow = house.desk.connect(quick.connection.who, "10.0.0.2")
    await slow.receive(f'{{"type":"hello","v":1,"conversation":"{quick.conversation}"}}')
    done = await quick.answer("一")
    assert done["text"] == "".join(answer)
    assert slow.outbox.close_code == 1013
    assert slow.outbox.abandoned.is_set()
    assert [text async for text in slow.outbox] == []
    await slow.closed()
    again = await house.at_desk(conversation=quick.conversation, last_seq=0)
    assert (await again.done(done["turn"]))["text"] == done["text"]
    await house.close()


async def test_nothing_is_sent_after_a_close(house: House) -> None:
    """Law 7 at the connection: whatever happens later stays inside."""
    page: Page = await house.at_desk()
    accepted = await page.ask("一")
    page.connection.close(1000, "enough")
    num_waiting = len(page.connection.outbox) + len(page.texts)
    await page.send(type="ping")
    await page.send(type="stop", turn=accepted["turn"])
    await asyncio.sleep(0.05)
    assert len(page.connection.outbox) + len(page.texts) == num_waiting
