"""Measures what an embedding model adds to finding approved answers, and what it costs.

Labelled pairs with and without it, questions that have no answer, and the time of a question among ten
thousand answers. The vectors of those are near copies of real ones: that changes no time.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median, quantiles

import numpy as np

from bench.unrelated import unrelated
from server.embedding import QuestionVectors, Vectors
from server.knowledge.answer_shelf import AnswerShelf
from server.knowledge.bridge import Bridge, build, texts_to_embed
from server.knowledge.near import Matrix, Near
from server.likeness import SURE, Agreement, read, sameness, shipped_pairs
from server.settings import Settings
from server.wiring.embedding import embedding_of

Pairs = Sequence[tuple[str, str, bool]]
_PART = 256
_NOISE = 0.02
TODAY = date(2026, 11, 20)


async def with_vectors(
    settings: Settings,
    sets: Mapping[str, Pairs],
    known: AnswerShelf,
    full: AnswerShelf,
    asked: Sequence[str],
) -> dict[str, float]:
    """Precision, recall, unrelated questions answered, and milliseconds, with the model of the settings.

    Args:
        settings: name the model.
        sets: labelled pairs by name.
        known: an answer for every question of the shipped pairs.
        full: ten thousand answers.
        asked: questions whose time is measured.
    """
    questions = await embedding_of(settings)
    assert questions is not None
    try:
        began = time.perf_counter()
        texts = texts_to_embed()
        vectors = await questions.embedder.embed(texts, "question")
        bridge = build(texts, vectors)
        figures = {
            "measuring_seconds": time.perf_counter() - began,
            "gain_by_vectors": bridge.gain,
            "added_by_vectors": float(bridge.num_added),
        }
        every = sorted(
            {text for pairs in sets.values() for one, other, _ in pairs for text in (one, other)}
            | {text for pair in shipped_pairs() for text in (pair.question, pair.other)}
        )
        row_of = {text: row for row, text in enumerate(every)}
        vectors = await questions.embedder.embed(every, "question")
        for name, pairs in sets.items():
            figures |= _agreement(name, pairs, bridge, row_of, vectors)
        matrix = Matrix(vectors.shape[1])
        await matrix.put(every, vectors)
        matrix.drop([text for text in every if text not in known.wordings])
        figures["unrelated_answered_by_vectors"] = float(await _unrelated(questions, matrix, bridge, known))
        return figures | await _timed(questions, bridge, full, vectors, asked)
    finally:
        await questions.embedder.close()


def _agreement(
    name: str, pairs: Pairs, bridge: Bridge, row_of: Mapping[str, int], vectors: Vectors
) -> dict[str, float]:
    def is_found(one: str, other: str) -> bool:
        first, second = read(one), read(other)
        if sameness(first, second) >= SURE:
            return True
        cosine = float(vectors[row_of[one]] @ vectors[row_of[other]])
        return bridge.sureness(one, other, cosine) >= SURE

    found = Agreement.of((is_found(one, other), same) for one, other, same in pairs)
    return {
        f"precision_{name}_by_vectors": found.found / ((found.found + found.wrong) or 1),
        f"recall_{name}_by_vectors": found.found / ((found.found + found.missed) or 1),
    }


async def _unrelated(questions: QuestionVectors, matrix: Matrix, bridge: Bridge, known: AnswerShelf) -> int:
    asked = unrelated()
    vectors = await questions.embedder.embed(asked, "question")
    num_answered = 0
    for question, vector in zip(asked, vectors, strict=True):
        near = Near(question, await matrix.nearest(vector), bridge)
        num_answered += known.find(question, None, TODAY, near) is not None
    return num_answered


async def _timed(
    questions: QuestionVectors, bridge: Bridge, full: AnswerShelf, vectors: Vectors, asked: Sequence[str]
) -> dict[str, float]:
    dice = np.random.default_rng(1)
    wordings = list(full.wordings)
    matrix = Matrix(vectors.shape[1])
    for start in range(0, len(wordings), _PART):
        part = wordings[start : start + _PART]
        rows = vectors[dice.integers(len(vectors), size=len(part))]
        rows = rows + dice.normal(0, _NOISE, rows.shape).astype(np.float32)
        await matrix.put(part, rows / np.linalg.norm(rows, axis=1, keepdims=True))
    times_ms, product_ms = [], []
    for question in dict.fromkeys(asked):
        before = time.perf_counter()
        vector = await questions.of(question)
        if vector is None:
            continue
        embedded = time.perf_counter()
        near = Near(question, await matrix.nearest(vector), bridge)
        product_ms.append((time.perf_counter() - embedded) * 1000)
        full.find(question, None, TODAY, near)
        times_ms.append((time.perf_counter() - before) * 1000)
    return {
        "num_wordings_with_vectors": float(len(matrix)),
        "late_vectors": float(len(dict.fromkeys(asked)) - len(times_ms)),
        "product_ms": median(product_ms),
        "find_by_vectors_ms": median(times_ms),
        "find_by_vectors_p99_ms": quantiles(times_ms, n=100)[98],
    }
