"""Lists and entries of the draft, and the record of who changed them."""

from __future__ import annotations

import pytest

from filters import Action
from server.errors import ClientProblem
from server.moderation import ListPatch, NewList, NewWord, WordDesk, WordPatch
from server.moderation.views import ListView, WordView

NOW_MS = 1_800_000_000_000


async def add(desk: WordDesk, list_id: str, text: str, note: str = "") -> WordView:
    """A new entry by Lin."""
    new = NewWord(list_id=list_id, text=text, note=note)
    return (await desk.entries.add(new, who="lin", now_ms=NOW_MS + 1)).word


async def texts(desk: WordDesk, list_id: str | None = None, q: str = "") -> list[str]:
    """The words that a search shows."""
    return [word.text for word in (await desk.entries.page(list_id=list_id, q=q)).words]


async def changed(desk: WordDesk) -> list[tuple[str, str]]:
    """The record, oldest first, without the publications of the set-up."""
    return [(line.what, line.subject) for line in reversed((await desk.versions.changes()).changes)][2:]


async def test_overview_shows_lists_draft_and_what_is_in_effect(desk: WordDesk, masked: ListView) -> None:
    """Counts are those of the draft; the version is the published one."""
    await add(desk, masked.id, "闪电汤圆")
    seen = await desk.lists.overview()
    assert [(each.name, each.num_words) for each in seen.lists][-1] == ("校园用语", 1)
    assert seen.draft.num_changes == 1
    assert (seen.published.number, seen.published.published_by) == (2, "lin")
    assert seen.published.num_allow == 2


async def test_entries_are_paged_in_alphabetical_order(desk: WordDesk, masked: ListView) -> None:
    """A page says how many there are in all."""
    for text in ("cc", "aa", "bb"):
        await add(desk, masked.id, text)
    page = await desk.entries.page(list_id=masked.id, offset=1, limit=1)
    assert ([word.text for word in page.words], page.total) == (["bb"], 3)


@pytest.mark.parametrize(("q", "hits"), [("汤", ["闪电汤圆"]), ("俚语", ["飞毛腿面"]), ("%", []), ("_", [])])
async def test_search_looks_at_words_and_notes_literally(
    desk: WordDesk, masked: ListView, q: str, hits: list[str]
) -> None:
    """Wildcards of SQL are ordinary characters."""
    await add(desk, masked.id, "闪电汤圆")
    await add(desk, masked.id, "飞毛腿面", note="俚语")
    assert await texts(desk, masked.id, q) == hits


async def test_only_enabled_or_disabled_entries_can_be_shown(desk: WordDesk, masked: ListView) -> None:
    """Switching several entries counts those that were switched."""
    one, two = await add(desk, masked.id, "闪电汤圆"), await add(desk, masked.id, "飞毛腿面")
    assert await desk.entries.enable_many([one.id, "gone"], False, who="lin", now_ms=NOW_MS) == 1
    assert await desk.entries.enable_many([one.id], False, who="lin", now_ms=NOW_MS) == 0
    off = await desk.entries.page(list_id=masked.id, enabled=False)
    on = await desk.entries.page(list_id=masked.id, enabled=True)
    assert [word.id for word in off.words] == [one.id] and [word.id for word in on.words] == [two.id]


async def test_entry_says_who_changed_it_last(desk: WordDesk, masked: ListView) -> None:
    """What is not given stays, null means the list's action."""
    word = await add(desk, masked.id, "闪电汤圆")
    patch = WordPatch(question_action=Action.BLOCK, note="见 3 月会议")
    changed_word = (await desk.entries.change(word.id, patch, who="wu", now_ms=NOW_MS + 9)).word
    assert changed_word == word.model_copy(
        update={
            "question_action": "block",
            "note": "见 3 月会议",
            "updated_by": "wu",
            "updated_at_ms": NOW_MS + 9,
        }
    )
    back = await desk.entries.change(word.id, WordPatch(question_action=None), who="wu", now_ms=NOW_MS)
    assert back.word.question_action is None and back.word.note == "见 3 月会议"


async def test_same_word_twice_in_a_list_is_refused(desk: WordDesk, masked: ListView) -> None:
    """Neither added nor renamed into a duplicate; another list may have it."""
    await add(desk, masked.id, "闪电汤圆")
    other = await add(desk, masked.id, "飞毛腿面")
    for attempt in (
        desk.entries.add(NewWord(list_id=masked.id, text=" 闪电汤圆 "), who="lin", now_ms=NOW_MS),
        desk.entries.change(other.id, WordPatch(text="闪电汤圆"), who="lin", now_ms=NOW_MS),
    ):
        with pytest.raises(ClientProblem) as refused:
            await attempt
        assert (refused.value.code, refused.value.status) == ("duplicate", 409)
    another = (await desk.lists.overview()).lists[0]
    assert await add(desk, another.id, "闪电汤圆")


@pytest.mark.parametrize("text", ["", "  ", "\u200b\u200d", "a\tb", "长" * 101])
async def test_word_that_can_match_nothing_is_refused(desk: WordDesk, masked: ListView, text: str) -> None:
    """Empty, only invisible, with a tab inside, or far too long."""
    with pytest.raises(ClientProblem) as refused:
        await add(desk, masked.id, text)
    assert (refused.value.code, refused.value.status) == ("bad_word", 422)


async def test_adding_a_doubtful_word_tells_the_findings(desk: WordDesk, masked: ListView) -> None:
    """The entry is made, with a warning."""
    answer = await desk.entries.add(NewWord(list_id=masked.id, text="糕"), who="lin", now_ms=NOW_MS)
    assert "one_character" in [finding.code for finding in answer.findings]


async def test_added_word_is_compared_with_the_words_in_effect(desk: WordDesk, masked: ListView) -> None:
    """One that is hit anyway is told; inside an allow phrase that is the purpose."""
    seen = {}
    for each in (await desk.lists.overview()).lists[-2:]:
        new = NewWord(list_id=each.id, text="大咕噜枣糕")
        answer = await desk.entries.add(new, who="lin", now_ms=NOW_MS)
        seen[each.kind] = [finding.code for finding in answer.findings]
    assert seen == {"allow": [], "words": ["swallowed"]}


async def test_lists_are_changed_and_deleted_with_their_entries(desk: WordDesk, masked: ListView) -> None:
    """An action given as null switches a direction off."""
    await add(desk, masked.id, "闪电汤圆")
    patch = ListPatch(name="新名", answer_action=None, enabled=False)
    view = await desk.lists.change(masked.id, patch, who="lin", now_ms=NOW_MS)
    assert (view.name, view.question_action, view.answer_action) == ("新名", "mask", None)
    assert (view.enabled, view.num_words) == (False, 1)
    await desk.lists.delete(masked.id, who="lin", now_ms=NOW_MS)
    assert "闪电汤圆" not in await texts(desk)


async def test_list_names_are_unique(desk: WordDesk, masked: ListView) -> None:
    """By making or by renaming."""
    first = (await desk.lists.overview()).lists[0]
    for attempt in (
        desk.lists.add(NewList(name="校园用语 "), who="lin", now_ms=NOW_MS),
        desk.lists.change(first.id, ListPatch(name="校园用语"), who="lin", now_ms=NOW_MS),
    ):
        with pytest.raises(ClientProblem) as refused:
            await attempt
        assert (refused.value.code, refused.value.status) == ("name_taken", 409)


async def test_what_is_gone_is_not_found(desk: WordDesk) -> None:
    """Someone else may have deleted it a moment ago."""
    for attempt in (
        desk.lists.change("x", ListPatch(note=""), who="lin", now_ms=NOW_MS),
        desk.lists.delete("x", who="lin", now_ms=NOW_MS),
        desk.entries.add(NewWord(list_id="x", text="闪电汤圆"), who="lin", now_ms=NOW_MS),
        desk.entries.change("x", WordPatch(note=""), who="lin", now_ms=NOW_MS),
        desk.entries.delete("x", who="lin", now_ms=NOW_MS),
        desk.files.export("x", "csv", who="lin", now_ms=NOW_MS),
    ):
        with pytest.raises(ClientProblem) as refused:
            await attempt
        assert (refused.value.code, refused.value.status) == ("not_found", 404)


async def test_every_change_is_in_the_record(desk: WordDesk, masked: ListView) -> None:
    """Who, what, when, before and after; what changes nothing leaves no trace."""
    word = await add(desk, masked.id, "闪电汤圆")
    await desk.entries.change(word.id, WordPatch(note="新"), who="wu", now_ms=NOW_MS + 2)
    await desk.entries.change(word.id, WordPatch(note="新"), who="wu", now_ms=NOW_MS + 3)
    await desk.entries.enable_many([word.id], False, who="lin", now_ms=NOW_MS + 4)
    await desk.lists.change(masked.id, ListPatch(note="n"), who="lin", now_ms=NOW_MS + 5)
    await desk.lists.change(masked.id, ListPatch(note="n"), who="lin", now_ms=NOW_MS + 6)
    await desk.entries.delete(word.id, who="wu", now_ms=NOW_MS + 7)
    await desk.lists.delete(masked.id, who="wu", now_ms=NOW_MS + 8)
    assert await changed(desk) == [
        ("add_word", "闪电汤圆"),
        ("edit_word", "闪电汤圆"),
        ("disable_words", "闪电汤圆"),
        ("edit_list", "校园用语"),
        ("delete_word", "闪电汤圆"),
        ("delete_list", "校园用语"),
    ]
    page = await desk.versions.changes(offset=4, limit=1)
    (edit,) = page.changes
    assert (edit.who, edit.at_ms, edit.version, page.total) == ("wu", NOW_MS + 2, None, 8)
    assert edit.before is not None and edit.after is not None
    assert (edit.before["note"], edit.after["note"], edit.after["text"]) == ("", "新", "闪电汤圆")


async def test_many_entries_are_deleted_as_one_change(desk: WordDesk, masked: ListView) -> None:
    """The record names what was deleted."""
    ids = [(await add(desk, masked.id, text)).id for text in ("闪电汤圆", "飞毛腿面")]
    assert await desk.entries.delete_many([*ids, "gone", ids[0]], who="lin", now_ms=NOW_MS) == 2
    newest = (await desk.versions.changes()).changes[0]
    assert (newest.what, newest.num_words) == ("delete_words", 2)
    assert newest.before is not None and set(newest.before["words"]) == {"闪电汤圆", "飞毛腿面"}
