"""Where a turn's answer comes from: an approved answer, the model with passages before it, or nobody.

It decides by what knowledge found and what the preset wants; it knows neither how something is found nor how
an answer is shown.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Protocol

from server.chat.grounded import GroundedReply, RestsOn, Unsupported
from server.chat.plain import PlainText
from server.knowledge import (
    ApprovedAnswer,
    Finding,
    Grounded,
    Nothing,
    Offered,
    Served,
    is_own,
)
from server.presets import Preset
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


def answer(finding: Finding, request: ReplyRequest, source: Source, preset: Preset, texts: Texts) -> Answer:
    """Begin to answer.

    Args:
        finding: what is known about the question.
        request: what the model would be asked, without passages.
        source: the model.
        preset: what is wanted where nothing fits, and whether the model's answer may have marks of Markdown.
        texts: sentences in the language of the person who asks.

    Raises:
        SourceProblem: the model is needed, and busy or unavailable.
    """
    policy = preset.knowledge
    own = _is_own(request, preset)
    if own:
        # What nobody else can know is held to the documents word for word.
        policy = policy.model_copy(update={"grounding": "fallback"})
    reply: Answer
    match finding:
        case Served(approved):
            return _Words(approved.text, Said("approved_answer", approved))
        case Offered(answers):
            return _Words(texts.offer, Said("offer", offers=tuple(each.question for each in answers)))
        case Nothing(is_empty=False) if policy.nothing_fits == "decline":
            return _Words(texts.fallback, Said("declined"))
        case Nothing() if own:
            return _Words(texts.declined_own, Said("declined"))
        case Grounded(passages):
            fallback = texts.declined_own if own else texts.fallback
            reply = GroundedReply(source, request, passages, policy, fallback)
        case Nothing(is_empty=False):
            reply = GroundedReply(source, request, (), policy, texts.fallback)
        case _:
            reply = source.reply(request)
    return reply if preset.markdown else _Plain(reply)


def _is_own(request: ReplyRequest, preset: Preset) -> bool:
    """Whether it is for the documents alone to say: asked so, or asked on about what was declined.

    What goes on from an answer is the model's: it may stand in what was said.
    """
    policy = preset.knowledge
    if policy.nothing_fits != "decline_own" or policy.own is None:
        return False
    said, last = policy.own.declined or preset.fallback, request.turns[-1] if request.turns else None
    before = last.question if last and last.answer.endswith((said.zh, said.en)) else None
    return is_own(request.question, policy.own, preset.organisation, before)


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


class _Plain:
    """A model's answer without marks of Markdown."""

    def __init__(self, reply: Answer) -> None:
        self._reply = reply

    async def __aiter__(self) -> AsyncIterator[AnswerEvent]:
        plain = PlainText()
        async for event in self._reply:
            match event:
                case Piece(text, num_tokens):
                    if released := plain.feed(text):
                        yield Piece(released, num_tokens)
                case Ended():
                    if rest := plain.flush():
                        yield Piece(rest, 0)
                    # What was shown is not what the model said: its ids are not remembered.
                    yield replace(event, ids=None) if plain.was_changed else event
                case _:
                    yield event

    def cancel(self) -> None:
        self._reply.cancel()
