"""Approved answers by the vectors of an embedding model: bridged wordings, kept vectors, and no harm."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.embedding import QuestionVectors
from server.knowledge import AnswerDesk, ApprovedAnswer, ApprovedAnswers, Served, WordingVectors
from server.knowledge.answer_shelf import AnswerShelf, Shelved
from server.knowledge.bridge import Bridge, build, texts_to_embed
from server.knowledge.near import Near
from server.likeness import Pair, read, sameness, shipped_pairs, speaks_against
from server.storage import wording_vectors as storage
from server.storage.database import Database
from tests.chat.house import until
from tests.knowledge.answers.conftest import ADMIN, NOW_MS, written
from tests.knowledge.answers.vectors import Knowing, keep_worth

WORDING, ASKED = "叶子为什么是绿的", "树叶呈绿色的原因"
FIRST = "第一句"  # embedded to learn how long a vector is
TODAY = date(2027, 1, 15)


@lru_cache
def _pairs() -> list[Pair]:
    return [pair for pair in shipped_pairs() if pair.half in ("tune", "fresh")]


def _shelf(*wordings: str) -> AnswerShelf:
    return AnswerShelf(
        Shelved(ApprovedAnswer(f"a{n}", each, f"answer {n}"), (each,), None, None, True, 0)
        for n, each in enumerate(wordings)
    )


# A bridge that takes everything: whatever a model is measured to be worth, it can do no more harm than this.
CREDULOUS = Bridge((100.0, 0.0, 0.0, 0.0, 0.0, 0.0), 1000.0, -1e9, -1.0, 1.0, 1.0, 0.0, 1.0, 100)


@given(st.integers(0, 10_000), st.floats(-1, 1))
def test_what_speaks_against_an_answer_no_vector_overrules(number: int, cosine: float) -> None:
    """Another number, a negation, another thing of a kind: not served, wherever the vectors lie."""
    pair = _pairs()[number % len(_pairs())]
    one, other = read(pair.question), read(pair.other)
    near = Near(pair.question, {pair.other: cosine}, CREDULOUS)
    found = _shelf(pair.other).find(pair.question, None, TODAY, near)
    if speaks_against(one, other) is not None and sameness(one, other) < 1:
        assert found is None
    elif sameness(one, other) >= 0.6:
        assert isinstance(found, Served)  # nor do they take away what words are enough for


@pytest.mark.parametrize(
    ("asked", "wording"),
    [
        ("等腰三角形有什么性质", "等边三角形有什么性质"),
        ("购房补贴怎么申请", "租房补贴怎么申请"),
        ("数学下册第三课讲什么", "数学上册第三课讲什么"),
        ("失业登记怎么办", "在哪里办失业登记"),
    ],
)
def test_siblings_are_no_wordings(asked: str, wording: str) -> None:
    """A piece exchanged for another, or something else wanted of it, is no matter of wording."""
    near = Near(asked, {wording: 1.0}, CREDULOUS)
    assert _shelf(wording).find(asked, None, TODAY, near) is None


async def test_a_model_is_used_for_what_it_is_worth() -> None:
    """Measured on the labelled pairs: one that knows adds wordings and errs at most once in a hundred."""
    texts = texts_to_embed()
    knowing = build(texts, await Knowing().embed(texts, "question"))
    assert knowing.threshold is not None
    assert knowing.precision >= 0.99
    assert knowing.recall > knowing.recall_without + 0.02
    guessing = build(texts, await Knowing(knows=False).embed(texts, "question"))
    assert guessing.threshold is None
    assert Bridge.of_row(knowing.as_row()) == knowing
    assert Bridge.of_row({**knowing.as_row(), "format": 0}) is None


@pytest.fixture
async def knowing(database: Database) -> Knowing:
    """A model that was measured before, and knows one more wording."""
    model = Knowing(alike=[(ASKED, WORDING)])
    await keep_worth(database, model)
    return model


@asynccontextmanager
async def looking(
    database: Database, answers: ApprovedAnswers, embedder: Knowing
) -> AsyncIterator[WordingVectors]:
    """The house with this model: its vectors kept up meanwhile."""
    vectors = WordingVectors(database, QuestionVectors(embedder), answers, look_seconds=0.01)
    answers.look_near(vectors)
    keeping = asyncio.create_task(vectors.keep_up())
    try:
        async with asyncio.timeout(60):
            await vectors.complete()
        yield vectors
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping


async def test_another_wording_is_found_by_its_vector(
    desk: AnswerDesk, answers: ApprovedAnswers, database: Database, knowing: Knowing
) -> None:
    """Also of an answer that was written later; without a model only the model answers."""
    assert await answers.find(ASKED, "c1") is None
    async with looking(database, answers, knowing) as vectors:
        view = await desk.add(written(WORDING), ADMIN, NOW_MS)
        await until(lambda: vectors.num_vectors == 1)
        found = await answers.find(ASKED, "c1")
        assert isinstance(found, Served)
        assert found.answer.id == view.id
        assert (await desk.tried(ASKED, "c1"))["found"]["kind"] == "served"
        assert [each["id"] for each in await desk.alike([ASKED], None, ADMIN)] == [view.id]
        assert await answers.find("叶子有什么用", "c1") is None
        assert await answers.find(ASKED, "c2") is None  # vectors give nobody another class's answer


async def test_a_model_that_goes_away_fails_no_question(
    desk: AnswerDesk, answers: ApprovedAnswers, database: Database, knowing: Knowing
) -> None:
    """Words go on finding what they find; with the model back, its wordings are found again."""
    await desk.add(written(WORDING), ADMIN, NOW_MS)
    async with looking(database, answers, knowing):
        knowing.is_away = True
        assert isinstance(await answers.find("请问叶子为什么是绿的？", "c1"), Served)
        assert await answers.find(ASKED, "c1") is None
        knowing.is_away = False
        assert isinstance(await answers.find(ASKED, "c1"), Served)


async def test_vectors_survive_a_restart_and_go_with_their_wordings(
    desk: AnswerDesk, answers: ApprovedAnswers, database: Database, knowing: Knowing
) -> None:
    """Nothing is embedded twice; what no answer says any more is kept no longer, whenever it went."""
    first = await desk.add(written(WORDING, "宿舍有热水吗"), ADMIN, NOW_MS)
    await desk.add(written("怎么请假", text="向班主任请假。"), ADMIN, NOW_MS)
    async with looking(database, answers, knowing):
        assert sorted(knowing.made()) == sorted([FIRST, WORDING, "宿舍有热水吗", "怎么请假"])
    async with looking(database, answers, knowing) as vectors:
        assert knowing.made() == []
        assert isinstance(await answers.find(ASKED, "c1"), Served)
        await desk.delete(first.id, ADMIN, NOW_MS)
        await until(lambda: vectors.num_vectors == 1)
    async with looking(database, answers, knowing) as vectors:
        assert vectors.num_vectors == 1
        assert await _kept(database) == ["knowing"]


async def test_vectors_of_two_models_are_never_mixed(
    desk: AnswerDesk, answers: ApprovedAnswers, database: Database, knowing: Knowing
) -> None:
    """Another model makes its own, is measured by itself, and the first one's are gone."""
    await desk.add(written(WORDING), ADMIN, NOW_MS)
    async with looking(database, answers, knowing):
        assert await _kept(database) == ["knowing"]
    other = Knowing("other", alike=[(ASKED, WORDING)])
    async with looking(database, answers, other):
        assert other.made() == [FIRST, WORDING]
        assert await _kept(database) == ["other"]


async def test_a_model_that_adds_nothing_is_not_used(
    desk: AnswerDesk, answers: ApprovedAnswers, database: Database
) -> None:
    """It is measured once; no wording is embedded, and no other's vector left; answers are found by words."""
    await desk.add(written(WORDING), ADMIN, NOW_MS)
    async with database.write() as connection:
        await storage.keep_vectors(connection, "other", [("digest", b"vector")])
    guessing = Knowing("guessing", alike=[(ASKED, WORDING)], knows=False)
    async with looking(database, answers, guessing) as vectors:
        assert vectors.bridge is not None
        assert vectors.bridge.threshold is None
        assert guessing.made() == []
        assert await _kept(database) == []
        assert await answers.find(ASKED, "c1") is None
        assert isinstance(await answers.find(WORDING, "c1"), Served)


async def _kept(database: Database) -> list[str]:
    async with database.read() as connection:
        return [
            model
            for model in ("knowing", "other")
            async for rows in storage.vectors_of(connection, model)
            for _ in rows
        ]
