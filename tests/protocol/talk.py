"""What the tests of the conversation machine share."""

from __future__ import annotations

from typing import Any

from filters import Direction, Pipeline, Stream, WordList
from server.protocol.conversation import Asker, ConversationMachine, Proposal
from server.protocol.effects import ConversationEffect, Show
from server.protocol.frames import Ask, Delta, Done
from server.protocol.turn import RunningTurn
from tests.chat.house import DEFAULT, TEXTS

ASKER = Asker(TEXTS["zh"])


def machine(**more: Any) -> ConversationMachine:
    """A new conversation."""
    return ConversationMachine(**{"question_chars": 100, **more})


def propose(
    one: ConversationMachine, text: str = "你好", ask_id: str = "a", pipeline: Pipeline | None = DEFAULT
) -> Any:
    """Ask, and get what the machine made of it."""
    return one.ask(Ask(id=ask_id, text=text), ASKER, pipeline, 0)


def begin(one: ConversationMachine, text: str = "你好", pipeline: Pipeline = DEFAULT) -> RunningTurn:
    """Ask something that is accepted."""
    proposal = propose(one, text, f"ask-{one.last_seq}", pipeline)
    assert isinstance(proposal, Proposal)
    return one.accept(proposal, f"turn-{one.last_seq}", 0)


def frames_of(effects: list[ConversationEffect]) -> list[Any]:
    """The frames among the effects."""
    return [effect.frame for effect in effects if isinstance(effect, Show)]


def text_of(effects: list[ConversationEffect]) -> str:
    """What the deltas among the effects say."""
    return "".join(frame.text for frame in frames_of(effects) if isinstance(frame, Delta))


def done_of(effects: list[ConversationEffect]) -> Done:
    """The one end among the effects."""
    (done,) = [frame for frame in frames_of(effects) if isinstance(frame, Done)]
    return done


class BrokenStream(Stream):
    """A stream that raises where it should filter."""

    def __init__(self) -> None:
        self.blocked = False

    def feed(self, piece: str) -> str:
        raise RuntimeError("broken")

    def flush(self) -> str:
        raise RuntimeError("broken")


class BrokenPipeline(Pipeline):
    """A filter that raises on questions or on answers."""

    def __init__(self, at: Direction) -> None:
        super().__init__(WordList(1, ()))
        self._at = at

    def check(self, text: str, direction: Direction, *, before: str = "") -> Any:
        if direction is self._at:
            raise RuntimeError("broken")
        return super().check(text, direction)

    def stream(self, direction: Direction) -> Stream:
        return BrokenStream()
