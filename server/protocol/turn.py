"""One question being answered: what the source says goes in, filtered frames come out.

The only place that makes `delta` frames, and only from what the output filter released.
It does not know the source, the journal or the sockets; the time is an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from filters import Action, Direction, Pipeline, Stream
from server.protocol.beside import Beside
from server.protocol.effects import (
    ConversationEffect,
    FilterFailed,
    Hits,
    Numbered,
    Show,
    TurnBegan,
    TurnEnded,
)
from server.protocol.frames import (
    Approved,
    Delta,
    Done,
    Finish,
    Kv,
    Origin,
    Passage,
    Queued,
    Reason,
    Sources,
    Started,
    Usage,
)
from server.protocol.texts import Texts

Why = Literal["stopped", "gone", "closing"]

_ETA_STEP_SECONDS = 3.0  # an estimate that moved less is not worth a frame


class Outgoing:
    """Effects of a conversation in their order; frames get their numbers here."""

    def __init__(self, last_seq: int) -> None:
        self.last_seq = last_seq
        self._effects: list[ConversationEffect] = []

    def __bool__(self) -> bool:
        return bool(self._effects)

    def show(self, make: Callable[[int], Numbered]) -> None:
        """Number a frame and put it at the end."""
        self.last_seq += 1
        self._effects.append(Show(make(self.last_seq)))

    def add(self, effect: ConversationEffect) -> None:
        """Put an effect at the end."""
        self._effects.append(effect)

    def take(self) -> list[ConversationEffect]:
        """Everything since the last call."""
        effects, self._effects = self._effects, []
        return effects


class RunningTurn:
    """A turn from `accepted` to `done`.

    Args:
        began: the turn as it is remembered.
        pipeline: the filter in effect when the turn began; it stays the same to the end.
        texts: in the language of the person who asked.
        out: where effects go.
    """

    def __init__(self, began: TurnBegan, pipeline: Pipeline, texts: Texts, out: Outgoing) -> None:
        self.began = began
        self.over = False  # `done` is made: whatever comes later is ignored
        self._texts = texts
        self._out = out
        self._stream: Stream = pipeline.stream(Direction.ANSWER)
        self._beside = Beside(pipeline)
        self._shown = ""
        self._joined = ""  # released by the filter, not yet in a frame
        self._place: tuple[int, float] | None = None
        self._origin: Origin = "model"
        self._unsupported: Sequence[str] = ()
        self._began_at_ms: int | None = None
        self._first_at_ms: int | None = None
        self._why: Why | None = None
        self._filter_failed = False

    @property
    def id(self) -> str:
        """The id of the turn."""
        return self.began.turn

    @property
    def has_text(self) -> bool:
        """Whether `release` would make a frame."""
        return bool(self._joined)

    def wish_end(self, why: Why) -> None:
        """Someone wants it to end: what the source still says until it does is shown."""
        self._why = self._why or why

    def waiting(self, position: int, eta_seconds: float) -> None:
        """The turn waits for its place."""
        # An engine that starts anew queues again: the page need not know.
        if self.over or self._began_at_ms is not None:
            return
        if self._place is not None:
            old_position, old_eta_seconds = self._place
            if position == old_position and abs(eta_seconds - old_eta_seconds) < _ETA_STEP_SECONDS:
                return
        self._place = (position, eta_seconds)
        self._out.show(
            lambda seq: Queued(seq=seq, turn=self.id, position=position, eta_seconds=round(eta_seconds, 1))
        )

    def said(
        self,
        origin: Origin,
        now_ms: int,
        *,
        approved: Approved | None = None,
        offers: list[str] | None = None,
    ) -> None:
        """The answer is no model's: its words are there already."""
        if self.over or self._began_at_ms is not None:
            return
        self._began_at_ms = now_ms
        self._origin = origin
        try:
            approved = None if approved is None else self._beside.approved(approved)
            offers = None if offers is None else self._beside.offers(offers) or None
        except Exception as error:
            self._fail_closed(error)
            approved = offers = None
        self._out.show(
            lambda seq: Started(seq=seq, turn=self.id, origin=origin, approved=approved, offers=offers)
        )

    def rests_on(self, passages: list[Passage]) -> None:
        """The model is shown these passages; none: there are documents, and none fits."""
        if self.over or self._filter_failed:
            return
        try:
            passages = self._beside.passages(passages)
        except Exception as error:
            self._fail_closed(error)
            return
        self._out.show(lambda seq: Sources(seq=seq, turn=self.id, passages=passages))

    def unsupported(self, texts: Sequence[str]) -> None:
        """What the source said and no passage does; what the filter holds back is not told here either."""
        self._unsupported = texts

    def begun(self, reused: int, prefilled: int, reason: Reason, now_ms: int) -> None:
        """The source computes."""
        if self.over or self._began_at_ms is not None:
            return
        self._began_at_ms = now_ms
        kv = Kv(reused=reused, prefilled=prefilled, reason=reason)
        self._out.show(lambda seq: Started(seq=seq, turn=self.id, origin="model", kv=kv))

    def piece(self, text: str, now_ms: int) -> bool:
        """The source said more.

        Returns:
            True if the source must be cancelled now: nothing more of it can be shown.
        """
        if self.over or self._filter_failed or self._stream.blocked:
            return True
        if self._first_at_ms is None and text:
            self._first_at_ms = now_ms
        try:
            self._joined += self._stream.feed(text)
        except Exception as error:
            self._fail_closed(error)
            return True
        return self._stream.blocked

    def release(self) -> None:
        """Put what the filter has released so far into one `delta`."""
        if self._joined:
            text, self._joined = self._joined, ""
            self._shown += text
            self._out.show(lambda seq: Delta(seq=seq, turn=self.id, text=text))

    def ended(
        self,
        finish: Literal["stop", "length", "cancelled"],
        now_ms: int,
        *,
        prompt_tokens: int = 0,
        reused_tokens: int = 0,
        generated_tokens: int = 0,
    ) -> None:
        """The source ended."""
        usage = Usage(
            prompt_tokens=prompt_tokens,
            reused_tokens=reused_tokens,
            generated_tokens=generated_tokens,
        )
        if finish != "cancelled":
            self._end(finish, now_ms, usage, None)
        elif self._why in ("stopped", "gone"):
            self._end("stopped", now_ms, usage, None)
        else:
            self._end("failed", now_ms, usage, self._closing_text())

    def failed(self, now_ms: int) -> None:
        """The source broke off, or does not answer any more; what was shown is kept."""
        if self._why in ("stopped", "gone"):
            self._end("stopped", now_ms, Usage(), None)
        else:
            self._end("failed", now_ms, Usage(), self._closing_text())

    def passed_on(self, now_ms: int) -> None:
        """Nobody answers here: the question goes to a teacher."""
        self.said("teacher", now_ms)
        self._end("stop", now_ms, Usage(), self._texts.passed_on)

    def _closing_text(self) -> str:
        return self._texts.closing if self._why == "closing" else self._texts.failed

    def _end(self, finish: Finish, now_ms: int, usage: Usage, message: str | None) -> None:
        if self.over:
            return
        self.over = True
        if not self._filter_failed:
            try:
                self._joined += self._stream.flush()
            except Exception as error:
                self._fail_closed(error)
        if self._filter_failed:
            finish, message = "failed", self._texts.failed
        elif self._stream.blocked:
            finish, message = "filtered", self._texts.filtered_of(self._blocked_category())
        self.release()
        if finish in ("stop", "length") and not self._shown.strip() and message is None:
            message = self._texts.fallback
        asked_at_ms = self.began.asked_at_ms
        usage = usage.model_copy(
            update={
                "queue_ms": max(0, (self._began_at_ms or now_ms) - asked_at_ms),
                "first_token_ms": (
                    None if self._first_at_ms is None else max(0, self._first_at_ms - asked_at_ms)
                ),
                "total_ms": max(0, now_ms - asked_at_ms),
            }
        )
        # A stream that broke may break again when it is asked what it found.
        matches = () if self._filter_failed else self._stream.matches
        if matches:
            version, text = self.began.lists_version, self._stream.raw_text
            self._out.add(Hits(Direction.ANSWER, matches, self.id, now_ms, version, text))
        self._out.add(
            TurnEnded(
                turn=self.id,
                question=self.began.question,
                answer=self._shown,
                exact=not self._filter_failed and self._shown == self._stream.raw_text,
                finish=finish,
                usage=usage,
                asked_at_ms=asked_at_ms,
                ended_at_ms=now_ms,
                replaces=self.began.replaces,
                origin=self._origin,
            )
        )
        marked = [text for text in self._unsupported if text in self._shown] or None
        self._out.show(
            lambda seq: Done(
                seq=seq, turn=self.id, finish=finish, message=message, usage=usage, unsupported=marked
            )
        )

    def _blocked_category(self) -> str | None:
        blocking = (match for match in self._stream.matches if match.action is Action.BLOCK)
        return next((match.category for match in blocking), None)

    def _fail_closed(self, error: Exception) -> None:
        self._filter_failed = True
        self._out.add(FilterFailed(error))
