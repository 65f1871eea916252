"""Back to an earlier version; and what a draft becomes on top of another version."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters import Direction
from server.errors import ClientProblem
from server.moderation import ListPatch, NewWord, PublishedFilter, WordDesk, WordPatch
from server.moderation.compare import compare
from server.moderation.rebase import keep_on_top
from server.moderation.snapshot import Snapshot
from server.moderation.views import ListView
from server.storage import audit
from server.storage.database import Database
from server.storage.words import StoredList, StoredWord

NOW_MS = 1_800_000_000_000


async def add(desk: WordDesk, list_id: str, text: str) -> None:
    """A new entry by Lin."""
    await desk.entries.add(NewWord(list_id=list_id, text=text), who="lin", now_ms=NOW_MS)


async def texts(desk: WordDesk, list_id: str) -> list[str]:
    """The words of a list of the draft."""
    return [word.text for word in (await desk.entries.page(list_id=list_id)).words]


@pytest.fixture
async def twice(desk: WordDesk, masked: ListView) -> WordDesk:
    """Version 3 has one word on the masked list, version 4 another one beside it."""
    for text in ("闪电汤圆", "飞毛腿面"):
        await add(desk, masked.id, text)
        await desk.versions.publish("", who="lin", now_ms=NOW_MS)
    return desk


async def test_rollback_makes_a_version_with_the_old_content(
    twice: WordDesk, masked: ListView, published: PublishedFilter
) -> None:
    """In effect at once; the version that was wrong stays in the list."""
    version = await twice.rollbacks.to(3, None, "误伤", who="wu", now_ms=NOW_MS)
    assert version is not None and (version.number, version.restores) == (5, 3)
    check = published.current.check
    assert check("闪电汤圆", Direction.QUESTION).text == "****"
    assert check("飞毛腿面", Direction.QUESTION).text == "飞毛腿面"
    assert await texts(twice, masked.id) == ["闪电汤圆"]
    assert (await twice.lists.overview()).draft.num_changes == 0
    assert [each.number for each in await twice.versions.list_all()] == [5, 4, 3, 2, 1]
    page = await twice.differences.page(3, 5)
    assert page.lists == () and page.total == 0


async def test_rollback_asks_what_becomes_of_a_draft(
    twice: WordDesk, masked: ListView, published: PublishedFilter
) -> None:
    """Unasked nothing happens; kept, its changes stand on the old version; discarded, they are gone."""
    await add(twice, masked.id, "绿豆年糕")
    with pytest.raises(ClientProblem) as asked:
        await twice.rollbacks.to(3, None, "", who="wu", now_ms=NOW_MS)
    assert (asked.value.status, asked.value.code) == (409, "draft_in_the_way")
    assert await texts(twice, masked.id) == ["绿豆年糕", "闪电汤圆", "飞毛腿面"]
    await twice.rollbacks.to(3, "keep", "", who="wu", now_ms=NOW_MS)
    assert await texts(twice, masked.id) == ["绿豆年糕", "闪电汤圆"]
    assert (await twice.lists.overview()).draft.num_changes == 1
    assert published.current.check("绿豆年糕", Direction.QUESTION).action is None
    assert (await twice.versions.try_text("绿豆年糕", "question", "draft")).action == "mask"
    await twice.rollbacks.to(4, "discard", "", who="wu", now_ms=NOW_MS)
    assert await texts(twice, masked.id) == ["闪电汤圆", "飞毛腿面"]
    assert (await twice.lists.overview()).draft.num_changes == 0


async def test_rollback_goes_before_the_second_person_too(twice: WordDesk, masked: ListView) -> None:
    """The old content is the draft then, to be rehearsed and approved."""
    await twice.approvals.ask_for(True, who="admin", now_ms=NOW_MS)
    assert await twice.rollbacks.to(3, None, "", who="wu", now_ms=NOW_MS) is None
    assert await texts(twice, masked.id) == ["闪电汤圆"]
    way, overview = await twice.approvals.way(), await twice.lists.overview()
    assert (way.editors, overview.published.number, overview.draft.num_changes) == (("wu",), 4, 1)


async def test_nothing_is_brought_back_that_is_in_effect_or_never_was(twice: WordDesk) -> None:
    """Both are said."""
    for number, code in ((4, "in_effect_already"), (99, "not_found")):
        with pytest.raises(ClientProblem) as refused:
            await twice.rollbacks.to(number, None, "", who="wu", now_ms=NOW_MS)
        assert refused.value.code == code


async def test_difference_is_counted_searched_and_paged(twice: WordDesk, masked: ListView) -> None:
    """Between any two versions, backwards too, and up to the draft."""
    await add(twice, masked.id, "绿豆年糕")
    page = await twice.differences.page(2, None, limit=2)
    assert [each.model_dump() for each in page.lists] == [
        {"list_name": "校园用语", "added": 3, "removed": 0, "changed": 0}
    ]
    assert ([each.text for each in page.changes], page.total) == (["绿豆年糕", "闪电汤圆"], 3)
    found = await twice.differences.page(4, 2, q="飞毛")
    assert [(each.kind, each.text) for each in found.changes] == [("removed", "飞毛腿面")]


async def test_difference_is_a_file_for_a_spreadsheet_and_on_record(
    twice: WordDesk, masked: ListView, database: Database
) -> None:
    """Every line that came, went or was changed, nothing that a spreadsheet would run, and who took it."""
    await add(twice, masked.id, "=绿豆年糕")
    old = next(each for each in (await twice.entries.page()).words if each.text == "闪电汤圆")
    await twice.entries.change(old.id, WordPatch(enabled=False, note="先停"), who="lin", now_ms=NOW_MS)
    file = await twice.differences.export(4, None, who="wu", now_ms=NOW_MS)
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert file.name == "difference-4-draft.csv"
    assert rows == [
        ["list", "change", "of", "text", "field", "before", "after"],
        ["校园用语", "added", "word", "'=绿豆年糕", "", "", ""],
        ["校园用语", "changed", "word", "闪电汤圆", "enabled", "yes", "no"],
        ["校园用语", "changed", "word", "闪电汤圆", "note", "", "先停"],
    ]
    async with database.read() as connection:
        ((act, *_), _) = await audit.list_page(connection, what="export_difference")
    assert (act.who, act.subject) == ("wu", file.name)


LIST = StoredList("l", "表", "words", "类", "block", "mask", True, "", 0)
WORD = StoredWord("", "l", "", None, None, "auto", "", True, 0, "lin")


def snapshots() -> st.SearchStrategy[Snapshot]:
    """A list with up to six words, known by their ids; some are edited, some have each other's texts."""
    words = st.dictionaries(st.integers(0, 5), st.tuples(st.integers(0, 7), st.booleans()), max_size=6)

    def made(entries: dict[int, tuple[int, bool]]) -> Snapshot:
        by_text = {
            f"词{text}": replace(WORD, id=str(key), text=f"词{text}", enabled=on)
            for key, (text, on) in entries.items()
        }
        return Snapshot((LIST,), tuple(by_text.values()))

    return words.map(made)


@given(snapshots(), snapshots(), snapshots())
def test_draft_kept_on_top_has_its_changes_and_else_the_target(
    base: Snapshot, draft: Snapshot, target: Snapshot
) -> None:
    """What the draft wrote is there, what it deleted is not, no text stands twice."""
    kept = keep_on_top(base, draft, target)
    was, now = {word.id: word for word in base.words}, {word.id: word for word in draft.words}
    by_id = {word.id: word for word in kept.words}
    assert len({(word.list_id, word.text) for word in kept.words}) == len(kept.words)
    assert all(by_id.get(key) == word for key, word in now.items() if was.get(key) != word)
    assert not [key for key in was.keys() - now.keys() if key in by_id]
    assert compare(keep_on_top(base, base, target), target).changes == ()
    assert compare(keep_on_top(base, draft, base), draft).changes == ()


@given(snapshots(), snapshots())
def test_difference_is_nothing_else_than_what_is_different(before: Snapshot, after: Snapshot) -> None:
    """Added and removed balance the two sizes, and going back says the opposite."""
    there, back = compare(before, after), compare(after, before)
    kinds = [each.kind for each in there.changes]
    assert len(after.words) - len(before.words) == kinds.count("added") - kinds.count("removed")
    assert kinds.count("added") == [each.kind for each in back.changes].count("removed")
    assert (there.changes == ()) == (
        {(word.text, word.enabled) for word in before.words}
        == {(word.text, word.enabled) for word in after.words}
    )


async def test_lists_that_changed_their_names_with_each_other_go_back(
    desk: WordDesk, masked: ListView
) -> None:
    """Discarding writes only what differs, and still no name stands twice on the way."""
    other = (await desk.lists.overview()).lists[0]
    before = await desk.lists.overview(), await desk.entries.page()
    for list_id, name in ((masked.id, "中间"), (other.id, masked.name), (masked.id, other.name)):
        await desk.lists.change(list_id, ListPatch(name=name), who="lin", now_ms=NOW_MS)
    await desk.versions.discard(who="lin", now_ms=NOW_MS)
    assert (await desk.lists.overview(), await desk.entries.page()) == before
