"""A question that no document fits: the preset decides, above all about own matters."""

from __future__ import annotations

from server.knowledge import (
    Grounded,
    Nothing,
    Served,
)
from server.presets import load_preset
from server.sources.scripted import ScriptedSource
from server.storage.database import Database
from tests.chat.shelf import FARE, PASSAGE, Shelf, opened


async def test_where_no_document_fits_it_is_said(database: Database) -> None:
    """`education` lets the model answer, with an empty list of sources as the notice."""
    house, page = await opened(database, Shelf({"外面的事": Nothing(is_empty=False)}))
    await page.answer("外面的事")
    assert (await page.kind("sources"))["passages"] == []
    assert house.source.requests[0].question == "外面的事"
    await house.close()


async def test_where_no_document_fits_the_preset_the_preset_decides(database: Database) -> None:
    """`government` declines and names the hotline; without any document the model is asked."""
    preset = load_preset("government")
    shelf = Shelf({"外面的事": Nothing(is_empty=False), "没有文档": Nothing(is_empty=True)})
    house, page = await opened(database, shelf, preset=preset)
    declined = await page.answer("外面的事")
    assert (await page.kind("started"))["origin"] == "declined"
    assert declined["text"] == "这个问题我没有把握，建议查阅课本或请教老师。"  # the texts of the tests' desk
    await page.answer("没有文档")
    assert [request.question for request in house.source.requests] == ["没有文档"]
    await house.close()


async def test_own_matters_that_no_document_answers_are_not_made_up(database: Database) -> None:
    """`education` names who knows, also when asked on; a task with the same words goes to the model."""
    preset = load_preset("education")
    house, page = await opened(database, Shelf(), preset=preset)
    own = await page.answer("我们学校的图书馆几点开门？")
    assert (await page.kind("started"))["origin"] == "declined"
    assert preset.knowledge.own is not None and preset.knowledge.own.declined is not None
    assert own["text"] == preset.knowledge.own.declined.zh
    assert (await page.answer("那周末几点开？"))["text"] == own["text"]
    task = "翻译：我们学校的图书馆几点开门？"
    await page.answer(task)
    assert [request.question for request in house.source.requests] == [task]
    await house.close()


async def test_what_goes_on_from_an_answer_about_own_matters_is_the_models(database: Database) -> None:
    """The answer may stand in what was said."""
    shelf = Shelf({"校园卡补办多少钱？": Served(FARE, 1.0)})
    house, page = await opened(database, shelf, preset=load_preset("education"))
    await page.answer("校园卡补办多少钱？")
    await page.answer("那两张多少钱？")
    assert [request.question for request in house.source.requests] == ["那两张多少钱？"]
    await house.close()


async def test_answers_about_own_matters_are_held_to_the_documents(database: Database) -> None:
    """`education` marks what no passage has; where only a passage can know, it is not let out."""
    source = ScriptedSource(lambda request: "补卡每张十五元。")
    asked = "校园卡补办多少钱？"
    shelf = Shelf({asked: Grounded((PASSAGE,)), "补卡的事": Grounded((PASSAGE,))})
    preset = load_preset("education")
    house, page = await opened(database, shelf, preset=preset, source=source)
    assert preset.knowledge.own is not None and preset.knowledge.own.declined is not None
    assert (await page.answer(asked))["text"] == preset.knowledge.own.declined.zh
    assert (await page.answer("补卡的事"))["text"] == "补卡每张十五元。"
    await house.close()
