"""The line to an OpenAI-compatible server: one HTTP client, its time limits, and when to try again.

Yields what `openai_wire` reads. Does not know conversations, queues or what is done with an answer.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Collection, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import httpx

from server.errors import SettingsProblem
from server.sources.openai_prompt import REPLACEABLE
from server.sources.openai_wire import (
    MAX_EVENT_BYTES,
    Chunk,
    EventStream,
    Trouble,
    WholeCharacters,
    read_chunk,
    read_refusal,
    read_retry_after,
)

_Result = TypeVar("_Result")

_REFUSAL_BYTES = 16384  # of a refusal; what is behind them tells nothing new


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the other server may take; the waits are for text, not for what only keeps a line open."""

    connect_seconds: float = 10.0
    first_seconds: float = 180.0  # from asking to the first text, all tries together
    piece_seconds: float = 60.0  # from one text to the next
    last_seconds: float = 5.0  # from the end of the text to the counts
    num_tries: int = 4
    pause_seconds: float = 0.5  # before the second try, doubled for each further one
    longest_pause_seconds: float = 20.0


class Link:
    """A client of one server.

    Args:
        base_url: where its interface begins, such as `http://127.0.0.1:8080/v1`.
        key: what it wants to see as the bearer's token, if anything.
        patience: its time limits.

    Raises:
        SettingsProblem: the machine's proxy or certificate settings cannot be used.
    """

    def __init__(self, base_url: str, key: str | None, patience: Patience) -> None:
        self._base_url = base_url
        self._patience = patience
        limit = httpx.Timeout(None, connect=patience.connect_seconds)
        try:
            self._client = httpx.AsyncClient(
                headers={"Authorization": f"Bearer {key}"} if key else {},
                timeout=limit,
                limits=httpx.Limits(max_connections=None),
                follow_redirects=False,  # the key is for this server alone
            )
        except (ValueError, ImportError, OSError) as error:
            raise SettingsProblem(f"model openai: no HTTP client can be made here: {error}") from None

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def models(self) -> list[str]:
        """The names of the models it says it has.

        Raises:
            Trouble: it does not answer, or not as such a server does.
        """
        try:
            async with asyncio.timeout(2 * self._patience.connect_seconds):
                with _mapped():
                    response = await self._client.get(f"{self._base_url}/models")
        except TimeoutError:
            raise Trouble("timed_out", "the server did not list its models in time", "again") from None
        if not response.is_success:
            raise _refusal(response, response.content)
        try:
            return [str(model["id"]) for model in response.json()["data"]]
        except (ValueError, LookupError, TypeError):
            said = "the server does not list its models as an OpenAI-compatible one does"
            raise Trouble("bad_model", f"{said}; a base URL often ends in /v1") from None

    async def answer(self, body: Mapping[str, Any], session: str) -> AsyncGenerator[Chunk]:
        """The chunks of one answer, up to its end; before the first text, what may pass is tried again.

        Raises:
            Trouble: there is no answer, or it broke off.
        """
        patience = self._patience
        clock = asyncio.get_running_loop().time
        first_by = clock() + patience.first_seconds
        num_tries = 0
        has_text = False
        while True:
            num_tries += 1
            try:
                async with aclosing(self._once(body, session, first_by)) as chunks:
                    async for chunk in chunks:
                        has_text = has_text or bool(chunk.text)
                        yield chunk
                return
            except Trouble as trouble:
                pause = self._pause_seconds(num_tries, trouble)
                late = num_tries >= patience.num_tries or clock() + pause >= first_by
                if trouble.kind != "again" or has_text or late:
                    raise
            await asyncio.sleep(pause)

    def _pause_seconds(self, num_tries: int, trouble: Trouble) -> float:
        """Doubled each time and blurred, so that many who were turned away do not come back together."""
        patience = self._patience
        pause = patience.pause_seconds * 2.0 ** (num_tries - 1) * random.uniform(0.75, 1.25)  # noqa: S311
        return max(min(pause, patience.longest_pause_seconds), trouble.pause_seconds or 0.0)

    async def _once(self, body: Mapping[str, Any], session: str, first_by: float) -> AsyncGenerator[Chunk]:
        request = self._client.build_request(
            "POST",
            f"{self._base_url}/chat/completions",
            json=dict(body),
            headers={"X-Session-Id": session, "Accept": "text/event-stream"},
        )
        response = await _by(first_by, self._client.send(request, stream=True))
        try:
            kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            if not response.is_success:
                raise _refusal(response, await _beginning(response, _REFUSAL_BYTES, first_by), body)
            if kind == "text/html":
                raise Trouble("unavailable", "the server answered with a web page")
            if kind == "application/json":  # it does not stream
                whole = await _beginning(response, MAX_EVENT_BYTES, first_by)
                yield read_chunk(whole.decode(errors="replace"))
                return
            async for chunk in self._streamed(response, first_by):
                yield chunk
        finally:
            await response.aclose()

    async def _streamed(self, response: httpx.Response, first_by: float) -> AsyncGenerator[Chunk]:
        patience = self._patience
        clock = asyncio.get_running_loop().time
        events, characters = EventStream(), WholeCharacters()
        pieces = response.aiter_bytes()
        deadline, finished = first_by, False
        while True:
            try:
                piece = await _by(deadline, anext(pieces, None))
                for data in events.flush() if piece is None else events.feed(piece):
                    if data == "[DONE]":  # without a finish before it the answer was interrupted
                        piece = None
                        break
                    chunk = read_chunk(data)
                    chunk = replace(chunk, text=characters.feed(chunk.text))
                    if chunk.finish:
                        finished, deadline = True, clock() + patience.last_seconds
                    elif chunk.text:
                        deadline = clock() + patience.piece_seconds
                    yield chunk
            except Trouble:
                if not finished:
                    raise
                piece = None  # all the text is there: only counts could have followed
            if piece is None:
                break
        rest = characters.flush()
        if rest:
            yield Chunk(rest)
        if not finished:
            raise Trouble("unavailable", "the server broke the answer off", "again")


async def _by(deadline: float, doing: Awaitable[_Result]) -> _Result:
    """Wait for something of httpx until the loop's clock shows `deadline`, and map what goes wrong."""
    try:
        async with asyncio.timeout_at(deadline):
            with _mapped():
                return await doing
    except TimeoutError:
        raise Trouble("timed_out", "the server took too long") from None


async def _beginning(response: httpx.Response, num_bytes: int, deadline: float) -> bytes:
    """The body, as far as so many bytes."""
    found = b""
    pieces = response.aiter_bytes()
    while len(found) < num_bytes and (piece := await _by(deadline, anext(pieces, None))) is not None:
        found += piece
    return found


def _refusal(response: httpx.Response, found: bytes, sent: Collection[str] = ()) -> Trouble:
    if response.is_redirect:
        return Trouble("unavailable", "the server sends elsewhere; take the address that it sends to")
    pause_seconds = read_retry_after(response.headers.get("Retry-After"), time.time())
    return read_refusal(response.status_code, found, REPLACEABLE.intersection(sent), pause_seconds)


@contextmanager
def _mapped() -> Iterator[None]:
    """Turn httpx's errors into ours; only a failed connection is told in words: others may hold the key."""
    try:
        yield
    except httpx.ConnectTimeout:
        raise Trouble("timed_out", "the server cannot be reached in time", "again") from None
    except httpx.ConnectError as error:
        raise Trouble("unavailable", f"the server cannot be reached: {error}", "again") from None
    except httpx.TransportError as error:
        name = type(error).__name__
        raise Trouble("unavailable", f"the connection to the server broke ({name})", "again") from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        name = type(error).__name__
        raise Trouble("unavailable", f"the server cannot be asked ({name})") from None
