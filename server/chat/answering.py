"""Where a turn's answer comes from: an approved answer, the model with passages before it, or nobody.

It decides by what knowledge found and what the preset wants; it knows neither how something is found nor how
an answer is shown.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from server.chat.grounded import GroundedReply, RestsOn, Unsupported
from server.knowledge import ApprovedAnswer, Finding, Grounded, Nothing, Offered, Served
from server.presets import KnowledgePolicy
from server.protocol.frames import Origin
from server.protocol.texts import Texts
from server.sources.types import Ended, Piece, ReplyRequest, Source, SourceEvent


@dataclass(frozen=True, slots=True)
class Said:
    """The answer is not the model's. It comes before the first piece."""

    origin: Origin
    approved: ApprovedAnswer | None = None
    offers: tuple[str, ...] = ()


AnswerEvent = SourceEvent | Said | RestsOn | Unsupported


class Answer(Protocol):
    """An answer under way, as `Reply` is, with where it comes from."""

    def __aiter__(self) -> AsyncIterator[AnswerEvent]: ...

    def cancel(self) -> None:
        """Stop; `Ended` still follows."""
        ...


def answer(
    finding: Finding, request: ReplyRequest, source: Source, policy: KnowledgePolicy, texts: Texts
) -> Answer:
    """Begin to answer.

    Args:
        finding: what is known about the question.
        request: what the model would be asked, without passages.
        source: the model.
        policy: what the preset wants where nothing fits.
        texts: sentences in the language of the person who asks.

    Raises:
        SourceProblem: the model is needed, and busy or unavailable.
    """
    match finding:
        case Served(approved):
            return _Words(approved.text, Said("approved_answer", approved))
        case Offered(answers):
            return _Words(texts.offer, Said("offer", offers=tuple(each.question for each in answers)))
        case Grounded(passages):
            return GroundedReply(source, request, passages, policy, texts.fallback)
        case Nothing(is_empty=False) if policy.nothing_fits == "model":
            return GroundedReply(source, request, (), policy, texts.fallback)
        case Nothing(is_empty) if policy.nothing_fits == "decline" and not is_empty:
            return _Words(texts.fallback, Said("declined"))
        case _:
            return source.reply(request)


class _Words:
    """An answer whose words are there already."""

    def __init__(self, text: str, said: Said) -> None:
        self._text = text
        self._said = said
        self._is_cancelled = False

    async def __aiter__(self) -> AsyncIterator[AnswerEvent]:
        yield self._said
        if not self._is_cancelled:
            yield Piece(self._text)
        yield Ended("cancelled" if self._is_cancelled else "stop", None, 0, 0, 0)

    def cancel(self) -> None:
        self._is_cancelled = True
