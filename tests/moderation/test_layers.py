"""Layers of lists: base, organisation, class, from the desk to the filter that a class has."""

from __future__ import annotations

import pytest

from filters import Direction
from server.errors import ClientProblem, StorageProblem
from server.moderation import ListPatch, NewList, NewWord, PublishedFilter, WordDesk, moderate
from server.moderation.views import ListView
from server.storage import classes
from server.storage.classes import StoredClass
from server.storage.database import Database

NOW_MS = 1_800_000_000_000


@pytest.fixture
async def two_classes(database: Database) -> None:
    """Classes a and b."""
    async with database.write() as connection:
        for name in "ab":
            row = StoredClass(name, f"班{name}", f"CODE{name}", None, archived=False, created_at_ms=NOW_MS)
            await classes.add(connection, row)


async def add_list(desk: WordDesk, layer: str, *texts: str, kind: str = "words", **more: str) -> ListView:
    """A list of a layer, whose words are masked."""
    new = NewList.model_validate(
        {
            "name": f"{layer} {kind} {texts}",
            "kind": kind,
            "category": layer,
            "question_action": None if kind == "allow" else "mask",
            "answer_action": None if kind == "allow" else "mask",
            "layer": layer,
            **more,
        }
    )
    made = await desk.lists.add(new, who="lin", now_ms=NOW_MS)
    for text in texts:
        await desk.entries.add(NewWord(list_id=made.id, text=text), who="lin", now_ms=NOW_MS)
    return made


async def publish(desk: WordDesk) -> int:
    """Publish; the number of the version."""
    return (await desk.versions.publish("", who="lin", now_ms=NOW_MS)).number


@pytest.mark.usefixtures("two_classes")
async def test_a_class_has_the_lists_of_all_and_its_own(
    desk: WordDesk, published: PublishedFilter, database: Database
) -> None:
    """Base and organisation count everywhere, a class's list in that class only."""
    layers = {"base": "基底词", "organisation": "全校词", "class:a": "甲班词", "class:b": "乙班词"}
    for layer, text in layers.items():
        await add_list(desk, layer, text)
    number = await publish(desk)
    await published.refresh()
    text = "基底词全校词甲班词乙班词"
    seen = {each: published.of(each).check(text, Direction.ANSWER).text for each in (None, "a", "b", "c")}
    assert seen == {
        None: "******甲班词乙班词",
        "a": "*********乙班词",
        "b": "******甲班词***",
        "c": "******甲班词乙班词",
    }
    assert {published.of(each).version for each in (None, "a", "b")} == {number}
    again = PublishedFilter(database)
    await again.load(NOW_MS)
    assert again.of("a").check(text, Direction.ANSWER).text == seen["a"]


@pytest.mark.usefixtures("two_classes")
async def test_a_phrase_of_a_class_spares_only_the_words_of_the_class(
    desk: WordDesk, published: PublishedFilter
) -> None:
    """Nor does an organisation's phrase spare what stands in the base."""
    for layer, text in (("base", "甲词"), ("organisation", "乙词"), ("class:a", "丙词")):
        await add_list(desk, layer, text)
        await add_list(desk, layer, "甲词店", "乙词店", "丙词店", kind="allow")
    await publish(desk)
    await published.refresh()
    check = published.of("a").check
    shown = {text: check(text, Direction.QUESTION).text for text in ("甲词店", "乙词店", "丙词店")}
    assert shown == {text: text for text in ("甲词店", "乙词店", "丙词店")}  # the base spares its own
    allowing = [each for each in (await desk.lists.overview()).lists if each.kind == "allow"]
    base = next(each for each in allowing if each.layer == "base")
    await desk.lists.change(base.id, ListPatch(enabled=False), who="lin", now_ms=NOW_MS)
    await publish(desk)
    check = published.of("a").check
    assert [check(text, Direction.QUESTION).text for text in shown] == ["**店", "乙词店", "丙词店"]


@pytest.mark.usefixtures("two_classes")
async def test_refusals_and_categories_of_a_class_stay_in_it(
    desk: WordDesk, published: PublishedFilter
) -> None:
    """What one class is told, another is not; nor does a class overrule a sentence of the organisation."""
    await add_list(desk, "organisation", "全校词", category="共", refusal_zh="全校的话")
    await add_list(desk, "class:a", "甲班词", category="甲", refusal_zh="甲班的话")
    await add_list(desk, "class:b", "乙班词", category="共", refusal_zh="乙班的话")
    await publish(desk)
    await published.refresh()
    assert published.refusals("zh", "a")["甲"] == "甲班的话"
    assert "甲" not in published.refusals("zh", "b") and "甲" not in published.refusals("zh")
    assert published.refusals("zh", "b")["共"] == "全校的话"
    said = await moderate(published, ["甲班词"], Direction.QUESTION, with_words=True, class_id="a")
    (result,) = said["results"]
    assert result["flagged"] and result["dayi"]["layers"] == ("organisation", "class:a")
    assert result["dayi"]["matches"][0]["list_name"].startswith("class:a")
    said = await moderate(published, ["甲班词"], Direction.QUESTION, with_words=True, class_id="b")
    assert not said["results"][0]["flagged"] and "甲" not in said["results"][0]["categories"]


@pytest.mark.usefixtures("two_classes")
async def test_the_layer_of_an_archived_class_counts_no_more(
    desk: WordDesk, published: PublishedFilter, database: Database
) -> None:
    """From the next look at the database on, and the desk says so; brought back it counts again."""
    await add_list(desk, "class:a", "甲班词")
    await publish(desk)
    for archived in (False, True, False):
        async with database.write() as connection:
            await classes.change(connection, "a", {"archived": archived})
        await published.refresh()
        assert bool(published.of("a").check("甲班词", Direction.ANSWER).matches) is not archived
        tried = await desk.versions.try_text("甲班词", "answer", "draft", "a")
        assert bool(tried.matches) is not archived
        shown = {each.id: each.archived for each in (await desk.lists.overview()).classes}
        assert shown == {"a": archived, "b": False}


@pytest.mark.usefixtures("two_classes")
async def test_a_list_may_change_its_layer(desk: WordDesk, published: PublishedFilter) -> None:
    """It is a change like any other, in the record, and in effect when published."""
    made = await add_list(desk, "organisation", "游移词")
    await publish(desk)
    await desk.lists.change(made.id, ListPatch(layer="class:b"), who="lin", now_ms=NOW_MS)
    await publish(desk)
    await published.refresh()
    hits = {each for each in (None, "a", "b") if published.of(each).check("游移词", Direction.ANSWER).matches}
    assert hits == {"b"}
    change = (await desk.versions.changes(what="edit_list")).changes[0]
    assert (change.before or {})["layer"] == "organisation"
    assert (change.after or {})["layer"] == "班b"


@pytest.mark.usefixtures("two_classes")
async def test_a_list_needs_a_layer_that_is_there(desk: WordDesk, database: Database) -> None:
    """A class that is unknown or archived is refused, and nothing is made."""
    async with database.write() as connection:
        await classes.change(connection, "b", {"archived": True})
    before = len((await desk.lists.overview()).lists)
    for layer in ("class:nobody", "class:b"):
        with pytest.raises(ClientProblem) as refused:
            await add_list(desk, layer, "词")
        assert (refused.value.code, refused.value.status) == ("bad_layer", 422)
    assert len((await desk.lists.overview()).lists) == before


@pytest.mark.usefixtures("two_classes")
async def test_layers_that_did_not_change_are_not_compiled_anew(
    desk: WordDesk, published: PublishedFilter
) -> None:
    """An edit in one class leaves the compiled words of all others where they are, under the new number."""
    await add_list(desk, "base", "基底词")
    await add_list(desk, "class:a", "甲班词")
    of_b = await add_list(desk, "class:b", "乙班词")
    await publish(desk)
    before = published.compiled.parts
    await desk.entries.add(NewWord(list_id=of_b.id, text="乙班新词"), who="lin", now_ms=NOW_MS)
    number = await publish(desk)
    after = published.compiled.parts
    assert {layer for layer in after if after[layer] is not before[layer]} == {"class:b"}
    await published.refresh()
    verdict = published.of("a").check("甲班词", Direction.ANSWER)
    assert (verdict.text, verdict.lists_version) == ("***", number)
    assert published.of("b").check("乙班新词", Direction.ANSWER).text == "****"
    shared = await add_list(desk, "organisation", "全校词")
    assert shared.layer == "organisation"
    await publish(desk)
    last = published.compiled.parts
    assert {layer for layer in last if last[layer] is after[layer]} == {"base"}
    assert published.of("a").check("全校词", Direction.ANSWER).text == "***"


async def test_without_a_filter_a_class_has_none_either(database: Database) -> None:
    """Nothing may be sent."""
    with pytest.raises(StorageProblem):
        PublishedFilter(database).of("a")
