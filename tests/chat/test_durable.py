"""What was shown is durable: with a full disk, and with a server that is killed."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

from server.accounts import Who
from server.errors import StorageProblem
from server.sources.scripted import HANG, ScriptedSource
from server.storage import conversations, journal, turns
from server.storage.database import Database
from tests.chat.house import TEXTS, House, until

PUPIL = Who("visitor", "pupil")


async def fill_disk(database: Database) -> None:
    """Let the database grow no further, and use up what is free inside it."""
    async with database.write() as connection:
        await connection.exec_driver_sql("CREATE TABLE filling (bytes BLOB)")
        await connection.exec_driver_sql("PRAGMA max_page_count = 1")  # SQLite takes its present size
    while True:
        try:
            async with database.write() as connection:
                await connection.exec_driver_sql("INSERT INTO filling VALUES (zeroblob(3000))")
        except StorageProblem:
            return


async def make_room(database: Database) -> None:
    """The disk is large again."""
    async with database.write() as connection:
        await connection.exec_driver_sql("PRAGMA max_page_count = 1000000")


async def test_with_a_full_disk_nothing_is_shown_that_is_not_kept(database: Database) -> None:
    """The page is told and sent away, the source is freed, and with room again everything goes on."""
    source = ScriptedSource({"一": ["好的。", *("🙂" * 100 for _ in range(10)), HANG]}, delay_seconds=0.1)
    house = House(database, source)
    await house.open()
    page = await house.at_desk()
    accepted = await page.ask("一")
    await page.get(lambda frame: page.shown(accepted["turn"]).startswith("好的。"))
    await fill_disk(database)
    error = await page.kind("error", seconds=10)
    assert (error["code"], error["message"]) == ("storage", TEXTS["zh"].storage)
    await until(lambda: page.connection.outbox.is_closed)
    assert page.connection.outbox.close_code == 1013
    await until(lambda: source.status().running == 0)
    async with database.read() as connection:
        kept = {text for _, text in await journal.read_after(connection, page.conversation, 0)}
    assert set(page.texts[1:-1]) <= kept

    await make_room(database)
    again = await house.at_desk(conversation=page.conversation, last_seq=page.last_seq)
    done = await again.done(accepted["turn"])
    assert (done["finish"], done["message"]) == ("failed", TEXTS["zh"].closing)
    async with database.read() as connection:
        turn = await turns.get_turn(connection, accepted["turn"])
    assert turn is not None
    assert turn.answer == page.shown(accepted["turn"]) + again.shown(accepted["turn"])
    assert (await again.answer("二"))["finish"] == "stop"
    await house.close()


async def test_a_question_that_was_lost_with_the_disk_can_be_asked_again(database: Database) -> None:
    """It was never accepted, so its id is free."""
    house = House(database)
    await house.open()
    page = await house.at_desk()
    await page.answer("零")
    await fill_disk(database)
    question = "很长的问题" * 390
    await page.send(type="ask", id="big", text=question)
    assert (await page.kind("error"))["code"] == "storage"
    await make_room(database)
    again = await house.at_desk(conversation=page.conversation, last_seq=page.last_seq)
    assert (await again.ask(question, "big"))["type"] == "accepted"
    async with database.read() as connection:
        assert [turn.question for turn in await turns.get_turns(connection, page.conversation)] == [
            "零",
            question,
        ]
    await house.close()


async def test_one_conversation_that_cannot_be_stored_costs_the_others_nothing(database: Database) -> None:
    """They share a transaction; when it fails, each is written for itself."""
    source = ScriptedSource(lambda request: ["答", "案", *"很长很长"], delay_seconds=0.01)
    house = House(database, source, join_ms=20)
    await house.open()
    good, bad = await house.at_desk(), await house.at_desk(Who("visitor", "bad"))
    await good.answer("零")
    await bad.answer("零")
    async with database.write() as connection:  # behind the desk's back
        await conversations.delete(connection, bad.conversation, "bad")
    accepted, _ = await asyncio.gather(good.ask("一"), bad.send(type="ask", id="bad", text="一"))
    assert (await good.done(accepted["turn"]))["finish"] == "stop"
    assert (await bad.kind("error"))["code"] == "storage"
    await house.close()


SERVER = """
import asyncio, sys
from pathlib import Path
from server.accounts import Who
from server.sources.scripted import ScriptedSource
from server.storage.database import Database
from tests.chat.house import House

async def main():
    database = await Database.open(Path(sys.argv[1]))
    story = [f"第{n}句。" for n in range(10_000)]
    source = ScriptedSource(lambda request: story, delay_seconds=0.001)
    house = House(database, source, join_ms=5)
    await house.open()
    connection = house.desk.connect(Who("visitor", "pupil"), "10.0.0.1")
    await connection.receive('{"type":"hello","v":1}')
    await connection.receive('{"type":"ask","id":"1","text":"讲个长故事"}')
    async for text in connection.outbox:
        print(text, flush=True)

asyncio.run(main())
"""


async def test_law_6_a_server_killed_in_mid_answer_remembers_all_it_showed(tmp_path: Path) -> None:
    """SIGKILL: every frame that left the process is in the journal, and the next start ends the answer."""
    file = tmp_path / "dayi.sqlite3"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        SERVER,
        str(file),
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    shown: list[str] = []
    async with asyncio.timeout(60):
        while len(shown) < 40:
            line = await process.stdout.readline()
            assert line, "the server ended by itself"
            shown.append(line.decode().rstrip("\n"))
        process.send_signal(signal.SIGKILL)
        shown += (await process.stdout.read()).decode().split("\n")
        await process.wait()
    shown = [text for text in shown if text.endswith("}")]
    frames = [json.loads(text) for text in shown]
    conversation = frames[0]["conversation"]

    database = await Database.open(file)
    async with database.read() as connection:
        kept = dict(await journal.read_after(connection, conversation, 0))
    assert {
        frame["seq"]: text for frame, text in zip(frames[1:], shown[1:], strict=True)
    }.items() <= kept.items()

    house = House(database)
    await house.open()
    page = await house.at_desk(conversation=conversation, last_seq=frames[-1]["seq"])
    done = await page.kind("done")
    assert done["finish"] == "failed"
    before = "".join(frame["text"] for frame in frames if frame["type"] == "delta")
    whole = await house.at_desk(conversation=conversation)
    await whole.kind("done")
    assert whole.shown(done["turn"]) == before + page.shown(done["turn"])
    assert "".join(f"第{number}句。" for number in range(10_000)).startswith(whole.shown(done["turn"]))
    assert (await page.answer("还在吗"))["finish"] == "stop"
    await house.close()
    await database.close()
