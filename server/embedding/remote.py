"""An embedding model of another server: any that has `/v1/embeddings`. Its answers are checked, not believed.

One text is asked for once; many texts are tried again where that may help. What the server says in words gets
into no message: it may quote the texts or the key.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence
from typing import Any, Final

import httpx
import numpy as np

from server.embedding.names import EmbeddingName, wrong
from server.embedding.types import EmbeddingProblem, Role, Vectors

TEXT_CHARS: Final = 4_000
_MOST_TEXTS: Final = 32
_MOST_CHARS: Final = 24_000  # of one request
_MOST_BYTES: Final = 32 << 20  # of one answer
_ONE_SECONDS: Final = 5.0  # for a single text
_MANY_SECONDS: Final = 60.0
_NUM_TRIES: Final = 4
_PAUSE_SECONDS: Final = 0.5  # before the second try, doubled for each further one
_AGAIN: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
_LEAST_LENGTH: Final = 1e-9


class _Passing(EmbeddingProblem):
    """What may be over soon."""


class RemoteEmbedder:
    """The embedder of an `openai:` name. Call `close` at the end.

    Args:
        name: the server and what it calls the model.
        key: what it wants to see as the bearer's token, if anything.
        pause_seconds: before many texts are tried a second time.

    Raises:
        SettingsProblem: the machine's proxy or certificate settings cannot be used.
    """

    def __init__(self, name: EmbeddingName, key: str | None, pause_seconds: float = _PAUSE_SECONDS) -> None:
        self._name = name
        self._pause_seconds = pause_seconds
        self._num_dimensions = 0
        self._note: str | None = None
        try:
            self._client = httpx.AsyncClient(
                headers={"Authorization": f"Bearer {key}"} if key else {},
                timeout=httpx.Timeout(_MANY_SECONDS, connect=5.0),
                follow_redirects=False,  # the key is for this server alone
            )
        except (ValueError, ImportError, OSError) as error:
            raise wrong(
                "openai:", f"no HTTP client can be made here: {error}", "无法建立 HTTP 连接"
            ) from None

    @property
    def name(self) -> str:
        """The address and the model."""
        return str(self._name)

    @property
    def num_dimensions(self) -> int:
        """How long a vector is; 0 until the first one came."""
        return self._num_dimensions

    @property
    def note(self) -> str | None:
        """Why there were no vectors the last time; None where there were."""
        return self._note

    async def start(self) -> None:
        """Nothing to load."""

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def embed(self, texts: Sequence[str], role: Role) -> Vectors:
        """The vectors of some texts, in their order.

        Raises:
            EmbeddingProblem: none came.
        """
        cut = [text[:TEXT_CHARS] or " " for text in texts]
        if not cut:
            return np.empty((0, self._num_dimensions), np.float32)
        found = []
        done = 0
        while done < len(cut):
            part = _part(cut[done : done + _MOST_TEXTS])
            found.append(await self._tried(part, is_many=len(cut) > 1))
            done += len(part)
        return np.vstack(found)

    async def _tried(self, texts: Sequence[str], is_many: bool) -> Vectors:
        num_tries = 0
        while True:
            num_tries += 1
            try:
                async with asyncio.timeout(_MANY_SECONDS if is_many else _ONE_SECONDS):
                    vectors = await self._once(texts)
            except (TimeoutError, EmbeddingProblem) as problem:
                trouble = problem
                if isinstance(problem, TimeoutError):
                    trouble = _Passing("the embedding server took too long")
                self._note = str(trouble)
                if not is_many or not isinstance(trouble, _Passing) or num_tries >= _NUM_TRIES:
                    raise trouble from None
            else:
                self._note = None
                return vectors
            blurred = random.uniform(0.75, 1.25)  # noqa: S311
            await asyncio.sleep(self._pause_seconds * 2.0 ** (num_tries - 1) * blurred)

    async def _once(self, texts: Sequence[str]) -> Vectors:
        body = {"model": self._name.remote_model, "input": list(texts), "encoding_format": "float"}
        try:
            async with self._client.stream(
                "POST", f"{self._name.base_url}/embeddings", json=body
            ) as response:
                if not response.is_success:
                    kind = _Passing if response.status_code in _AGAIN else EmbeddingProblem
                    raise kind(f"the embedding server refused with status {response.status_code}")
                content = bytearray()
                async for piece in response.aiter_bytes():
                    content += piece
                    if len(content) > _MOST_BYTES:
                        raise EmbeddingProblem("the embedding server's answer is too large")
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            name = type(error).__name__
            raise _Passing(f"the embedding server cannot be asked ({name})") from None
        vectors = await asyncio.to_thread(read_vectors, bytes(content), len(texts))
        if self._num_dimensions not in (0, vectors.shape[1]):
            raise EmbeddingProblem("the embedding server's vectors have another length than before")
        self._num_dimensions = vectors.shape[1]
        return vectors


def read_vectors(content: bytes, num_texts: int) -> Vectors:
    """The vectors of an answer, in the order of the texts, each of length 1.

    Raises:
        EmbeddingProblem: it is none, or not for these texts.
    """
    try:
        rows: list[dict[str, Any]] = json.loads(content)["data"]
        ordered = sorted(rows, key=lambda row: int(row["index"]))
        if [int(row["index"]) for row in ordered] != list(range(num_texts)):
            raise EmbeddingProblem("the embedding server answered for other texts than were sent")
        vectors = np.array([row["embedding"] for row in ordered], np.float32)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError):
        raise EmbeddingProblem(
            "the embedding server does not answer as an OpenAI-compatible one does"
        ) from None
    if vectors.ndim != 2 or not vectors.shape[1] or not np.isfinite(vectors).all():
        raise EmbeddingProblem("the embedding server gave no vectors of numbers")
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    if lengths.min() < _LEAST_LENGTH:
        raise EmbeddingProblem("the embedding server gave an empty vector")
    unit: Vectors = (vectors / lengths).astype(np.float32)
    return unit


def _part(texts: Sequence[str]) -> Sequence[str]:
    num = num_chars = 0
    for text in texts:
        num_chars += len(text)
        if num and num_chars > _MOST_CHARS:
            break
        num += 1
    return texts[:num]
