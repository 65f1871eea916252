"""What the stage of a class means for one question: passed, limited, or refused with a kind word.

It does not know where the switches are kept, nor how answers are found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from server.accounts import Stage, StageView, Who
from server.accounts.stages import LIMITED_ANSWER_TOKENS, LIMITED_QUESTIONS_A_DAY
from server.knowledge import Finding, Offered, Served
from server.protocol.texts import Texts
from server.sources.types import Sampling


class Stages(Protocol):
    """Who knows the switches of classes."""

    async def of(self, class_id: str | None) -> StageView: ...

    async def asked_today(self, class_id: str, asker: str, now_ms: int) -> int: ...


@dataclass(frozen=True, slots=True)
class Permit:
    """What somebody may ask now."""

    only_approved: bool = False
    used_up: bool = False
    is_limited: bool = False

    def refusal(self, finding: Finding, texts: Texts) -> str | None:
        """What is said in place of an answer; None where there is to be one."""
        if isinstance(finding, Served | Offered):
            return None  # what people approved is open to everybody, and costs nothing
        if self.only_approved:
            return texts.stage
        return texts.stage_day.format(most=LIMITED_QUESTIONS_A_DAY) if self.used_up else None

    def sampling(self, wanted: Sampling) -> Sampling:
        """How the answer is drawn: shorter where questions are limited."""
        if not self.is_limited:
            return wanted
        return replace(wanted, max_tokens=min(wanted.max_tokens, LIMITED_ANSWER_TOKENS))


async def permit_of(
    stages: Stages | None, who: Who, pseudonym: Callable[[str, str | None, int], str], now_ms: int
) -> Permit:
    """What somebody may ask at this moment.

    Raises:
        StorageProblem: the database refused.
    """
    if stages is None or who.class_id is None:
        return Permit()
    view = await stages.of(who.class_id)
    if view.stage is Stage.PRIMARY:
        return Permit(only_approved=not view.is_led(now_ms))
    if view.stage is Stage.LOWER_SECONDARY:
        asked = await stages.asked_today(who.class_id, pseudonym(who.id, who.class_id, now_ms), now_ms)
        is_led = view.is_led(now_ms)
        return Permit(used_up=asked >= LIMITED_QUESTIONS_A_DAY and not is_led, is_limited=True)
    return Permit()
