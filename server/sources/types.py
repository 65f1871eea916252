"""What a source of replies is: the interface that `server.chat` speaks, and its data."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

Reason = Literal["hit", "new", "evicted", "edited", "truncated", "filtered", "restart"]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are chosen. `temperature` 0 is greedy; `seed` makes a draw repeatable."""

    temperature: float = 0.7
    top_p: float = 0.8
    repetition_penalty: float = 1.05
    max_tokens: int = 1024
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class TurnIds:
    """The exact token ids of a turn; `tokenizer` is the fingerprint of what made them."""

    tokenizer: str
    question: tuple[int, ...]  # the content of the user's part, without control tokens
    answer: tuple[int, ...]  # the content of the reply, without its end token


@dataclass(frozen=True, slots=True)
class PastTurn:
    """A turn as it was shown. `ids` is None where the shown text is not what the model produced."""

    question: str
    answer: str
    ids: TurnIds | None = None


@dataclass(frozen=True, slots=True)
class ReplyRequest:
    """Everything a source needs for one reply; it keeps no state that correctness depends on.

    `hint` tells why the history may differ from what was cached (`edited`, `filtered`), for the report alone.
    """

    id: str
    conversation: str
    user: str  # whom to be fair to
    system: str
    question: str
    turns: Sequence[PastTurn] = ()
    sampling: Sampling = field(default_factory=Sampling)
    hint: Literal["edited", "filtered"] | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """The request waits behind `position` others, about `eta_seconds`."""

    position: int
    eta_seconds: float


@dataclass(frozen=True, slots=True)
class Begun:
    """Computing began: `reused` tokens were cached, `prefilled` are computed now."""

    reused: int
    prefilled: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Piece:
    """More text; whole characters only."""

    text: str
    num_tokens: int = 1


@dataclass(frozen=True, slots=True)
class Ended:
    """The last event, always: `stop` (the model ended), `length`, or `cancelled`."""

    finish: Literal["stop", "length", "cancelled"]
    ids: TurnIds | None
    prompt_tokens: int
    reused_tokens: int
    generated_tokens: int


SourceEvent = Waiting | Begun | Piece | Ended


class Reply(Protocol):
    """A reply under way: iterate its events to `Ended`. `SourceProblem` may be raised while iterating."""

    def __aiter__(self) -> AsyncIterator[SourceEvent]: ...

    def cancel(self) -> None:
        """Stop within one step. Idempotent; `Ended(finish="cancelled")` still follows."""
        ...


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """What `/readyz` and the administrator see."""

    ready: bool
    model: str
    note: str = ""  # why it is not ready, in one sentence
    running: int = 0
    waiting: int = 0
    restarts: int = 0
    resident_bytes: int = 0
    kv_bytes: int = 0
    steps: int = 0  # computed since the engine's latest start
    is_elsewhere: bool = False  # what is asked leaves this machine


class Source(Protocol):
    """Where replies come from."""

    async def start(self) -> None:
        """Begin to become ready; returns before it is."""
        ...

    async def close(self) -> None: ...

    def status(self) -> SourceStatus: ...

    def reply(self, request: ReplyRequest) -> Reply:
        """Begin a reply.

        Raises:
            SourceProblem: `busy` (the queue is full) or `unavailable`.
        """
        ...

    def forget(self, conversation: str) -> None:
        """The conversation was deleted: drop what is cached for it."""
        ...
