"""What is looked up before a question is taken: what is known about it, and what its asker may ask.

It does not know the conversation; whoever calls sees to it that nothing waits between this and the turn.
"""

from __future__ import annotations

from dataclasses import dataclass

from filters import Direction
from server.accounts import Who
from server.chat.history import History
from server.chat.parts import Parts
from server.chat.permits import Permit, permit_of
from server.chat.speaker import Speaker
from server.knowledge import Finding, Grounded, Nothing, Offered, Served, refers_back
from server.protocol.beside import Beside
from server.protocol.frames import Chosen


@dataclass(frozen=True, slots=True)
class Considered:
    """What was found, and what is allowed."""

    finding: Finding
    permit: Permit


async def consider(
    parts: Parts,
    question: str | None,
    history: History,
    speaker: Speaker,
    now_ms: int,
    chosen: Chosen | None = None,
) -> Considered:
    """Look a question up; None is one that will be refused anyway.

    Args:
        parts: what the desk is built from.
        question: as it was asked.
        history: the questions before it, to which it may refer back.
        speaker: who asks.
        now_ms: the time.
        chosen: which of the questions offered before it is, if it is one.

    Raises:
        StorageProblem: the database refused.
    """
    if question is None:
        return Considered(Nothing(), Permit())
    who = speaker.who
    permit = await permit_of(parts.stages, who, parts.pseudonym, now_ms)
    finding: Finding = Nothing()
    before = history.question_before(question.strip())
    if chosen is not None and (served := await _chosen(parts, question, history, who, chosen)) is not None:
        finding = served
    elif parts.knowledge is not None and (asked := _without_private(parts, question, speaker)):
        finding = await parts.knowledge.find(asked, who.class_id)
        if isinstance(finding, Nothing) and before and refers_back(asked):
            together = await parts.knowledge.find(f"{before}\n{asked}", who.class_id)
            finding = together if isinstance(together, Grounded) else finding
    return Considered(finding, permit)


def _without_private(parts: Parts, question: str, speaker: Speaker) -> str | None:
    """A question as it may be looked up: an embedding model may be another's server, and gets no more to see
    than the model that answers. None where it will be refused."""
    pipeline, private = parts.pipeline(speaker.who.class_id), speaker.asker.private
    question = question.strip()
    try:
        if pipeline is None or pipeline.check(question, Direction.QUESTION).blocked:
            return None
        return question if private is None else private.check(question, Direction.QUESTION).text
    except Exception:  # whatever it is: whoever asks is refused, where it is also told to whom it matters
        return None


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
