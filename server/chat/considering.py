"""What is looked up before a question is taken: what is known about it, and what its asker may ask.

It does not know the conversation; whoever calls sees to it that nothing waits between this and the turn.
"""

from __future__ import annotations

from dataclasses import dataclass

from server.accounts import Who
from server.chat.history import History
from server.chat.parts import Parts
from server.chat.permits import Permit, permit_of
from server.knowledge import Finding, Grounded, Nothing, Offered, Served, refers_back
from server.protocol.beside import Beside
from server.protocol.frames import Chosen


@dataclass(frozen=True, slots=True)
class Considered:
    """What was found, and what is allowed."""

    finding: Finding
    permit: Permit


async def consider(
    parts: Parts, question: str | None, history: History, who: Who, now_ms: int, chosen: Chosen | None = None
) -> Considered:
    """Look a question up; None is one that will be refused anyway.

    Args:
        parts: what the desk is built from.
        question: as it was asked.
        history: the questions before it, to which it may refer back.
        who: who asks.
        now_ms: the time.
        chosen: which of the questions offered before it is, if it is one.

    Raises:
        StorageProblem: the database refused.
    """
    if question is None:
        return Considered(Nothing(), Permit())
    permit = await permit_of(parts.stages, who, parts.pseudonym, now_ms)
    finding: Finding = Nothing()
    before = history.question_before(question.strip())
    if chosen is not None and (served := await _chosen(parts, question, history, who, chosen)) is not None:
        finding = served
    elif parts.knowledge is not None:
        finding = await parts.knowledge.find(question.strip(), who.class_id)
        if isinstance(finding, Nothing) and before and refers_back(question):
            together = await parts.knowledge.find(f"{before}\n{question.strip()}", who.class_id)
            finding = together if isinstance(together, Grounded) else finding
    return Considered(finding, permit)


async def _chosen(parts: Parts, question: str, history: History, who: Who, chosen: Chosen) -> Served | None:
    """The answer to a question that was offered; None where it no longer is, and counts as any other."""
    asked, pipeline = history.question_of(chosen.turn), parts.pipeline(who.class_id)
    if asked is None or pipeline is None or parts.knowledge is None:
        return None
    finding = await parts.knowledge.find(asked.strip(), who.class_id)
    if not isinstance(finding, Offered):
        return None
    beside = Beside(pipeline)
    shown = [(each, text) for each in finding.answers if (text := beside.offer(each.question)) is not None]
    if chosen.number >= len(shown) or shown[chosen.number][1] != question.strip():
        return None
    return Served(shown[chosen.number][0], 1.0)
