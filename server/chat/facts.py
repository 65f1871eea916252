"""Tells the statistics and the metrics what became of a question, without making anyone wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from server.accounts import Who
from server.chat.parts import Recorder
from server.metrics import Metrics
from server.protocol.effects import TurnEnded

log = structlog.get_logger(__name__)

OUTCOMES = {"stop": "answered", "length": "answered"}  # other ends are their own outcome


class Facts:
    """Notes go out in tasks of their own, in order; a failure is logged and costs nobody an answer."""

    def __init__(
        self, recorder: Recorder, metrics: Metrics, pseudonym: Callable[[str, str | None, int], str]
    ) -> None:
        self._recorder = recorder
        self._pseudonym = pseudonym
        self._metrics = metrics
        self._tasks: set[asyncio.Task[None]] = set()
        self._one_by_one = asyncio.Lock()

    async def close(self) -> None:
        """Wait until everything is noted."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def settled(self) -> None:
        """Wait until everything so far is noted."""
        if self._tasks:
            await asyncio.wait(set(self._tasks))

    def turn_ended(self, ended: TurnEnded, who: Who) -> None:
        """A turn came to its end. Answering anew is no new question: only the metrics count it."""
        outcome = OUTCOMES.get(ended.finish, ended.finish)
        usage = ended.usage
        self._metrics.question_ended(outcome)
        if usage.first_token_ms is not None:
            self._metrics.first_token(usage.first_token_ms / 1000)
        self._metrics.tokens(
            prompt=usage.prompt_tokens, reused=usage.reused_tokens, generated=usage.generated_tokens
        )
        if ended.replaces is None:
            self._note(
                self._recorder.question(
                    turn_id=ended.turn,
                    text=ended.question,
                    asked_at_ms=ended.asked_at_ms,
                    asker=self._pseudonym(who.id, who.class_id, ended.asked_at_ms),
                    class_id=who.class_id,
                    outcome=outcome,
                    origin=ended.origin,
                    first_token_ms=usage.first_token_ms,
                    total_ms=usage.total_ms,
                )
            )

    def question_blocked(self, who: Who, at_ms: int) -> None:
        """A question was held back: nothing of its text is passed on."""
        self._metrics.question_ended("blocked")
        self._note(
            self._recorder.question(
                turn_id=None,
                text=None,
                asked_at_ms=at_ms,
                asker=self._pseudonym(who.id, who.class_id, at_ms),
                class_id=who.class_id,
                outcome="blocked",
                origin="none",
                first_token_ms=None,
                total_ms=None,
            )
        )

    def rated(self, turn_id: str, value: int) -> None:
        """A reader found an answer good or bad."""
        self._note(self._recorder.rated(turn_id, value))

    def _note(self, call: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._run(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, call: Coroutine[Any, Any, None]) -> None:
        try:
            async with self._one_by_one:
                await call
        except Exception:
            log.exception("a question could not be counted")
