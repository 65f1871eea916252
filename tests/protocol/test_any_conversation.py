"""One conversation as a state machine: anything, in any order."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from server.errors import ClientProblem
from server.protocol.conversation import ConversationMachine, Proposal
from server.protocol.frames import Accepted, Ask, Done, Refused, Regenerate
from tests.chat.house import DEFAULT
from tests.protocol.talk import ASKER, frames_of, machine


class AnyConversation(RuleBasedStateMachine):
    """Law 7 for the conversation: nothing raises, frames are numbered by one, every turn ends once."""

    def __init__(self) -> None:
        super().__init__()
        self.one: ConversationMachine = machine()
        self.turns: list[Any] = []
        self.seq = 0
        self.open: str | None = None

    def latest(self) -> Any:
        return self.turns[-1] if self.turns else None

    @rule(ask_id=st.sampled_from("abcdef"), text=st.sampled_from(["", "好", "坏蛋词", "遮住词", "x" * 101]))
    def ask(self, ask_id: str, text: str) -> None:
        """A question, which a source may take or not."""
        try:
            decision = self.one.ask(Ask(id=ask_id, text=text), ASKER, DEFAULT, 0)
        except ClientProblem:
            return
        self.settle(decision)

    @rule(number=st.integers(0, 5))
    def regenerate(self, number: int) -> None:
        """Some turn anew."""
        try:
            self.settle(self.one.regenerate(Regenerate(turn=f"t{number}"), ASKER, DEFAULT, 0))
        except ClientProblem:
            return

    def settle(self, decision: Any) -> None:
        if isinstance(decision, Proposal):
            if len(self.turns) % 4 == 3:
                self.one.turn_away(decision, "忙", 1.0)
                self.turns.append(None)
            else:
                self.turns.append(self.one.accept(decision, f"t{len(self.turns)}", 0))

    @rule(
        what=st.sampled_from(["waiting", "begun", "piece", "block", "stop", "length", "cancelled", "failed"])
    )
    def source(self, what: str) -> None:
        """The source says something, in any order, also after the end."""
        turn = self.latest()
        if turn is None:
            return
        match what:
            case "waiting":
                turn.waiting(len(self.turns), 10.0)
            case "begun":
                turn.begun(0, 1, "new", 0)
            case "piece":
                turn.piece("遮住", 0)
            case "block":
                turn.piece("坏蛋词", 0)
            case "failed":
                turn.failed(0)
            case finish:
                turn.ended(finish, 0)

    @rule(why=st.sampled_from(["stopped", "gone", "closing"]), number=st.integers(0, 5))
    def stop(self, why: Any, number: int) -> None:
        """Someone has had enough."""
        self.one.stop(f"t{number}", why)

    @rule()
    def commit(self) -> None:
        """Everything is made durable and shown."""
        for frame in frames_of(self.one.drain()):
            self.seq += 1
            assert frame.seq == self.seq
            if isinstance(frame, Accepted):
                assert self.open is None
                self.open = frame.turn
            elif isinstance(frame, Done):
                assert frame.turn == self.open
                self.open = None
            elif not isinstance(frame, Refused):
                assert frame.turn == self.open

    @invariant()
    def numbers_are_known(self) -> None:
        """The machine knows the number of its newest frame."""
        assert self.one.last_seq >= self.seq


AnyConversation.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestLaw7ConversationNeverRaises = AnyConversation.TestCase
