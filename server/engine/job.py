"""A request as the server sees it: its events, and what is needed to go on after a crash.

This module does not know about processes.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable, Iterable

from server.engine.types import Begun, Ended, EngineRequest, Event, Tokens, Waiting


class Job:
    """A reply under way: iterate its events to `Ended`, which always comes.

    After a crash of the engine a second `Begun` (reason `restart`) may come; tokens go on where they were.
    """

    def __init__(self, request: EngineRequest, cancel: Callable[[Job], None]) -> None:
        self.request = request
        self.begun: Begun | None = None
        self.ended = False
        self.cancelled = False
        self.running = False  # in the engine process that lives now
        self.expected_at: float | None = None  # on the loop's clock, as it was told last; None: not told yet
        self.num_deaths = 0  # of engine processes, while this was running
        self._generated = list(request.generated)
        self._events: asyncio.Queue[Event] = asyncio.Queue()  # bounded by the answer's length
        self._cancel = cancel

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            event = await self._events.get()
            yield event
            if isinstance(event, Ended):
                return

    def cancel(self) -> None:
        """Stop within one step. Idempotent; `Ended` still follows."""
        if not self.cancelled and not self.ended:
            self.cancelled = True
            self._cancel(self)

    def take(self, event: Event) -> None:
        """An event of the engine."""
        if self.ended:
            return
        match event:
            case Begun():
                self.begun, self.running = event, True
            case Tokens():
                self._generated += event.ids
            case Ended():
                self.ended = True
            case Waiting():
                pass
        self._events.put_nowait(event)

    def end(self, finish: str, message: str = "") -> None:
        """End it here, without the engine."""
        begun = self.begun
        prompt_tokens = begun.reused + begun.prefilled if begun else 0
        self.take(
            Ended(
                id=self.request.id,
                finish="cancelled" if finish == "cancelled" else "failed",
                question_ids=begun.question_ids if begun else None,
                answer_ids=tuple(self._generated),
                prompt_tokens=prompt_tokens,
                reused_tokens=begun.reused if begun else 0,
                generated_tokens=len(self._generated),
                message=message,
            )
        )

    def continuation(self) -> EngineRequest:
        """The request that goes on where this is."""
        return dataclasses.replace(self.request, generated=tuple(self._generated))


def longest_wait(jobs: Iterable[Job], now: float) -> float:
    """How long the next person's question would have to wait, in seconds, as far as the others were told.

    It comes after the first waiting question of everyone, but not after one's many further ones.
    """
    firsts: dict[str, float] = {}
    for job in jobs:
        if not job.running and job.expected_at is not None:
            firsts[job.request.user] = min(job.expected_at, firsts.get(job.request.user, job.expected_at))
    return max([each - now for each in firsts.values()], default=0.0)
