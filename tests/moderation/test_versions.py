"""Publishing: what is in effect, from when, and what happens when it cannot be."""

from __future__ import annotations

import asyncio
import time

import pytest
from sqlalchemy import text as sql

from filters import Direction
from server.errors import ClientProblem, StorageProblem
from server.moderation import ListPatch, NewList, NewWord, PublishedFilter, WordDesk, WordPatch
from server.moderation.demonstration import demonstration
from server.moderation.snapshot import Snapshot
from server.moderation.views import ListView
from server.storage.database import Database

NOW_MS = 1_800_000_000_000


async def add(desk: WordDesk, list_id: str, text: str) -> str:
    """A new entry; its id."""
    new = NewWord(list_id=list_id, text=text)
    return (await desk.entries.add(new, who="lin", now_ms=NOW_MS)).word.id


async def publish(desk: WordDesk) -> int:
    """Publish; the number of the version."""
    return (await desk.versions.publish("", who="lin", now_ms=NOW_MS)).number


async def test_first_start_has_a_demonstration_in_effect(desk: WordDesk, published: PublishedFilter) -> None:
    """Version 1 consists of invented words, and every action can be seen at work."""
    assert published.version == 1
    check = published.current.check
    assert check("有咕噜枣吗", Direction.QUESTION).blocked
    assert check("一碗呼噜糖浆", Direction.ANSWER).text == "一碗****"
    assert check("叮咚石油灯", Direction.QUESTION).action == "review"
    assert check("门前的咕噜枣树", Direction.QUESTION).action is None
    lists = (await desk.lists.overview()).lists
    assert lists and all(each.name.startswith("演示词表") for each in lists)


async def test_published_word_is_in_effect_at_once(
    desk: WordDesk, masked: ListView, published: PublishedFilter
) -> None:
    """Before publishing nothing changes; afterwards every next look sees it."""
    await add(desk, masked.id, "闪电汤圆")
    assert published.current.check("吃闪电汤圆", Direction.QUESTION).text == "吃闪电汤圆"
    before = published.current
    assert await publish(desk) == 3
    verdict = published.current.check("吃闪电汤圆", Direction.QUESTION)
    assert (verdict.text, verdict.lists_version, published.version) == ("吃****", 3, 3)
    assert before.check("吃闪电汤圆", Direction.QUESTION).text == "吃闪电汤圆"


async def test_actions_of_list_entry_and_switches_work_together(
    desk: WordDesk, masked: ListView, published: PublishedFilter
) -> None:
    """An entry's action beats the list's; a direction without one does not look; switched off is off."""
    word_id = await add(desk, masked.id, "闪电汤圆")
    await desk.lists.change(masked.id, ListPatch(answer_action=None), who="lin", now_ms=NOW_MS)
    patch = WordPatch(question_action="block")
    await desk.entries.change(word_id, patch, who="lin", now_ms=NOW_MS)
    off = await add(desk, masked.id, "飞毛腿面")
    await desk.entries.enable_many([off], False, who="lin", now_ms=NOW_MS)
    await publish(desk)
    check = published.current.check
    assert check("闪电汤圆", Direction.QUESTION).action == "block"
    assert check("闪电汤圆", Direction.ANSWER).action is None
    assert check("飞毛腿面", Direction.QUESTION).action is None
    await desk.lists.change(masked.id, ListPatch(enabled=False), who="lin", now_ms=NOW_MS)
    await publish(desk)
    assert published.current.check("闪电汤圆", Direction.QUESTION).action is None


async def test_replaced_word_is_shown_as_left_out(desk: WordDesk, published: PublishedFilter) -> None:
    """`replace` is not `mask`: it does not even tell how long the word was."""
    new = NewList(name="换", category="换", question_action="replace", answer_action="replace")
    made = await desk.lists.add(new, who="lin", now_ms=NOW_MS)
    await add(desk, made.id, "闪电汤圆")
    await publish(desk)
    assert published.current.check("吃闪 电汤圆吧", Direction.ANSWER).text == "吃［略］吧"


async def test_unchanged_draft_cannot_be_published(desk: WordDesk) -> None:
    """A version always means a change."""
    with pytest.raises(ClientProblem) as refused:
        await publish(desk)
    assert (refused.value.code, refused.value.status) == ("nothing_to_publish", 409)


async def test_two_publications_at_once_make_one_version(desk: WordDesk, masked: ListView) -> None:
    """The second finds nothing left to publish."""
    await add(desk, masked.id, "闪电汤圆")
    results = await asyncio.gather(publish(desk), publish(desk), return_exceptions=True)
    assert 3 in results and len([each for each in results if isinstance(each, ClientProblem)]) == 1


async def test_versions_and_changes_know_of_each_other(desk: WordDesk, masked: ListView) -> None:
    """The record says in which version a change took effect."""
    await add(desk, masked.id, "闪电汤圆")
    await desk.versions.publish("每周复核", who="wu", now_ms=NOW_MS + 5)
    await add(desk, masked.id, "飞毛腿面")
    newest = (await desk.versions.list_all())[0]
    assert newest.model_dump() == {
        "number": 3,
        "published_at_ms": NOW_MS + 5,
        "published_by": "wu",
        "comment": "每周复核",
        "num_words": 9,
        "num_allow": 2,
        "approved_by": None,
        "restores": None,
    }
    lines = (await desk.versions.changes(limit=3)).changes
    assert [(line.what, line.version) for line in lines] == [
        ("add_word", None),
        ("publish", 3),
        ("add_word", 3),
    ]
    assert (await desk.lists.overview()).draft.num_changes == 1


async def test_discarding_goes_back_to_what_is_in_effect(desk: WordDesk, masked: ListView) -> None:
    """Lists, entries and their details are as published; the record keeps what was taken back."""
    await add(desk, masked.id, "闪电汤圆")
    await publish(desk)
    before = await desk.lists.overview(), await desk.entries.page()
    await desk.entries.delete((await desk.entries.page(q="闪电")).words[0].id, who="lin", now_ms=NOW_MS)
    await desk.lists.change(masked.id, ListPatch(name="改名"), who="lin", now_ms=NOW_MS)
    await desk.lists.delete(before[0].lists[0].id, who="lin", now_ms=NOW_MS)
    await desk.versions.discard(who="wu", now_ms=NOW_MS)
    assert (await desk.lists.overview(), await desk.entries.page()) == before
    lines = (await desk.versions.changes(limit=2)).changes
    assert [(line.what, line.who, line.version) for line in lines] == [
        ("discard", "wu", 0),
        ("delete_list", "lin", 0),
    ]


async def test_trying_a_text_with_draft_and_published(desk: WordDesk, masked: ListView) -> None:
    """The draft is compiled anew after each change; spans say where, in two countings."""
    await add(desk, masked.id, "闪电汤圆")
    tried = await desk.versions.try_text("🙂闪电*汤圆", "answer", "draft")
    (match,) = tried.matches
    assert (tried.action, tried.text, tried.lists_version) == ("mask", "🙂*****", 3)
    assert (match.start, match.end, match.start_utf16, match.end_utf16) == (1, 6, 2, 7)
    assert (match.raw, match.word, match.list_name) == ("闪电*汤圆", "闪电汤圆", "校园用语")
    assert (await desk.versions.try_text("闪电汤圆", "answer", "published")).action is None
    await add(desk, masked.id, "飞毛腿面")
    assert (await desk.versions.try_text("飞毛腿面", "question", "draft")).action == "mask"
    await publish(desk)
    assert (await desk.versions.try_text("飞毛腿面", "question", "published")).action == "mask"
    assert (await desk.versions.try_text("飞毛腿面", "question", "draft")).lists_version == 3


async def test_restart_puts_the_same_version_into_effect(
    desk: WordDesk, masked: ListView, database: Database
) -> None:
    """What is read back is what was published; the demonstration does not come again."""
    await add(desk, masked.id, "闪电汤圆")
    await publish(desk)
    await add(desk, masked.id, "飞毛腿面")
    again = PublishedFilter(database)
    await again.load(NOW_MS)
    assert again.version == 3
    assert again.current.check("闪电汤圆飞毛腿面", Direction.ANSWER).text == "****飞毛腿面"


async def test_version_of_another_process_is_taken_over(
    desk: WordDesk, masked: ListView, database: Database
) -> None:
    """`refresh` finds what someone else published, once."""
    other = PublishedFilter(database)
    await other.load(NOW_MS)
    await add(desk, masked.id, "闪电汤圆")
    await publish(desk)
    assert other.version == 2
    assert [await other.refresh(), await other.refresh(), other.version] == [True, False, 3]


async def test_without_a_list_there_is_no_filter(database: Database) -> None:
    """Fail closed: nobody gets a filter that lets everything pass."""
    held = PublishedFilter(database)
    for look in (lambda: held.current, lambda: held.version, lambda: held.compiled):
        with pytest.raises(StorageProblem):
            look()
    with pytest.raises(StorageProblem):
        await held.refresh()


@pytest.mark.parametrize("damage", ["x''", "x'00ff'", "x'789cab5612'"])
async def test_damaged_version_stops_the_start(desk: WordDesk, database: Database, damage: str) -> None:
    """A version that cannot be read is not replaced by an older or an empty one."""
    async with database.write() as connection:
        await connection.execute(sql(f"UPDATE word_versions SET snapshot = {damage}"))
    held = PublishedFilter(database)
    with pytest.raises(StorageProblem, match="version 1"):
        await held.load(NOW_MS)
    with pytest.raises(StorageProblem):
        _ = held.current


def test_snapshot_is_read_back_as_it_was_written() -> None:
    """Bytes and back changes nothing."""
    shipped = demonstration(NOW_MS)
    assert Snapshot.from_bytes(shipped.to_bytes()) == shipped


async def test_publishing_five_thousand_words_takes_less_than_a_second(
    desk: WordDesk, masked: ListView, published: PublishedFilter
) -> None:
    """From the click to the effect, at the size of a real list, while the loop goes on."""
    content = "\n".join(f"示例词{number:04}号" for number in range(5000)).encode()
    await desk.files.load(content, "words.txt", masked.id, dry_run=False, who="lin", now_ms=NOW_MS)
    seconds = []
    for text in ("闪电汤圆", "飞毛腿面"):
        await add(desk, masked.id, text)
        begun = time.perf_counter()
        await publish(desk)
        seconds.append(time.perf_counter() - begun)
    assert min(seconds) < 1.0  # the better of two: other tests may be running beside this one
    assert published.current.check("示例词4999号", Direction.QUESTION).action == "mask"
