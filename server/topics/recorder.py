"""Counts questions as they end: when, from which class, on which topics, with what outcome.

The text is looked at for its topics and then dropped. It does not know how a turn came to its end.
"""

from __future__ import annotations

from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from server.errors import StorageProblem
from server.storage import facts, groups
from server.storage.database import Database
from server.topics.desk import TopicDesk
from server.topics.grouping import Placed
from server.topics.groups import GroupDesk
from server.topics.periods import local_time
from server.topics.sheets import OUTCOMES

log = structlog.get_logger(__name__)

_LOOKED_AT_CHARS = 8000  # a question is bounded by a setting; this holds whatever that says


class Outdated(Protocol):
    """Keeps what was counted until it is told that this is no longer so."""

    def outdate(self, class_id: str | None) -> None: ...


class Recorder:
    """Writes one fact a question.

    Args:
        database: where questions are counted.
        desk: knows the topics in effect.
        groups: finds the group of like questions; None where nothing is grouped.
        timezone: the school's time zone.
        statistics: told what changed, so that it may keep what did not.
    """

    def __init__(
        self,
        database: Database,
        desk: TopicDesk,
        groups: GroupDesk | None = None,
        *,
        timezone: str,
        statistics: Outdated | None = None,
    ) -> None:
        self._database = database
        self._desk = desk
        self._groups = groups
        self._statistics = statistics
        self._zone = ZoneInfo(timezone)

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
        """Count one question. A chat goes on even where this fails: that is logged, not raised.

        Args:
            turn_id: its turn; None for a question that was blocked and never became one.
            asker: the pseudonym within the class.
            text: what was asked; None where it must not be looked at (a blocked question).
            outcome: answered, blocked, stopped, filtered or failed.
            origin: model, approved_answer or none.
        """
        assert outcome in OUTCOMES, outcome
        assert "," not in asker and asker, "sums are told apart by a comma"
        topics = (
            self._desk.matcher.topics_of(text[:_LOOKED_AT_CHARS]) if text and outcome != "blocked" else ()
        )
        # What is stored nowhere else must not live on in a group: only a turn's text does.
        placed = Placed(None)
        if self._groups is not None and turn_id is not None and text and outcome != "blocked":
            placed = await self._groups.place(class_id, text)
        asked_at = local_time(asked_at_ms, self._zone)
        fact = facts.NewFact(
            turn_id=turn_id,
            asked_at_ms=asked_at_ms,
            local_day=asked_at.toordinal(),
            local_hour=asked_at.hour,
            class_id=class_id,
            asker=asker,
            outcome=outcome,
            origin=origin,
            first_token_ms=first_token_ms,
            total_ms=total_ms,
            group_id=placed.group,
        )
        try:
            async with self._database.write() as connection:
                is_new = await facts.record(connection, fact, topics)
                if is_new and placed.is_wording and turn_id is not None and placed.group is not None:
                    await groups.add_wording(connection, turn_id, class_id, placed.group)
            if self._statistics is not None:
                self._statistics.outdate(class_id)
        except StorageProblem as problem:
            log.warning("question not counted", turn_id=turn_id, problem=str(problem))

    async def rated(self, turn_id: str, value: int | None) -> None:
        """Note how the asker judged an answer; like `question` it never raises for the database."""
        try:
            async with self._database.write() as connection:
                rated = await facts.set_rating(connection, turn_id, value)
            if self._statistics is not None:
                for class_id in rated:
                    self._statistics.outdate(class_id)
        except StorageProblem as problem:
            log.warning("rating not counted", turn_id=turn_id, problem=str(problem))
