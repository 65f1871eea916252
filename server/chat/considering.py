"""What is looked up before a question is taken: what is known about it, and what its asker may ask.

It does not know the conversation; whoever calls sees to it that nothing waits between this and the turn.
"""

from __future__ import annotations

from dataclasses import dataclass

from server.accounts import Who
from server.chat.parts import Parts
from server.chat.permits import Permit, permit_of
from server.knowledge import Finding, Grounded, Nothing, refers_back


@dataclass(frozen=True, slots=True)
class Considered:
    """What was found, and what is allowed."""

    finding: Finding
    permit: Permit


async def consider(
    parts: Parts, question: str | None, before: str | None, who: Who, now_ms: int
) -> Considered:
    """Look a question up; None is one that will be refused anyway.

    Args:
        parts: what the desk is built from.
        question: as it was asked.
        before: the question before it, to which it may refer back.
        who: who asks.
        now_ms: the time.

    Raises:
        StorageProblem: the database refused.
    """
    if question is None:
        return Considered(Nothing(), Permit())
    permit = await permit_of(parts.stages, who, parts.pseudonym, now_ms)
    finding: Finding = Nothing()
    if parts.knowledge is not None:
        finding = await parts.knowledge.find(question.strip(), who.class_id)
        if isinstance(finding, Nothing) and before and refers_back(question):
            together = await parts.knowledge.find(f"{before}\n{question.strip()}", who.class_id)
            finding = together if isinstance(together, Grounded) else finding
    return Considered(finding, permit)
