"""What the machines of the protocol ask of whoever runs them: data only.

Effects of a connection are performed at once; effects of a conversation are made
durable together and in order, and only then shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from filters import Direction, Match
from server.protocol.frames import (
    Accepted,
    Ask,
    AskTeacher,
    Delta,
    Done,
    Error,
    Finish,
    Hello,
    Origin,
    Pong,
    Queued,
    Rate,
    Refused,
    Regenerate,
    Sources,
    Started,
    Stop,
    TeacherAnswer,
    TeacherThread,
    Thread,
    ThreadState,
    Usage,
)

Command = Ask | Stop | Regenerate | Rate | AskTeacher | TeacherThread
Numbered = Accepted | Refused | Queued | Started | Sources | Delta | Done | Thread | TeacherAnswer

# --- of one connection --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Send:
    """Send this to the one connection; it is nobody else's affair and is not journalled."""

    frame: Error | Pong


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection; nothing is sent after it."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Join:
    """Find the conversation that `hello` names (or begin one) and say `joined` or `not_joined`."""

    hello: Hello


@dataclass(frozen=True, slots=True)
class Carry:
    """A frame for the conversation that was joined."""

    frame: Command


SessionEffect = Send | Close | Join | Carry

# --- of one conversation ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Show:
    """Journal this frame, then send it to everyone who watches."""

    frame: Numbered


@dataclass(frozen=True, slots=True)
class TurnBegan:
    """Remember a question, as it was shown."""

    turn: str
    ask_id: str
    question: str
    asked_at_ms: int
    lists_version: int
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """Remember the answer, as it was shown. `exact` is true if that is all the model produced."""

    turn: str
    question: str
    answer: str
    exact: bool
    finish: Finish
    usage: Usage
    asked_at_ms: int
    ended_at_ms: int
    replaces: str | None = None
    origin: Origin = "model"


@dataclass(frozen=True, slots=True)
class Hits:
    """Words were hit. `text` is what matches point into; whether any of it is kept is not decided here."""

    direction: Direction
    matches: tuple[Match, ...]
    turn: str | None  # None: the question was blocked
    at_ms: int
    lists_version: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class ThreadMoved:
    """Remember how a thread with the teacher stands, and what was written to it."""

    turn: str
    state: ThreadState
    at_ms: int
    text: str | None = None  # as it was shown
    by: str | None = None  # the teacher who wrote it; None: the asker


@dataclass(frozen=True, slots=True)
class FilterFailed:
    """The filter itself broke: nothing passed, and someone must know."""

    error: Exception


ConversationEffect = Show | TurnBegan | TurnEnded | Hits | ThreadMoved | FilterFailed
