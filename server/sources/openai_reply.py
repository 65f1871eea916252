"""One answer of an OpenAI-compatible server in the vocabulary of sources, with what it takes to get it.

A request that the server refuses for a field it does not know, or for its length, is put in other words.
Does not know HTTP, nor whether the server is well.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import aclosing
from typing import Any, Literal

from server.sources.openai_link import Link
from server.sources.openai_prompt import Prompt, build_body, build_prompt, session_mark
from server.sources.openai_wire import Chunk, Counts, Trouble
from server.sources.places import Ticket
from server.sources.types import Begun, Ended, Piece, Reason, ReplyRequest, SourceEvent, Waiting

_LOG = logging.getLogger(__name__)

_NUM_SHORTER = 6  # tries to shorten a request, each to three quarters: down to a fifth


class Dialect:
    """How requests to one server are put; what it refused is remembered.

    Args:
        model: the server's name of the model.
        window_tokens: what a conversation and its answer may take, as estimated here.
        fields: further fields that it understands.
    """

    def __init__(self, model: str, window_tokens: int, fields: Collection[str]) -> None:
        self._model = model
        self.window_tokens = window_tokens
        self._fields = tuple(fields)
        self._unknown: set[str] = set()

    def body(self, prompt: Prompt, request: ReplyRequest) -> dict[str, Any]:
        """A request's body without what the server does not know."""
        return build_body(prompt, request, self._model, further=self._fields, unknown=self._unknown)

    def leave_out(self, field: str) -> None:
        """The server does not know this field: for the log it matters, since answers or counts may differ."""
        self._unknown.add(field)
        _LOG.warning("the server of the model does not know %r: it is left out from now on", field)


class OpenAIReply:
    """A reply under way. Cancel it if it is never iterated: it holds a place.

    Args:
        request: what is asked.
        ticket: its place, or its turn to get one.
        link: the line to the server.
        dialect: how it is asked.
        failed: is told why there is no answer.
    """

    def __init__(
        self,
        request: ReplyRequest,
        ticket: Ticket,
        link: Link,
        dialect: Dialect,
        *,
        failed: Callable[[Trouble], None],
    ) -> None:
        self._request = request
        self._ticket = ticket
        self._link = link
        self._dialect = dialect
        self._failed = failed
        self._said: asyncio.Queue[SourceEvent | None] = asyncio.Queue()  # bounded by the answer's length
        self._talking: asyncio.Task[None] | None = None
        self._is_cancelled = False
        self._num_pieces = 0  # counted as tokens where the server counts none
        self._finish: Literal["stop", "length"] = "stop"
        self._counts: Counts | None = None
        self._estimate = 0  # tokens of what was sent
        self._events = self._run()

    def __aiter__(self) -> AsyncIterator[SourceEvent]:
        """The events, once."""
        return self._events

    def cancel(self) -> None:
        """Close the line to the server at once; the place is free. Idempotent."""
        self._is_cancelled = True
        self._ticket.leave()
        self._ticket.moved.set()
        if self._talking is not None:
            self._talking.cancel()

    async def _run(self) -> AsyncIterator[SourceEvent]:
        finish: Literal["stop", "length", "cancelled"] = "cancelled"
        try:
            while self._ticket.position is not None and not self._is_cancelled:
                self._ticket.moved.clear()
                yield Waiting(self._ticket.position, self._ticket.eta_seconds)
                await self._ticket.moved.wait()
            if not self._is_cancelled:
                self._talking = asyncio.create_task(self._talk(), name=f"openai-{self._request.id}")
                self._talking.add_done_callback(lambda _: self._said.put_nowait(None))
                while (event := await self._said.get()) is not None:
                    yield event
                if not self._talking.cancelled() and not (self._is_cancelled and self._talking.exception()):
                    self._talking.result()
                    finish = self._finish
        finally:
            self._ticket.leave()
            if self._talking is not None:
                self._talking.cancel()  # whoever stops reading needs no more text
                await asyncio.wait([self._talking])
        counts = self._counts or Counts(self._estimate, 0, self._num_pieces)
        yield Ended(finish, None, counts.prompt, counts.cached, counts.generated)

    async def _talk(self) -> None:
        """Ask, and pass on what is said.

        Raises:
            Trouble: there is no answer, or it broke off.
        """
        session = session_mark(self._request.conversation)
        window_tokens = self._dialect.window_tokens
        left = _NUM_SHORTER
        while True:
            prompt = build_prompt(self._request, window_tokens)
            body = self._dialect.body(prompt, self._request)
            self._estimate = prompt.tokens
            # What the server has cached is not known before its counts; seen from here every prompt is new.
            reason: Reason = self._request.hint or ("truncated" if prompt.truncated else "new")
            self._said.put_nowait(Begun(0, prompt.tokens, reason))
            try:
                async with aclosing(self._link.answer(body, session)) as chunks:
                    async for chunk in chunks:
                        self._take(chunk)
                return
            except Trouble as trouble:
                if self._num_pieces == 0 and trouble.kind == "unknown_field":
                    self._dialect.leave_out(trouble.field)
                elif self._num_pieces == 0 and trouble.kind == "too_long" and left:
                    # The estimate was too low, or the server's window is smaller than ours.
                    left -= 1
                    window_tokens = min(window_tokens, prompt.tokens + prompt.max_tokens) * 3 // 4
                else:
                    self._failed(trouble)
                    raise

    def _take(self, chunk: Chunk) -> None:
        if chunk.text:
            self._num_pieces += 1
            self._said.put_nowait(Piece(chunk.text))
        self._finish = chunk.finish or self._finish
        self._counts = chunk.counts or self._counts
