"""How an answer ends before its time: stopped, left alone, broken off, filtered by a new list; and that
every one of them frees the source."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from filters import Action
from server.accounts import Who
from server.sources.scripted import HANG, ScriptedSource
from server.sources.types import Begun, Piece, ReplyRequest, SourceEvent, SourceStatus
from server.storage import turns
from server.storage.database import Database
from tests.chat.house import TEXTS, House, Page, until, word, words

ZH = TEXTS["zh"]


async def hanging(database: Database, **rules: float) -> tuple[House, Page, str]:
    """A desk, a page, and the turn of an answer that has begun and would never end."""
    house = House(database, ScriptedSource({"一": ["一半", HANG]}), **rules)
    await house.open()
    page = await house.at_desk()
    accepted = await page.ask("一")
    await page.kind("delta")
    return house, page, accepted["turn"]


async def test_a_stop_ends_the_answer_and_keeps_what_was_shown(database: Database) -> None:
    """Its exact ids are known, because the source is heard to its last word."""
    house, page, turn = await hanging(database)
    await page.send(type="stop", turn="another")
    await page.send(type="stop", turn=turn)
    done = await page.done(turn)
    assert (done["finish"], done["text"]) == ("stopped", "一半")
    assert house.source.status().running == 0
    async with database.read() as connection:
        stored = await turns.get_turn(connection, turn)
    assert stored is not None
    assert (stored.answer, stored.answer_ids) == ("一半", tuple(map(ord, "一半")))
    await page.send(type="stop", turn=turn)
    assert (await page.answer("二"))["finish"] == "stop"
    assert house.source.requests[1].turns[0].ids is not None
    await house.close()


async def test_a_stop_works_while_the_question_waits(database: Database) -> None:
    """It leaves the queue and shows nothing."""
    house = House(database, ScriptedSource(lambda request: [HANG], max_running=1))
    await house.open()
    one = await house.at_desk(Who("visitor", "one"))
    await one.ask("一")
    two = await house.at_desk(Who("visitor", "two"))
    accepted = await two.ask("二")
    await two.kind("queued")
    await two.send(type="stop", turn=accepted["turn"])
    done = await two.done(accepted["turn"])
    assert (done["finish"], done["text"]) == ("stopped", "")
    assert house.source.status().waiting == 0
    await house.close()


async def test_an_answer_goes_on_for_the_grace_time_when_its_page_has_left(database: Database) -> None:
    """And is whole when the page comes back within it."""
    house = House(database, ScriptedSource(lambda request: list("慢慢说"), delay_seconds=0.05))
    await house.open()
    page = await house.at_desk()
    accepted = await page.ask("一")
    await page.leave()
    await asyncio.sleep(0.1)
    again = await house.at_desk(conversation=page.conversation, last_seq=page.last_seq)
    done = await again.done(accepted["turn"])
    assert (done["finish"], done["text"]) == ("stop", "慢慢说")
    await house.close()


async def test_after_the_grace_time_the_answer_is_stopped_and_remembered(database: Database) -> None:
    """The source is free; who comes back later reads how it ended."""
    house, page, turn = await hanging(database, grace_seconds=0.1)
    await page.leave()
    await until(lambda: house.source.status().running == 0)
    again = await house.at_desk(conversation=page.conversation)
    done = await again.done(turn)
    assert (done["finish"], done["text"]) == ("stopped", "一半")
    await house.close()


async def test_a_page_that_comes_back_within_the_grace_time_saves_the_answer(database: Database) -> None:
    """The clock stops when someone watches again."""
    house, page, turn = await hanging(database, grace_seconds=0.5)
    await page.leave()
    again = await house.at_desk(conversation=page.conversation)
    await asyncio.sleep(0.8)
    assert house.source.status().running == 1
    await again.send(type="stop", turn=turn)
    assert (await again.done(turn))["finish"] == "stopped"
    await house.close()


class StubbornReply:
    """A reply that ignores a cancel and never ends."""

    def __init__(self) -> None:
        self.num_cancels = 0

    async def __aiter__(self) -> AsyncIterator[SourceEvent]:
        yield Begun(0, 1, "new")
        yield Piece("一半")
        await asyncio.Event().wait()

    def cancel(self) -> None:
        self.num_cancels += 1


class BuggyReply(StubbornReply):
    """A reply with a bug: it raises what no source may raise, or just ends."""

    def __init__(self, error: Exception | None) -> None:
        super().__init__()
        self._error = error

    async def __aiter__(self) -> AsyncIterator[SourceEvent]:
        yield Piece("一半")
        if self._error is not None:
            raise self._error


class OneReplySource(ScriptedSource):
    """A source whose first reply is a given one."""

    def __init__(self, first: StubbornReply) -> None:
        super().__init__()
        self.first: StubbornReply | None = first

    def reply(self, request: ReplyRequest) -> object:  # type: ignore[override]
        first, self.first = self.first, None
        return first or super().reply(request)

    def status(self) -> SourceStatus:
        return SourceStatus(True, "one reply")


async def test_a_source_that_ignores_a_stop_does_not_hold_the_conversation(database: Database) -> None:
    """After a few seconds the turn ends without it."""
    reply = StubbornReply()
    house = House(database, OneReplySource(reply), drain_seconds=0.1)
    await house.open()
    page = await house.at_desk()
    accepted = await page.ask("一")
    await page.kind("delta")
    await page.send(type="stop", turn=accepted["turn"])
    done = await page.done(accepted["turn"])
    assert (done["finish"], done["text"]) == ("stopped", "一半")
    assert reply.num_cancels > 0
    assert (await page.answer("二"))["finish"] == "stop"
    await house.close()


@pytest.mark.parametrize("error", [RuntimeError("bug"), TimeoutError(), None])
async def test_a_bug_in_a_source_ends_the_answer_as_failed(
    database: Database, error: Exception | None
) -> None:
    """Whatever it raises, or if it just falls silent: never taken for an end."""
    house = House(database, OneReplySource(BuggyReply(error)))
    await house.open()
    page = await house.at_desk()
    done = await page.answer("一")
    assert (done["finish"], done["text"], done["message"]) == ("failed", "一半", ZH.failed)
    assert (await page.answer("二"))["finish"] == "stop"
    await house.close()


async def test_a_list_published_during_an_answer_takes_effect_at_the_next_turn(database: Database) -> None:
    """The running answer ends under the list it began with; the connection stays."""
    source = ScriptedSource(lambda request: ["苹果和", "苹果"], delay_seconds=0.05)
    house = House(database, source)
    await house.open()
    page = await house.at_desk()
    accepted = await page.ask("一")
    await page.kind("delta")
    house.publication.pipeline = words(word("苹果", Action.MASK), version=2)
    assert (await page.done(accepted["turn"]))["text"] == "苹果和苹果"
    assert (await page.answer("二"))["text"] == "**和**"
    async with database.read() as connection:
        kept = await turns.get_turns(connection, page.conversation)
    assert [turn.lists_version for turn in kept] == [1, 2]
    assert (await (await house.at_desk()).hello())["lists_version"] == 2
    await house.close()


async def test_without_a_list_nothing_passes_and_the_page_is_told(house: House) -> None:
    """Fail closed, as a refusal that may be tried again."""
    house.publication.pipeline = None
    page = await house.at_desk()
    assert page.frames[0]["lists_version"] == 0
    assert (await page.ask("一"))["message"] == ZH.not_ready
    assert house.source.requests == []


async def test_closing_lets_short_answers_end_and_breaks_off_long_ones_honestly(database: Database) -> None:
    """Every answer has its `done` in the journal, every page is closed with 1012, and nothing new begins."""
    source = ScriptedSource({"长": ["一半", HANG], "短": list("很快")}, delay_seconds=0.01)
    house = House(database, source, closing_seconds=0.5)
    await house.open()
    long, short, idle = [await house.at_desk() for _ in range(3)]
    long_turn = (await long.ask("长"))["turn"]
    await long.kind("delta")
    short_turn = (await short.ask("短"))["turn"]
    closing = asyncio.create_task(house.desk.close())
    await asyncio.sleep(0)
    assert (await idle.ask("还能问吗"))["message"] == ZH.not_ready
    await closing
    assert [page.connection.outbox.close_code for page in (long, short, idle)] == [1012] * 3
    done = await long.done(long_turn)
    assert (done["finish"], done["text"], done["message"]) == ("failed", "一半", ZH.closing)
    assert (await short.done(short_turn))["finish"] == "stop"
    async with database.read() as connection:
        assert await turns.unfinished_turns(connection) == []
    assert source.status().running == 0
    assert {fact["outcome"] for fact in house.notebook.questions} == {"failed", "answered"}
    await house.close()


async def test_a_deleted_conversation_is_gone_everywhere(database: Database) -> None:
    """Its answer is stopped, its pages are told, its texts are deleted, and the source forgets it."""
    house, page, turn = await hanging(database)
    stranger, owner = Who("visitor", "stranger"), Who("visitor", "pupil")
    assert not await house.desk.delete_conversation(stranger, page.conversation)
    assert await house.desk.delete_conversation(owner, page.conversation)
    assert (await page.kind("error"))["code"] == "no_such_conversation"
    assert house.source.status().running == 0
    assert house.source.forgotten == [page.conversation]
    async with database.read() as connection:
        assert await turns.get_turn(connection, turn) is None
    assert not await house.desk.delete_conversation(owner, page.conversation)
    await page.send(type="ask", id="late", text="还在吗")
    await page.get(lambda frame: frame["type"] == "error", after=len(page.frames))
    page.frames.clear()
    assert (await page.hello(conversation=page.connection.who.id))["code"] == "no_such_conversation"
    page.frames.clear()
    assert (await page.hello())["type"] == "welcome"
    assert (await page.answer("新的"))["finish"] == "stop"
    await house.close()


async def test_a_conversation_that_is_being_deleted_takes_nobody_in(database: Database) -> None:
    """A page that comes during the deletion is not shown what is about to be gone."""
    house, page, _ = await hanging(database)
    deleting = asyncio.create_task(house.desk.delete_conversation(page.connection.who, page.conversation))
    await asyncio.sleep(0)
    late = house.page()
    assert (await late.hello(conversation=page.conversation))["code"] == "no_such_conversation"
    assert await deleting
    assert [frame["type"] for frame in late.frames] == ["error"]
    await house.close()
