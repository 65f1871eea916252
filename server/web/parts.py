"""What the routes need of the house, and what one request is to an endpoint.

The wiring's house has this shape; the web does not know how it is made.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.requests import HTTPConnection, Request

from server.accounts import Accounts, Stages, Who
from server.chat import ChatDesk, OwnData, Retention
from server.embedding import QuestionVectors
from server.knowledge import AnswerAttachments, AnswerDesk, AnswerFiles, DocumentDesk
from server.metrics import Metrics
from server.moderation import PublishedFilter, WordDesk
from server.office import ExampleDesk, PresetDesk
from server.presets import Preset
from server.records import Records
from server.settings import Settings
from server.sources.types import Source
from server.storage.acts import By
from server.topics import (
    GroupDesk,
    GroupStatistics,
    PrivateFilter,
    SafetyStatistics,
    Statistics,
    TopicDesk,
)
from server.web.languages import Language, language_of
from server.web.origins import Origins


class Parts(Protocol):
    """Everything behind the routes."""

    settings: Settings
    preset: Preset
    presets: PresetDesk
    examples: ExampleDesk
    metrics: Metrics
    source: Source
    accounts: Accounts
    stages: Stages
    words: WordDesk
    records: Records
    published: PublishedFilter
    topics: TopicDesk
    statistics: Statistics
    safety: SafetyStatistics
    groups: GroupDesk
    documents: DocumentDesk
    group_statistics: GroupStatistics
    private: PrivateFilter | None
    answers: AnswerDesk
    answer_files: AnswerFiles
    attachments: AnswerAttachments
    embedding: QuestionVectors | None
    chat: ChatDesk
    retention: Retention
    own: OwnData
    started_at_ms: int

    async def record(
        self, *, at_ms: int, who: str, what: str, subject: str, detail: dict[str, Any] | None = None
    ) -> None:
        """Put an act on the audit log.

        Raises:
            StorageProblem: the database refused, and the act must not be done.
        """
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """One request at its endpoint: who asks, and everything that can be asked."""

    request: Request
    parts: Parts
    who: Who | None
    now_ms: int

    @property
    def user(self) -> Who:
        """Who asks, where the route lets in none but known people."""
        assert self.who is not None
        return self.who

    @property
    def user_name(self) -> str:
        """The name under which a change is recorded."""
        return self.user.name or self.user.id

    @property
    def by(self) -> By:
        """Who does something now, for the audit log."""
        return By(self.user_name, self.now_ms)

    @property
    def language(self) -> Language:
        """The language for the people at the other end."""
        return language_of(self.request)

    @property
    def address(self) -> str:
        """Where the request comes from, as far as trusted proxies tell."""
        return address_of(self.request)


def parts_of(connection: HTTPConnection) -> Parts:
    """The parts that `make_app` put into the application's state."""
    parts: Parts = connection.app.state.parts
    return parts


def origins_of(connection: HTTPConnection) -> Origins:
    """The origins that `make_app` put into the application's state."""
    origins: Origins = connection.app.state.origins
    return origins


def address_of(connection: HTTPConnection) -> str:
    """The address at the other end; empty where there is none (a socket file)."""
    return connection.client.host if connection.client else ""


def now_ms() -> int:
    """The time, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000
