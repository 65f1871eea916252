"""A document that is deleted leaves no quote in the conversations that cited it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from server.chat import Quotes
from server.protocol.frames import Sources, dump
from server.protocol.knowledge_frames import Passage
from server.protocol.quotes import REMOVED, without_quotes
from server.sources.types import ReplyRequest
from server.storage import batches, conversations, documents, journal, turns
from server.storage.batches import Batch
from server.storage.database import Database
from tests.chat.house import Page
from tests.chat.whole_house import ask, pupils, whole_house

SECRET = "云州三号楼的门禁暗号是海棠依旧"
GONE = Passage(id="doc-1.0.20", title="门禁规定", heading="三号楼", quote="暗号")
KEPT = Passage(id="doc-2.0.20", title="doc-1", quote='"id":"doc-1.0.20"')


def test_frame_loses_what_it_quotes_of_a_deleted_document() -> None:
    """Quote, title, heading and place; of other documents nothing, whatever their words look like."""
    frame = dump(Sources(seq=3, turn="t", passages=[GONE, KEPT]))
    after = without_quotes(frame, {"doc-1"})
    assert after is not None
    assert Sources.model_validate_json(after).passages == [REMOVED, KEPT]
    assert "门禁" not in after and "暗号" not in after
    assert without_quotes(after, {"doc-1"}) is None
    assert without_quotes(frame, {"doc-3", "doc"}) is None


async def test_deleted_document_is_quoted_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not when the page is loaded anew, not in one's own archive, not in what the model is shown or was."""
    async with whole_house(tmp_path) as house:
        requests: list[ReplyRequest] = []
        monkeypatch.setattr(house.source, "_script", lambda each: requests.append(each) or "请问门卫。")
        _, [pupil] = await pupils(house, 1)
        added = await house.documents.add(
            SECRET.encode(), "海棠门禁.txt", class_id=None, classes=None, who="t", now_ms=1
        )
        await house.documents.shelf.settle()
        page = await ask(house, pupil, "云州三号楼的门禁暗号")
        quoted = next(frame for frame in page.frames if frame["type"] == "sources")
        assert quoted["passages"][0]["quote"] == SECRET

        async def kept() -> str:
            async with house.database.read() as connection:
                rows = await journal.read_sources(connection, ("", 0), 10)
                (turn,) = await turns.get_turns(connection, page.conversation)
            return rows[0][2] + "".join(map(chr, turn.question_ids or ()))

        assert (await kept()).count("海棠") > 2
        await house.documents.delete(added.document.id, None, who="t", now_ms=2)
        archive = zipfile.ZipFile(BytesIO(await house.own.archive(pupil, 3, "zh")))
        assert all("海棠" not in archive.read(name).decode() for name in archive.namelist())

        async with asyncio.timeout(10):
            while "海棠" in await kept():  # noqa: ASYNC110 -- the house looks once a second
                await asyncio.sleep(0.05)
        again = Page(house.chat.connect(pupil, "10.0.0.1"))
        await again.hello(conversation=page.conversation)
        shown = await again.kind("sources")
        assert shown["passages"] == [{"id": "", "title": "", "quote": "", "removed": True}]
        assert shown["seq"] == quoted["seq"]
        done = await again.kind("done")
        assert done["finish"] == "stop"  # and the rest is there as it was
        await again.answer("为什么")
        assert all(
            "海棠" not in "".join(map(chr, turn.ids.question)) for turn in requests[-1].turns if turn.ids
        )
        await again.leave()


async def stored(database: Database, num: int) -> None:
    """So many conversations with a quote of each of two documents."""
    for number in range(num):
        async with database.write() as connection:
            await conversations.create(
                connection,
                conversation_id=f"c{number:04}",
                owner_id="p",
                class_id=None,
                preset="education",
                system_prompt="",
                now_ms=1,
            )
        frames = [(seq, dump(Sources(seq=seq, turn="t", passages=[GONE, KEPT]))) for seq in (1, 2)]
        frames.append((3, json.dumps({"type": "delta", "seq": 3, "turn": "t", "text": "门禁规定"})))
        await batches.write(database, [Batch(f"c{number:04}", frames=frames)])


async def num_quoting(database: Database) -> int:
    """In how many frames the title still stands."""
    async with database.read() as connection:
        rows = await journal.read_sources(connection, ("", 0), 10_000)
    return sum("门禁规定" in row[2] for row in rows)


async def test_killed_round_is_begun_anew_and_the_document_forgotten_at_last(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is left in mid-way; what came while the first round ran is found by the second."""
    monkeypatch.setattr("server.chat.quotes.FRAMES_AT_ONCE", 5)
    await stored(database, 10)
    async with database.write() as connection:
        await documents.delete_document(connection, "doc-1", 1_000)
    killed = asyncio.create_task(Quotes(database, lambda: 2_000).run())
    while await num_quoting(database) == 20:  # noqa: ASYNC110
        await asyncio.sleep(0)
    killed.cancel()
    assert 0 < await num_quoting(database) < 20
    quotes = Quotes(database, lambda: 2_000)
    await quotes.run()
    assert await num_quoting(database) == 0
    assert await quotes.run() == 0
    await batches.write(
        database, [Batch("c0000", frames=[(4, dump(Sources(seq=4, turn="u", passages=[GONE])))])]
    )
    late = Quotes(database, lambda: 70_000)
    assert await late.run() == 1
    assert await late.run() == 0
    async with database.read() as connection:
        assert await documents.removed(connection) == {}


async def test_frames_with_quotes_are_found_without_reading_the_others(
    database: Database, tmp_path: Path
) -> None:
    """The journal of a school is long; few of its frames quote something."""
    with sqlite3.connect(tmp_path / "dayi.sqlite3") as reader:
        plan = reader.execute(
            'EXPLAIN QUERY PLAN SELECT frame FROM journal WHERE substr(frame, 1, 17) = \'{"type":"sources"\' '
            "AND (conversation_id, seq) > ('', 0) ORDER BY conversation_id, seq LIMIT 10"
        ).fetchall()
    assert "journal_of_sources" in str(plan)
