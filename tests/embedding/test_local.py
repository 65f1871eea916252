"""An encoder in a process of its own: right vectors, questions first, and no end with its process."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from server.embedding import EmbeddingProblem
from server.embedding.folder import look_at
from server.embedding.local import LocalEmbedder
from tests.embedding.tiny_bert import DIMENSIONS, TEXTS, reference

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def embedder(tiny_bert: Path) -> AsyncIterator[LocalEmbedder]:
    """One that runs."""
    running = LocalEmbedder(look_at(tiny_bert))
    await running.start()
    await running.ready()
    yield running
    await running.close()


async def test_vectors_are_those_of_transformers(embedder: LocalEmbedder, tiny_bert: Path) -> None:
    """Alone or padded beside longer texts, cut at the model's window: the same vectors, of length 1."""
    together = await embedder.embed(TEXTS, "question")
    assert together.shape == (len(TEXTS), DIMENSIONS)
    assert np.abs(together - np.array(reference(tiny_bert, "mean"))).max() < 1e-5
    alone = np.vstack([await embedder.embed([text], "passage") for text in TEXTS])
    assert np.abs(together - alone).max() < 1e-5
    assert (await embedder.embed([], "question")).shape == (0, DIMENSIONS)


async def test_questions_that_come_together_get_their_own_vectors(
    embedder: LocalEmbedder, tiny_bert: Path
) -> None:
    """They are computed at once; who left meanwhile leaves the others theirs."""
    asking = [asyncio.create_task(embedder.embed([text], "question")) for text in TEXTS * 10]
    await asyncio.sleep(0)
    asking[7].cancel()
    found = np.vstack([await task for n, task in enumerate(asking) if n != 7])
    wanted = np.array([each for n, each in enumerate(reference(tiny_bert, "mean") * 10) if n != 7])
    assert np.abs(found - wanted).max() < 1e-5


async def test_a_question_goes_before_documents(embedder: LocalEmbedder) -> None:
    """Whoever indexes a long document keeps no question waiting for its end."""
    document = asyncio.create_task(embedder.embed(["一段很长的话。" * 60] * 3_000, "passage"))
    await asyncio.sleep(0)
    await embedder.embed(["怎么请假"], "question")
    assert not document.done()
    document.cancel()
    assert (await embedder.embed(["还在吗"], "question")).shape == (1, DIMENSIONS)


async def test_a_killed_process_comes_back(embedder: LocalEmbedder) -> None:
    """Meanwhile a question is told at once that there is no vector; many texts wait for the new process."""
    before = await embedder.embed(TEXTS, "question")
    assert embedder.pid is not None
    os.kill(embedder.pid, signal.SIGKILL)
    with pytest.raises(EmbeddingProblem):
        await embedder.embed(["怎么请假"], "question")
    assert np.array_equal(before, await embedder.embed(TEXTS, "question"))
    assert embedder.note is None
