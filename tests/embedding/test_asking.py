"""A question gets its vector soon, or goes on without it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
import structlog

from server.embedding import EmbeddingProblem, QuestionVectors, Role, Vectors
from server.embedding.asking import LIMIT_SECONDS


class Moody:
    """An embedder that can be slow or away."""

    name = "moody"
    num_dimensions = 2
    note: str | None = None

    def __init__(self) -> None:
        self.is_slow = False
        self.is_away = False
        self.num_asked = 0

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def embed(self, texts: Sequence[str], role: Role) -> Vectors:
        self.num_asked += 1
        if self.is_away:
            raise EmbeddingProblem("away")
        if self.is_slow:
            await asyncio.sleep(60)
        return np.array([[1.0, 0.0]] * len(texts), np.float32)


async def test_one_vector_serves_every_finder() -> None:
    """The model is asked once for the same question."""
    embedder = Moody()
    questions = QuestionVectors(embedder)
    assert await questions.of("怎么请假") is not None
    assert await questions.of("怎么请假") is not None
    assert embedder.num_asked == 1


async def test_an_outage_costs_nobody_time_and_is_logged_once() -> None:
    """What is away is passed over at once; what is slow is left alone after the first who waited."""
    embedder = Moody()
    questions = QuestionVectors(embedder, limit_seconds=0.02)
    assert LIMIT_SECONDS <= 0.3
    with structlog.testing.capture_logs() as logs:
        embedder.is_away = True
        assert [await questions.of(f"问题{n}") for n in range(5)] == [None] * 5
        assert questions.note == "away"
        embedder.is_away = False
        assert await questions.of("好了吗") is not None
        assert questions.note is None
        embedder.is_slow = True
        asked = embedder.num_asked
        assert [await questions.of(f"又一个{n}") for n in range(5)] == [None] * 5
        assert embedder.num_asked == asked + 1
    assert [each["log_level"] for each in logs] == ["warning", "info", "warning"]
