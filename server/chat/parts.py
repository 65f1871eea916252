"""What the chat is built from and the rules it keeps: data and small interfaces, no behaviour."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from filters import Pipeline
from server.accounts import ClassRef, Who
from server.chat.hit_notes import HitNotes
from server.chat.permits import Stages
from server.errors import StorageProblem
from server.knowledge import Finding
from server.metrics import Metrics
from server.presets import Preset
from server.protocol.texts import Texts
from server.settings import Chatters, Settings
from server.sources.types import Sampling, Source
from server.storage.database import Database


class Published(Protocol):
    """The filter in effect."""

    def of(self, class_id: str | None) -> Pipeline:
        """What counts in a class; read at the start of every turn.

        Raises:
            StorageProblem: there is none, and no question may pass.
        """
        ...

    def refusals(self, lang: str, class_id: str | None = None) -> Mapping[str, str]:
        """What is said in place of the preset's refusal, by category."""
        ...


class Private(Protocol):
    """What takes contacts, numbers, addresses and listed names of people out of questions."""

    def of(self, class_id: str | None) -> Pipeline:
        """What is looked for in a class."""
        ...


class Recorder(Protocol):
    """Who counts questions for the statistics. A failure is logged and costs no answer."""

    async def question(
        self,
        *,
        turn_id: str | None,
        asked_at_ms: int,
        class_id: str | None,
        asker: str,
        text: str | None,
        outcome: str,
        origin: str,
        first_token_ms: int | None,
        total_ms: int | None,
    ) -> None:
        """A question came to its end: answered, blocked (then without turn and text), stopped,
        filtered or failed. `asker` is the pseudonym."""
        ...

    async def rated(self, turn_id: str, value: int | None) -> None:
        """A reader found the answer good (1) or bad (-1)."""
        ...


class Knowledge(Protocol):
    """What people have approved."""

    async def find(self, question: str, class_id: str | None) -> Finding:
        """What fits a question of somebody in this class. A failure is logged, and nothing is found."""
        ...

    def served(self, answer_id: str) -> None:
        """Somebody is given this approved answer."""
        ...


JoinClass = Callable[[Who, str, str, int], Awaitable[ClassRef]]  # who, code, address, now_ms


@dataclass(frozen=True, slots=True)
class ChatRules:
    """The chat's slice of the settings."""

    who_may_chat: Chatters = "open"
    question_chars: int = 2000
    frame_bytes: int = 65536
    max_answer_tokens: int = 1024
    asks_per_minute: int = 20
    asks_per_minute_address: int = 600
    connections_per_user: int = 8
    connections_per_address: int = 500
    grace_seconds: float = 30.0
    idle_seconds: float = 600.0
    join_ms: int = 40
    outbox_frames: int = 1000
    # Not settings: how long a source may take to obey a cancel, and running answers at a shutdown.
    drain_seconds: float = 5.0
    closing_seconds: float = 3.0

    @classmethod
    def of(cls, settings: Settings) -> ChatRules:
        """Take the chat's slice."""
        taken = {name: getattr(settings, name) for name in cls.__slots__ if name in Settings.model_fields}
        return cls(**taken)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything a live conversation needs, made once by the desk."""

    database: Database
    source: Source
    published: Published
    preset: Preset
    rules: ChatRules
    recorder: Recorder
    metrics: Metrics
    pseudonym: Callable[[str, str | None, int], str]  # owner, class, moment → the name for records
    join_class: JoinClass
    texts: Mapping[str, Texts]
    knowledge: Knowledge | None = None
    stages: Stages | None = None  # of classes; None: everything is open
    hit_notes: HitNotes | None = None  # what the record keeps of a hit beside its word
    private: Private | None = None  # at work before anything is stored
    now_ms: Callable[[], int] = field(default=_now_ms)

    def pipeline(self, class_id: str | None) -> Pipeline | None:
        """The filter in effect in a class; None: there is none, and no question may pass."""
        try:
            return self.published.of(class_id)
        except StorageProblem:
            return None

    @property
    def sampling(self) -> Sampling:
        """How answers are drawn: the preset's word, within what the settings allow."""
        wanted = self.preset.sampling
        return Sampling(
            temperature=wanted.temperature,
            top_p=wanted.top_p,
            repetition_penalty=wanted.repetition_penalty,
            max_tokens=min(wanted.max_tokens, self.rules.max_answer_tokens),
        )
