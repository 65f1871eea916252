"""One conversation as a state machine: who may ask what when, and how a turn begins.

A question goes through the input filter here before anyone else sees it. It does not
know the source, the database or the connections; the time is an argument.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from filters import Action, Direction, Pipeline, Verdict
from server.errors import ClientProblem
from server.protocol.carries import Carry
from server.protocol.effects import ConversationEffect, FilterFailed, Hits, TurnBegan
from server.protocol.frames import Accepted, Ask, Notice, RefusalCode, Refused, Regenerate
from server.protocol.rates import TokenBucket, take_from_all
from server.protocol.texts import Texts
from server.protocol.turn import Outgoing, RunningTurn, Why

REMEMBERED_REFUSALS = 256
# A refusal of these kinds is about the question itself; the others may be tried again with the same id.
DECISIVE: frozenset[RefusalCode] = frozenset({"filter", "too_long"})


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks.

    Args:
        texts: what they are told, in their language.
        buckets: how much they may ask.
        carry: the end of what they sent before.
        private: masks what a question that passed gives away of people; None leaves it.
    """

    texts: Texts
    buckets: Sequence[TokenBucket] = field(default_factory=tuple)
    carry: Carry = field(default_factory=Carry)
    private: Pipeline | None = None


@dataclass(frozen=True, slots=True)
class Repeat:
    """This `id` was decided before: the frame with this number says how."""

    seq: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question that passed the filter and waits for a source to take it: `accept` or `turn_away`."""

    ask_id: str | None  # None: made by the server, for an answer anew
    question: str
    raw: str  # as it was written: the matches of the verdict point into it
    replaces: str | None
    verdict: Verdict
    pipeline: Pipeline
    texts: Texts
    hid_private: bool = False


def _notices(verdict: Verdict, hid_private: bool) -> list[Notice] | None:
    """What the writer of a question is told about it."""
    actions = {match.action for match in verdict.matches}
    found: dict[Notice, bool] = {
        "masked": hid_private or bool(actions & {Action.MASK, Action.REPLACE}),
        "warned": Action.WARN in actions,
    }
    return [notice for notice, is_due in found.items() if is_due] or None


class ConversationMachine:
    """Turns of one conversation, one at a time.

    Args:
        last_seq: the number of the newest frame.
        question_chars: longest question.
        outcomes: frame numbers of `accepted` and `refused` by the id that was asked.
        last_turn: id and question of the newest turn, for `regenerate`.
    """

    def __init__(
        self,
        *,
        last_seq: int = 0,
        question_chars: int,
        outcomes: Mapping[str, int] | None = None,
        last_turn: tuple[str, str] | None = None,
    ) -> None:
        self._out = Outgoing(last_seq)
        self._question_chars = question_chars
        self._decided = dict(outcomes or {})
        self._refusals: OrderedDict[str, None] = OrderedDict()
        self._last_turn = last_turn
        self._turn: RunningTurn | None = None

    @property
    def running(self) -> RunningTurn | None:
        """The turn that has no `done` yet."""
        return None if self._turn is None or self._turn.over else self._turn

    @property
    def outgoing(self) -> Outgoing:
        """Where effects go in their order: threads with a teacher put theirs there, too."""
        return self._out

    @property
    def last_seq(self) -> int:
        """The number of the newest frame that was made, committed or not."""
        return self._out.last_seq

    @property
    def has_text(self) -> bool:
        """Whether `drain` would make a `delta`."""
        return self.running is not None and self.running.has_text

    def take(self) -> list[ConversationEffect]:
        """What was decided since the last call, to be made durable and shown, in order."""
        return self._out.take()

    def drain(self) -> list[ConversationEffect]:
        """The same; and the text that the filter has released so far becomes one `delta`."""
        if self.running is not None:
            self.running.release()
        return self._out.take()

    def would_consider(self, frame: Ask) -> bool:
        """Whether `ask` would look at the question itself: worth looking up what is known about it."""
        is_new = frame.id not in self._decided and self.running is None
        return is_new and 0 < len(frame.text.strip()) <= self._question_chars

    def question_of(self, turn: str) -> str | None:
        """The question of the newest turn, if it is this one and could be answered anew."""
        if self._last_turn is None or self._last_turn[0] != turn or self.running is not None:
            return None
        return self._last_turn[1]

    # --- questions ------------------------------------------------------------------

    def ask(
        self, frame: Ask, asker: Asker, pipeline: Pipeline | None, now_ms: int
    ) -> Proposal | Repeat | None:
        """A question came. None means it was refused.

        Raises:
            ClientProblem: `empty_question`.
        """
        if frame.id in self._decided:
            return Repeat(self._decided[frame.id])
        question = frame.text.strip()
        if not question:
            raise ClientProblem("empty_question", asker.texts.empty_question)
        if len(question) > self._question_chars:
            message = asker.texts.too_long.format(question_chars=self._question_chars)
            self._refuse(frame.id, "too_long", message)
            return None
        return self._propose(frame.id, question, None, asker, pipeline, now_ms)

    def regenerate(
        self, frame: Regenerate, asker: Asker, pipeline: Pipeline | None, now_ms: int
    ) -> Proposal | None:
        """The newest turn is to be answered anew. None means it was refused.

        Raises:
            ClientProblem: `no_such_turn`, when it is not the newest.
        """
        if self._last_turn is None or self._last_turn[0] != frame.turn:
            raise ClientProblem("no_such_turn", asker.texts.no_such_turn)
        return self._propose(None, self._last_turn[1], frame.turn, asker, pipeline, now_ms)

    def accept(self, proposal: Proposal, turn: str, now_ms: int) -> RunningTurn:
        """A source has taken the question: the turn begins."""
        ask_id = proposal.ask_id or f"again:{turn}"
        began = TurnBegan(
            turn=turn,
            ask_id=ask_id,
            question=proposal.question,
            asked_at_ms=now_ms,
            lists_version=proposal.verdict.lists_version,
            replaces=proposal.replaces,
        )
        self._out.add(began)
        self._note_hits(proposal.verdict, turn, now_ms, proposal.raw)
        self._out.show(
            lambda seq: Accepted(
                seq=seq,
                id=ask_id,
                turn=turn,
                text=proposal.question,
                regenerates=proposal.replaces,
                notices=_notices(proposal.verdict, proposal.hid_private),
            )
        )
        self._decided[ask_id] = self.last_seq
        self._last_turn = (turn, proposal.question)
        self._turn = RunningTurn(began, proposal.pipeline, proposal.texts, self._out)
        return self._turn

    def turn_away(
        self,
        proposal: Proposal,
        message: str,
        retry_after_seconds: float | None,
        code: RefusalCode = "busy",
    ) -> None:
        """Nobody takes the question now. The same `id` may try again: nothing was decided about it."""
        self._refuse(self._refusal_id(proposal), code, message, retry_after_seconds=retry_after_seconds)

    def _propose(
        self,
        ask_id: str | None,
        question: str,
        replaces: str | None,
        asker: Asker,
        pipeline: Pipeline | None,
        now_ms: int,
    ) -> Proposal | None:
        refusal_id = ask_id or f"again:{replaces}"
        if self.running is not None:
            self._refuse(refusal_id, "busy", asker.texts.one_at_a_time)
            return None
        wait_seconds = take_from_all(asker.buckets, now_ms)
        if wait_seconds > 0:
            self._refuse(
                refusal_id, "too_fast", asker.texts.too_fast, retry_after_seconds=round(wait_seconds, 1)
            )
            return None
        if pipeline is None:
            self._refuse(refusal_id, "busy", asker.texts.not_ready)
            return None
        try:
            # A question that is asked again was checked with what came before it already.
            before = asker.carry.before(now_ms) if replaces is None else ""
            verdict = pipeline.check(question, Direction.QUESTION, before=before)
            asked = verdict.text
            if asker.private is not None and not verdict.blocked:
                asked = asker.private.check(asked, Direction.QUESTION).text
        except Exception as error:  # whatever it is: without a verdict nothing passes
            self._out.add(FilterFailed(error))
            self._refuse(refusal_id, "busy", asker.texts.not_ready)
            return None
        if verdict.blocked:
            if any(match.carried for match in verdict.matches):
                asker.carry.refused(now_ms)
            self._note_hits(verdict, None, now_ms, question)
            message = asker.texts.refusal_of(verdict.category)
            self._refuse(refusal_id, "filter", message, category=verdict.category)
            return None
        if replaces is None:
            asker.carry.keep(question, now_ms)
        hid_private = asked != verdict.text
        return Proposal(ask_id, asked, question, replaces, verdict, pipeline, asker.texts, hid_private)

    @staticmethod
    def _refusal_id(proposal: Proposal) -> str:
        return proposal.ask_id or f"again:{proposal.replaces}"

    def _refuse(
        self,
        ask_id: str,
        code: RefusalCode,
        message: str,
        *,
        category: str | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        self._out.show(
            lambda seq: Refused(
                seq=seq,
                id=ask_id,
                code=code,
                category=category,
                message=message,
                retry_after_seconds=retry_after_seconds,
            )
        )
        if code in DECISIVE and not ask_id.startswith("again:"):
            self._decided[ask_id] = self.last_seq
            self._refusals[ask_id] = None
            if len(self._refusals) > REMEMBERED_REFUSALS:
                del self._decided[self._refusals.popitem(last=False)[0]]

    def _note_hits(self, verdict: Verdict, turn: str | None, now_ms: int, raw: str) -> None:
        if verdict.matches:
            version = verdict.lists_version
            self._out.add(Hits(Direction.QUESTION, verdict.matches, turn, now_ms, version, raw))

    def stop(self, turn: str, why: Why) -> bool:
        """End the answer of `turn`. True if it runs and its source must be cancelled."""
        if self.running is None or self.running.id != turn:
            return False
        self.running.wish_end(why)
        return True
