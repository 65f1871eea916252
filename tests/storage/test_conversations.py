"""Conversations and turns: kept in order, found again, ended once, really deleted."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from server.errors import StorageProblem
from server.storage import conversations, journal, turns, verdicts
from server.storage.database import Database
from server.storage.ids import new_id
from server.storage.tables import JournalFrame, Turn
from tests import turns as written


async def begin(database: Database, conversation_id: str = "c1", owner_id: str = "pupil") -> None:
    """A conversation to put turns into."""
    async with database.write() as connection:
        await conversations.create(
            connection,
            conversation_id=conversation_id,
            owner_id=owner_id,
            class_id=None,
            preset="education",
            system_prompt="你是老师。",
            now_ms=1000,
        )


async def ask(
    database: Database,
    question: str,
    *,
    conversation_id: str = "c1",
    ask_id: str | None = None,
    at_ms: int = 2000,
    replaces: str | None = None,
) -> turns.StoredTurn:
    """A turn that has begun."""
    turn_id = new_id()
    await written.begin(
        database,
        turn_id,
        question,
        conversation_id=conversation_id,
        asked_at_ms=at_ms,
        ask_id=ask_id or turn_id,
        replaces=replaces,
    )
    async with database.read() as connection:
        turn = await turns.get_turn(connection, turn_id)
    assert turn is not None
    return turn


async def found(database: Database, q: str = "", owner_id: str = "pupil") -> list[str]:
    """The titles of the conversations that a search shows."""
    async with database.read() as connection:
        return [each.title for each in await conversations.list_for_owner(connection, owner_id, q)]


async def test_finished_turn_comes_back_exactly(database: Database) -> None:
    """Text, token ids and usage are what was written."""
    await begin(database)
    begun = await ask(database, "勾股定理是什么？")
    assert begun.number == 1 and begun.finish is None and begun.answer == ""
    await written.end(
        database,
        "c1",
        begun.id,
        "a²+b²=c² 🙂",
        now_ms=3000,
        question_ids=(1, 151_645, 2**31 - 1),
        answer_ids=(),
        tokenizer="qwen",
        usage={"generated_tokens": 7},
    )
    async with database.read() as connection:
        (turn,) = await turns.get_turns(connection, "c1")
        conversation = await conversations.get(connection, "c1")
    assert (turn.answer, turn.finish, turn.tokenizer) == ("a²+b²=c² 🙂", "stop", "qwen")
    assert (turn.question_ids, turn.answer_ids) == ((1, 151_645, 2**31 - 1), ())
    assert turn.usage == {"generated_tokens": 7}
    assert conversation is not None and conversation.updated_at_ms == 3000


@given(st.lists(st.integers(min_value=-(2**31), max_value=2**31 - 1)).map(tuple))
def test_token_ids_are_stored_without_loss(ids: tuple[int, ...]) -> None:
    """Packing and unpacking token ids changes nothing."""
    assert turns._unpack(turns.pack_ids(ids)) == ids


def test_token_ids_are_little_endian_on_disk() -> None:
    """A data folder can move to another kind of machine."""
    assert turns.pack_ids((1, 258)) == b"\x01\x00\x00\x00\x02\x01\x00\x00"


async def test_asking_twice_with_one_id_is_one_turn(database: Database) -> None:
    """Whoever would begin a second turn with the id of the first is refused."""
    await begin(database)
    first = await ask(database, "一次", ask_id="same")
    with pytest.raises(StorageProblem):
        await ask(database, "两次", ask_id="same")
    async with database.read() as connection:
        assert await turns.get_turns(connection, "c1") == [first]


async def test_turn_answered_anew_leaves_the_history(database: Database) -> None:
    """The replaced turn is out of the history, but not gone."""
    await begin(database)
    old = await ask(database, "问")
    new = await ask(database, "问", replaces=old.id)
    async with database.read() as connection:
        assert [turn.id for turn in await turns.get_turns(connection, "c1")] == [new.id]
        every = await turns.get_turns(connection, "c1", include_replaced=True)
    assert [(turn.number, turn.replaced) for turn in every] == [(1, True), (2, False)]


async def test_only_the_first_end_of_a_turn_counts(database: Database) -> None:
    """A turn that was stopped is not finished again by what comes late."""
    await begin(database)
    turn = await ask(database, "问")
    await written.end(database, "c1", turn.id, "半", finish="stopped")
    await written.end(database, "c1", turn.id, "全部", now_ms=2)
    async with database.read() as connection:
        kept = await turns.get_turn(connection, turn.id)
    assert kept is not None and (kept.answer, kept.finish) == ("半", "stopped")


async def test_turns_cut_off_by_a_crash_are_found(database: Database) -> None:
    """Turns without an end are listed over all conversations."""
    await begin(database, "c1")
    await begin(database, "c2")
    cut = [await ask(database, "一"), await ask(database, "二", conversation_id="c2", at_ms=2001)]
    ended = await ask(database, "三")
    await written.end(database, "c1", ended.id, "")
    async with database.read() as connection:
        assert [turn.id for turn in await turns.unfinished_turns(connection)] == [turn.id for turn in cut]


async def test_rating_counts_only_inside_its_conversation(database: Database) -> None:
    """A turn of another conversation cannot be rated by guessing its id."""
    await begin(database)
    turn = await ask(database, "问")
    async with database.write() as connection:
        assert not await turns.rate_turn(connection, "c2", turn.id, -1, None)
        assert await turns.rate_turn(connection, "c1", turn.id, 1, "清楚")
        rated = await turns.get_turn(connection, turn.id)
    assert rated is not None and (rated.rating, rated.rating_reason) == (1, "清楚")


async def test_list_shows_own_conversations_newest_first(database: Database) -> None:
    """Others' conversations and empty ones are not in the list."""
    await begin(database, "c1")
    await begin(database, "c2")
    await begin(database, "empty")
    await begin(database, "others", owner_id="someone")
    await ask(database, "旧", conversation_id="c1", at_ms=1)
    await ask(database, "新的\n问题", conversation_id="c2", at_ms=2)
    await ask(database, "别人的", conversation_id="others", at_ms=3)
    assert await found(database) == ["新的 问题", "旧"]


@pytest.mark.parametrize(
    ("q", "hit"),
    [
        ("勾股", True),
        ("ABC", True),
        ("100%", True),
        ("1%0", False),
        ("_", False),
        ("没有", False),
        (" ", True),
    ],
)
async def test_search_finds_titles_and_texts_literally(database: Database, q: str, hit: bool) -> None:
    """Search looks at questions and answers; wildcards of SQL are ordinary characters."""
    await begin(database)
    turn = await ask(database, "勾股定理")
    await written.end(database, "c1", turn.id, "abc 100% 对")
    assert bool(await found(database, q)) is hit


async def test_deleting_leaves_no_text_in_the_file(database: Database, file: Path) -> None:
    """Turns and frames are gone from the database file itself; the count of verdicts stays, unlinked."""
    await begin(database)
    turn = await ask(database, "secret-question-text")
    verdict = verdicts.StoredVerdict(
        at_ms=5,
        conversation_id="c1",
        turn_id=turn.id,
        asker="p",
        class_id=None,
        direction="question",
        action="mask",
        category="示例",
        word_id="w",
        lane="text",
        lists_version=1,
    )
    async with database.write() as connection:
        await journal.append_many(connection, [("c1", 1, "secret-frame-text")])
        await verdicts.record_many(connection, [verdict])
    async with database.write() as connection:
        assert not await conversations.delete(connection, "c1", "someone else")
        assert await conversations.delete(connection, "c1", "pupil")
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(Turn)) == 0
        assert await connection.scalar(select(func.count()).select_from(JournalFrame)) == 0
        (kept,) = await verdicts.between(connection, 0, 10)
    assert (kept.conversation_id, kept.turn_id, kept.word_id) == (None, None, "w")
    await database.close()
    for left in file.parent.iterdir():
        assert b"secret-" not in left.read_bytes(), left.name
