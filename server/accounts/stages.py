"""Stages of classes: whether pupils ask freely, within limits, or only what was prepared for them.

It knows the switches and who chose them, and counts a day's questions; what a refusal says is not known here.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from server.accounts.who import Who
from server.storage import audit, classes, stages
from server.storage.database import Database
from server.storage.stages import StoredStage

LONGEST_LED_MINUTES = 240
LIMITED_QUESTIONS_A_DAY = 40  # of one pupil in lower secondary
LIMITED_ANSWER_TOKENS = 400


class Stage(StrEnum):
    """How freely a class asks (after the guide of the ministry of education, 2025)."""

    PRIMARY = "primary"
    LOWER_SECONDARY = "lower_secondary"
    UPPER_SECONDARY = "upper_secondary"


class StageView(BaseModel):
    """The switches of a class; `led_until_ms` is 0 unless a teacher leads a session until then."""

    model_config = ConfigDict(frozen=True)

    stage: Stage = Stage.UPPER_SECONDARY
    hints_first: bool = False
    led_until_ms: int = 0
    led_by: str = ""

    def is_led(self, now_ms: int) -> bool:
        """Whether a teacher leads a session now."""
        return now_ms < self.led_until_ms

    @property
    def wants_hints(self) -> bool:
        """Whether hints come before solutions."""
        return self.hints_first or self.stage is Stage.LOWER_SECONDARY


class StageChoice(BaseModel):
    """What an administrator chooses for a class."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stage: Stage
    hints_first: bool = False


class LedChoice(BaseModel):
    """For how many minutes a teacher leads from now on; 0 ends it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    minutes: int = Field(ge=0, le=LONGEST_LED_MINUTES)


class Stages:
    """The switches of all classes.

    Args:
        database: where they are kept.
        timezone: the school's, in which a day begins.
    """

    def __init__(self, database: Database, timezone: str) -> None:
        self._database = database
        self._zone = ZoneInfo(timezone)

    async def of(self, class_id: str | None) -> StageView:
        """The switches of a class; outside every class everything is open.

        Raises:
            StorageProblem: the database refused.
        """
        if class_id is None:
            return StageView()
        async with self._database.read() as connection:
            return _view(await stages.get(connection, class_id))

    async def list_all(self) -> dict[str, StageView]:
        """The switches of every class for which something was chosen."""
        async with self._database.read() as connection:
            return {class_id: _view(row) for class_id, row in (await stages.list_all(connection)).items()}

    async def choose(self, class_id: str, choice: StageChoice, *, who: str, now_ms: int) -> StageView:
        """Choose the stage of a class; in effect from the next question.

        Raises:
            StorageProblem: the database refused.
        """
        async with self._database.write() as connection:
            row = await classes.get(connection, class_id)
            old = await stages.get(connection, class_id)
            new = StoredStage(str(choice.stage), choice.hints_first, old.led_until_ms, old.led_by)
            await stages.put(connection, class_id, new)
            await audit.append(
                connection,
                at_ms=now_ms,
                who=who,
                what="choose_stage",
                subject=row.name if row else class_id,
                detail=choice.model_dump(mode="json"),
            )
        return _view(new)

    async def lead(self, class_id: str, minutes: int, *, who: Who, now_ms: int) -> StageView:
        """Let a class ask freely while its teacher leads; 0 minutes end it.

        Raises:
            StorageProblem: the database refused.
        """
        async with self._database.write() as connection:
            row = await classes.get(connection, class_id)
            old = await stages.get(connection, class_id)
            until_ms = now_ms + minutes * 60_000 if minutes else 0
            new = StoredStage(old.stage, old.hints_first, until_ms, (who.name or "") if minutes else "")
            await stages.put(connection, class_id, new)
            await audit.append(
                connection,
                at_ms=now_ms,
                who=who.name or who.id,
                what="lead_session",
                subject=row.name if row else class_id,
                detail={"minutes": minutes},
            )
        return _view(new)

    async def asked_today(self, class_id: str, asker: str, now_ms: int) -> int:
        """How many questions a pupil (by pseudonym) asked today."""
        day = datetime.fromtimestamp(now_ms / 1000, self._zone).toordinal()
        async with self._database.read() as connection:
            return await stages.questions_of_day(connection, class_id, day, asker)


def _view(row: StoredStage) -> StageView:
    return StageView(
        stage=Stage(row.stage),
        hints_first=row.hints_first,
        led_until_ms=row.led_until_ms,
        led_by=row.led_by,
    )
