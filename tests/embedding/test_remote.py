"""Vectors of another server: asked as it wants to be, checked, tried again only where nobody waits."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator

import numpy as np
import pytest

from server.embedding import EmbeddingProblem, parse_embedding
from server.embedding.remote import RemoteEmbedder
from server.errors import SettingsProblem
from tests.embedding.vector_server import VectorServer, vector_server


@pytest.fixture
def server() -> Iterator[VectorServer]:
    with vector_server() as running:
        yield running


@pytest.fixture
async def embedder(server: VectorServer) -> AsyncIterator[RemoteEmbedder]:
    opened = RemoteEmbedder(parse_embedding(f"openai:{server.base_url}#bge"), "sk-1", pause_seconds=0.01)
    yield opened
    await opened.close()


async def test_vectors_come_in_the_order_of_the_texts(server: VectorServer, embedder: RemoteEmbedder) -> None:
    """Whatever order the server takes; each of length 1; the key goes to this server."""
    texts = ["字" * n for n in range(1, 71)]
    vectors = await embedder.embed(texts, "passage")
    wanted = np.array([[n, 1] for n in range(1, 71)], float)
    assert np.allclose(vectors, wanted / np.linalg.norm(wanted, axis=1, keepdims=True), atol=1e-6)
    assert embedder.num_dimensions == 2
    assert {(each["path"], each["model"]) for each in server.asked} == {("/v1/embeddings", "bge")}
    assert [len(each["input"]) for each in server.asked] == [32, 32, 6]
    assert set(server.keys) == {"Bearer sk-1"}
    assert "sk-1" not in embedder.name


def _answer(*vectors: list[float], first: int = 0) -> bytes:
    rows = [{"index": n, "embedding": each} for n, each in enumerate(vectors, first)]
    return json.dumps({"data": rows}).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"<html>",
        b"[]",
        b'{"data": {}}',
        b'{"data": [{"index": 0}]}',
        _answer(),
        _answer([1.0, 0.0], [1.0, 0.0]),
        _answer([1.0, 0.0], first=1),
        _answer([float("nan"), 1.0]),
        _answer([0.0, 0.0]),
        _answer([]),
        b'{"data": [{"index": 0, "embedding": "AAAA"}]}',
        b'{"data": [{"index": 0, "embedding": [[1, 2]]}]}',
        b'{"data": [{"index": 0, "embedding": [1e999, 0]}]}',
        b'{"data": [{"index": 0, "embedding": [null, 1]}]}',
        b"[" * 100_000,
    ],
)
async def test_what_are_no_vectors_of_these_texts_is_refused(
    server: VectorServer, embedder: RemoteEmbedder, content: bytes
) -> None:
    """Too few, too many, of other texts, no numbers, no JSON: none of it becomes a vector."""
    server.scripted = [(200, content)]
    with pytest.raises(EmbeddingProblem):
        await embedder.embed(["一"], "question")


async def test_vectors_of_another_length_are_refused(server: VectorServer, embedder: RemoteEmbedder) -> None:
    """Somebody put another model behind the same name."""
    await embedder.embed(["一"], "question")
    server.scripted = [(200, _answer([1.0, 2.0, 3.0]))]
    with pytest.raises(EmbeddingProblem, match="another length"):
        await embedder.embed(["一"], "question")


async def test_only_many_texts_are_tried_again(server: VectorServer, embedder: RemoteEmbedder) -> None:
    """A question does not wait for a busy server; an index does; a refusal is taken for one."""
    server.scripted = [(503, b"")]
    with pytest.raises(EmbeddingProblem, match="503"):
        await embedder.embed(["一"], "question")
    assert embedder.note is not None
    server.scripted = [(503, b""), (429, b"")]
    assert len(await embedder.embed(["一", "二"], "passage")) == 2
    assert embedder.note is None
    server.scripted = [(401, b"sk-1 is wrong")]
    with pytest.raises(EmbeddingProblem, match="401") as raised:
        await embedder.embed(["一", "二"], "passage")
    assert "sk-1" not in str(raised.value)


async def test_a_server_that_is_not_there_is_a_problem_of_embedding(embedder: RemoteEmbedder) -> None:
    """Not a traceback."""
    away = RemoteEmbedder(parse_embedding("openai:http://127.0.0.1:9/v1#x"), None)
    with pytest.raises(EmbeddingProblem, match="cannot be asked"):
        await away.embed(["一"], "question")
    await away.close()


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("bge-small", "not a known form"),
        ("dir:", "a name is missing"),
        ("openai:http://10.0.0.5/v1", "model's name is missing"),
        ("openai:10.0.0.5/v1#x", "no URL"),
        ("openai:http://me:secret@10.0.0.5/v1#x", "DAYI_EMBEDDING_KEY"),
        ("openai:http://10.0.0.5/v1?key=secret#x", "DAYI_EMBEDDING_KEY"),
        ("openai:http://10.0.0.5/v1#x y", "blank"),
    ],
)
def test_a_name_that_is_none_is_refused(spec: str, said: str) -> None:
    """With the form that is wanted, and without what may be a secret."""
    with pytest.raises(SettingsProblem, match=said) as raised:
        parse_embedding(spec)
    assert "secret" not in str(raised.value)
