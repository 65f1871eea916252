"""A model's reply that rests on passages: it is shown them, and what it says is held against them.

It knows neither how passages are found nor how an answer is shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from server.chat.echo import EchoCut
from server.knowledge import Grounding, Passage, Support, admits_nothing, compose
from server.presets import KnowledgePolicy
from server.sources.types import Ended, Piece, ReplyRequest, Source, SourceEvent

EARLIER_TURNS = 4  # whose questions and answers a follow-up may repeat
EARLIER_CHARS = 1500
AT_ONCE_CHARS = 300  # judged before others have their turn: another server may send an answer in one piece


@dataclass(frozen=True, slots=True)
class RestsOn:
    """The model is shown these passages; none: there are documents, and none fits. Before the first piece."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Unsupported:
    """What the answer says and no passage does, as it says it. It comes before the end."""

    texts: tuple[str, ...]


class GroundedReply:
    """A reply of the model with its passages.

    Args:
        source: the model.
        request: what it would be asked without passages.
        passages: best first; none: the question is asked as it is, and nothing is checked.
        policy: the preset's: how much of the passages is shown, and what is checked.
        fallback: the sentence that follows where an answer is cut.

    Raises:
        SourceProblem: the model is busy or unavailable.
    """

    def __init__(
        self,
        source: Source,
        request: ReplyRequest,
        passages: tuple[Passage, ...],
        policy: KnowledgePolicy,
        fallback: str,
    ) -> None:
        self._shown: tuple[Passage, ...] = ()
        self._mode = policy.grounding if passages else "off"
        self._fallback = fallback
        self._echo = EchoCut(request.question)
        self._known = [request.question, request.system, fallback]
        self._passages: list[str] = []
        passages = passages[: policy.passages]
        if passages:
            prompt = compose(request.question, passages, policy.budget_tokens)
            self._shown = prompt.passages
            self._passages = [f"{each.title}\n{each.heading}\n{each.text}" for each in passages]
            for turn in request.turns[-EARLIER_TURNS:]:
                self._known += [turn.question[:EARLIER_CHARS], turn.answer[:EARLIER_CHARS]]
            request = replace(request, question=prompt.text)
        self._reply = source.reply(request)

    async def __aiter__(self) -> AsyncIterator[SourceEvent | RestsOn | Unsupported]:
        yield RestsOn(self._shown)
        if self._mode == "off":
            async for event in self._reply:
                yield event
            return
        grounding = Grounding(await asyncio.to_thread(Support, self._known, self._passages), self._mode)
        shown, was_cut = "", False
        async for event in self._reply:
            match event:
                case Piece(text, num_tokens):
                    for start in range(0, len(text), AT_ONCE_CHARS):
                        if grounding.is_cut:
                            break
                        if start:
                            await asyncio.sleep(0)
                        released = grounding.feed(self._echo.feed(text[start : start + AT_ONCE_CHARS]))
                        if released:
                            shown += released
                            yield Piece(released, 0 if start else num_tokens)
                        if grounding.is_cut:
                            was_cut = True
                            yield self._cut(shown)
                case Ended():
                    rest = "" if grounding.is_cut else grounding.feed(self._echo.flush()) + grounding.flush()
                    if rest:
                        shown += rest
                        yield Piece(rest, 0)
                    if grounding.is_cut:
                        if not was_cut and event.finish != "cancelled":
                            was_cut = True
                            yield self._cut(shown)
                        # What was shown is not what the model said: its ids are not remembered.
                        event = replace(event, finish="stop" if was_cut else event.finish, ids=None)
                    elif self._mode == "fallback" and event.finish == "stop" and admits_nothing(shown):
                        if self._fallback not in shown:
                            yield self._cut(shown)
                            event = replace(event, ids=None)
                    elif grounding.unsupported:
                        yield Unsupported(tuple(dict.fromkeys(each.text for each in grounding.unsupported)))
                    # What was shown is not what the model said: its ids are not remembered.
                    yield replace(event, ids=None) if self._echo.was_cut else event
                case _:
                    yield event

    def cancel(self) -> None:
        """Stop; `Ended` still follows."""
        self._reply.cancel()

    def _cut(self, shown: str) -> Piece:
        """The sentence with which an answer ends that is cut here; the model need not go on."""
        self._reply.cancel()
        return Piece(f"\n{self._fallback}" if shown.strip() else self._fallback, 0)
