"""`scripted:` — replies from a script instead of a model: for tests, demonstrations and load trials.

A real source in every other way: it queues, reports reuse, honours cancel and fails when told to.
One character counts as one token. Does not know what the text is good for.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from enum import Enum
from typing import Literal

from server.errors import SourceProblem
from server.sources.types import (
    Begun,
    Ended,
    Piece,
    ReplyRequest,
    SourceEvent,
    SourceStatus,
    TurnIds,
    Waiting,
)


class Pause(Enum):
    """A piece that is no text: here the reply hangs until it is cancelled."""

    HANG = "hang"


HANG = Pause.HANG

# A text is cut into pieces; an exception is raised where it stands; HANG waits for a cancel.
Part = str | SourceProblem | Pause
Script = Callable[[ReplyRequest], str | Iterable[Part]] | Mapping[str, str | Iterable[Part]]

_PIECE_CHARS = 3
_FINGERPRINT = "scripted"


def _common_chars(one: str, other: str) -> int:
    """How many characters two texts share from the start."""
    return next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def echo(request: ReplyRequest) -> str:
    """The default script: repeat the question and tell how many turns went before."""
    return f"（第{len(request.turns) + 1}问）您问的是：{request.question}"


class ScriptedSource:
    """A source that answers from a script.

    Args:
        script: question → answer, as a function of the request or as a mapping of questions (any
            other question is echoed). An answer is a text, or its pieces.
        delay_seconds: the pause before each piece.
        max_running: replies under way at once; further ones wait and are told their place.
        max_waiting: how many may wait; beyond them `reply` raises `busy`.
        ready: False leaves the source unavailable until `become_ready` is called.

    Attributes:
        requests: every request that was accepted, in order.
        forgotten: every conversation that was forgotten, in order.
    """

    def __init__(
        self,
        script: Script = echo,
        *,
        delay_seconds: float = 0.0,
        max_running: int = 8,
        max_waiting: int = 64,
        ready: bool = True,
    ) -> None:
        self._script = script
        self._delay_seconds = delay_seconds
        self._max_running = max_running
        self._max_waiting = max_waiting
        self._ready = ready
        self._closed = False
        self._running: set[ScriptedReply] = set()
        self._waiting: deque[ScriptedReply] = deque()
        self._cached: dict[str, str] = {}  # conversation → the text whose keys and values a model would hold
        self.requests: list[ReplyRequest] = []
        self.forgotten: list[str] = []

    async def start(self) -> None:
        """Nothing to load."""

    def become_ready(self) -> None:
        """End the pretended loading."""
        self._ready = True

    async def close(self) -> None:
        """Cancel what runs and waits, and take nothing more."""
        self._closed = True
        for reply in [*self._running, *self._waiting]:
            reply.cancel()

    def status(self) -> SourceStatus:
        """What `/readyz` shows."""
        ready = self._ready and not self._closed
        note = "" if ready else "closed" if self._closed else "the script is not ready yet"
        return SourceStatus(ready, "scripted:", note, len(self._running), len(self._waiting))

    def reply(self, request: ReplyRequest) -> ScriptedReply:
        """Begin a reply.

        Raises:
            SourceProblem: `busy` when too many wait, `unavailable` when not ready.
        """
        if not self.status().ready:
            raise SourceProblem("unavailable", self.status().note)
        if len(self._running) >= self._max_running and len(self._waiting) >= self._max_waiting:
            raise SourceProblem("busy", f"{len(self._waiting)} questions wait already")
        self.requests.append(request)
        reply = ScriptedReply(self, request, self._parts(request))
        self._waiting.append(reply)
        self._admit()
        return reply

    def forget(self, conversation: str) -> None:
        """Drop what is cached for a conversation."""
        self.forgotten.append(conversation)
        self._cached.pop(conversation, None)

    def _admit(self) -> None:
        """Let waiting replies run while there is room; tell the others that the queue moved."""
        while self._waiting and len(self._running) < self._max_running:
            self._running.add(self._waiting.popleft())
        for reply in [*self._running, *self._waiting]:
            reply._moved.set()

    def _leave(self, reply: ScriptedReply) -> None:
        self._running.discard(reply)
        if reply in self._waiting:
            self._waiting.remove(reply)
        self._admit()

    def _parts(self, request: ReplyRequest) -> list[Part]:
        if isinstance(self._script, Mapping):
            answer = self._script[request.question] if request.question in self._script else echo(request)
        else:
            answer = self._script(request)
        if isinstance(answer, str):
            return [answer[at : at + _PIECE_CHARS] for at in range(0, len(answer), _PIECE_CHARS)]
        return list(answer)

    def _begin(self, request: ReplyRequest) -> tuple[Begun, str]:
        """Compare the prompt with what is cached, as a model's ledger would."""
        prompt = request.system + "".join(turn.question + turn.answer for turn in request.turns)
        cached = self._cached.get(request.conversation)
        reused = _common_chars(cached or "", prompt)
        whole = prompt + request.question
        if cached is None:
            begun = Begun(0, len(whole), "restart" if request.turns else "new")
        else:
            reason = "hit" if reused == len(cached) else request.hint or "edited"
            begun = Begun(reused, len(whole) - reused, reason)
        return begun, whole


class ScriptedReply:
    """A reply of a `ScriptedSource`. Cancel it if it is never iterated: it holds a place."""

    def __init__(self, source: ScriptedSource, request: ReplyRequest, parts: list[Part]) -> None:
        self._source = source
        self._parts = parts
        self._request = request
        self._moved = asyncio.Event()
        self._cancelled = asyncio.Event()
        self._events = self._run()

    def __aiter__(self) -> AsyncIterator[SourceEvent]:
        """The events, once."""
        return self._events

    def cancel(self) -> None:
        """Stop before the next piece; the place is free at once."""
        self._cancelled.set()
        self._moved.set()
        self._source._leave(self)

    async def _run(self) -> AsyncIterator[SourceEvent]:
        source, request = self._source, self._request
        text = ""
        begun: Begun | None = None
        whole = ""
        try:
            told = -1
            while self in source._waiting:
                self._moved.clear()
                position = source._waiting.index(self)
                if position != told:
                    told = position
                    yield Waiting(position, self._eta_seconds(position))
                else:
                    await self._moved.wait()
            if not self._cancelled.is_set():
                begun, whole = source._begin(request)
                yield begun
                async for piece in self._pieces():
                    text += piece.text
                    yield piece
        finally:
            if begun is not None:
                source._cached[request.conversation] = whole + text
            source._leave(self)
        finish: Literal["stop", "length", "cancelled"] = "stop"
        if self._cancelled.is_set():
            finish = "cancelled"
        elif len(text) >= request.sampling.max_tokens:
            finish = "length"
        ids = TurnIds(_FINGERPRINT, tuple(map(ord, request.question)), tuple(map(ord, text)))
        reused = begun.reused if begun else 0
        yield Ended(finish, ids if begun else None, len(whole), reused, len(text))

    async def _pieces(self) -> AsyncIterator[Piece]:
        left = self._request.sampling.max_tokens
        for part in self._parts:
            if isinstance(part, SourceProblem):
                raise part
            pause_seconds = None if part is HANG else self._source._delay_seconds
            # Even without a delay the loop must get a chance to read a cancel.
            if await self._cancelled_within(pause_seconds):
                return
            if isinstance(part, str):
                part, left = part[:left], left - len(part[:left])
                if part:
                    yield Piece(part, len(part))
                if left == 0:
                    return

    async def _cancelled_within(self, seconds: float | None) -> bool:
        if seconds == 0:
            await asyncio.sleep(0)
            return self._cancelled.is_set()
        try:
            await asyncio.wait_for(self._cancelled.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def _eta_seconds(self, position: int) -> float:
        """A guess: those before take as long as this one, `max_running` at a time."""
        own = len(self._parts) * self._source._delay_seconds
        return round((position // self._source._max_running + 1) * own, 1)
