"""A reply under way: the source's events are carried into the turn until it has ended, come what may.

It does not know who watches, nor how frames are kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from server.chat.answering import Answer, AnswerEvent, Said
from server.chat.grounded import RestsOn, Unsupported
from server.chat.showing import approved_frame, passage_frame
from server.errors import SourceProblem
from server.protocol.turn import RunningTurn
from server.sources.types import Begun, Ended, Piece, TurnIds, Waiting

log = structlog.get_logger(__name__)


class ReplyRun:
    """The task between an answer and a turn.

    Args:
        reply: what is said.
        turn: where it goes.
        changed: called after every event, and once more when the turn is over.
        drain_seconds: how long a cancelled source may take to say its last word.
        now_ms: the clock.
        waited: told how long a wait was announced first, and how long it was, both in seconds.
    """

    def __init__(
        self,
        reply: Answer,
        turn: RunningTurn,
        *,
        changed: Callable[[], None],
        drain_seconds: float,
        now_ms: Callable[[], int],
        waited: Callable[[float, float], None],
    ) -> None:
        self._reply = reply
        self._turn = turn
        self._changed = changed
        self._drain_seconds = drain_seconds
        self._now_ms = now_ms
        self._waited = waited
        self._told: tuple[int, float] | None = None  # when, and how long to wait
        self._limit: asyncio.Timeout | None = None  # there while events are awaited
        self._deadline: float | None = None
        self.ids: TurnIds | None = None  # known once the source has ended
        self.task = asyncio.create_task(self._run(), name=f"reply-{turn.id}")

    def cancel(self) -> None:
        """Let the source stop; the turn is over when it has said its last word, or took too long."""
        self._reply.cancel()
        self._set_deadline()

    def _set_deadline(self) -> None:
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().time() + self._drain_seconds
            if self._limit is not None:
                self._limit.reschedule(self._deadline)

    async def _run(self) -> None:
        turn = self._turn
        try:
            async with asyncio.timeout_at(self._deadline) as self._limit:
                async for event in self._reply:
                    self._take(event)
        except SourceProblem as problem:
            log.warning("reply broke off", turn=turn.id, code=problem.code, problem=problem.message)
        except TimeoutError:
            log.error("source did not obey a cancel", turn=turn.id)
        except Exception:
            log.exception("bug in a source", turn=turn.id)
        finally:
            self._limit = None
            if not turn.over:  # broken off, or cancelled with the whole server: said honestly
                self._reply.cancel()
                turn.failed(self._now_ms())
            self._changed()

    def _take(self, event: AnswerEvent) -> None:
        turn, now_ms = self._turn, self._now_ms()
        match event:
            case Piece(text):
                if turn.piece(text, now_ms):
                    self.cancel()
            case Said(origin, approved, offers):
                turn.said(
                    origin,
                    now_ms,
                    approved=None if approved is None else approved_frame(approved),
                    offers=list(offers) or None,
                )
            case RestsOn(passages):
                turn.rests_on([passage_frame(each) for each in passages])
            case Unsupported(texts):
                turn.unsupported(texts)
            case Waiting(position, eta_seconds):
                turn.waiting(position, eta_seconds)
                self._told = self._told or (now_ms, eta_seconds)
            case Begun(reused, prefilled, reason):
                turn.begun(reused, prefilled, reason, now_ms)
                if self._told is not None:
                    told_at_ms, told_seconds = self._told
                    self._waited(told_seconds, (now_ms - told_at_ms) / 1000)
                    self._told = None
            case Ended():
                self.ids = event.ids
                turn.ended(
                    event.finish,
                    now_ms,
                    prompt_tokens=event.prompt_tokens,
                    reused_tokens=event.reused_tokens,
                    generated_tokens=event.generated_tokens,
                )
                self._set_deadline()
        self._changed()
