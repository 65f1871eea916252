"""A prompt is built from parts, in token ids, in Qwen's chat form.

Ids of earlier turns are taken as they were produced, never by encoding their text again. This module
does not know what is cached.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from server.engine.shape import ModelShape
from server.engine.text import Text
from server.engine.types import EngineRequest, Turn

# A newline at the start of a part would merge with the one that ends the role's line.
_LEADING_LINES = re.compile(r"\A\s*[\r\n]+")

Ids = tuple[int, ...]


class TooLong(ValueError):
    """The question alone does not fit into the window."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """The ids to compute; the first `num_system` are the system part. `truncated`: turns were left out."""

    ids: Ids
    question_ids: Ids
    num_system: int
    truncated: bool
    max_tokens: int  # what the window leaves for the answer, at most


class PromptBuilder:
    """Builds prompts for one model and window."""

    def __init__(self, shape: ModelShape, text: Text, window_tokens: int) -> None:
        self._text = text
        self._fingerprint = shape.tokenizer
        self._window = min(window_tokens, shape.max_positions)
        self._end: Ids = (shape.end_id, shape.newline_id)
        self._system_head: Ids = (shape.start_id, *text.encode("system"), shape.newline_id)
        self._user_head: Ids = (shape.start_id, *text.encode("user"), shape.newline_id)
        self._answer_head: Ids = (shape.start_id, *text.encode("assistant"), shape.newline_id)
        self._num_marks = len(self._user_head) + len(self._answer_head) + 2 * len(self._end)

    def content(self, text: str) -> Ids:
        """The ids of what someone wrote; leading empty lines are dropped."""
        return tuple(self._text.encode(_LEADING_LINES.sub("", text)))

    def system(self, text: str) -> Ids:
        """The system part; nothing at all for an empty one."""
        content = self.content(text)
        return (*self._system_head, *content, *self._end) if content else ()

    def build(self, request: EngineRequest) -> Prompt:
        """The prompt of a request, `generated` excluded.

        Raises:
            TooLong: when system prompt and question leave no room for an answer.
        """
        system = self.system(request.system)
        question = self.content(request.question)
        turns = [self._turn(turn) for turn in request.turns]
        sizes = [
            turn.sizes or (len(asked), len(answered))
            for turn, (asked, answered) in zip(request.turns, turns, strict=True)
        ]
        room = min(request.sampling.max_tokens, max(1, self._window // 4))
        alone = len(system) + len(question) + self._num_marks - len(self._end)
        if alone + room > self._window:
            raise TooLong(f"{alone} ids of system prompt and question in a window of {self._window}")
        first = self._first_turn(len(system), sizes, len(question), room)
        # Turns of which only sizes were sent lie before that; if they do not, they go all the same.
        first = max([first, *(place + 1 for place, turn in enumerate(request.turns) if turn.sizes)])
        ids = list(system)
        for asked, answered in turns[first:]:
            ids += (*self._user_head, *asked, *self._end, *self._answer_head, *answered, *self._end)
        ids += (*self._user_head, *question, *self._end, *self._answer_head)
        return Prompt(
            ids=tuple(ids),
            question_ids=question,
            num_system=len(system),
            truncated=first > 0,
            max_tokens=min(request.sampling.max_tokens, self._window - len(ids)),
        )

    def _turn(self, turn: Turn) -> tuple[Ids, Ids]:
        if turn.sizes is not None:
            return (), ()
        ours = turn.tokenizer == self._fingerprint
        asked = turn.question_ids if ours else None
        answered = turn.answer_ids if ours else None
        return (
            self.content(turn.question) if asked is None else asked,
            self.content(turn.answer) if answered is None else answered,
        )

    def _first_turn(self, num_system: int, turns: list[tuple[int, int]], num_question: int, room: int) -> int:
        """The oldest turn that stays.

        The history is walked from its beginning, and whenever it outgrew the window, the oldest turns go
        until half of it is free. What was decided for earlier turns thus never changes: the prompt stays a
        continuation of the one before for many turns, instead of moving by one turn (and missing) each time.
        """
        first = 0
        sizes = [asked + answered + self._num_marks for asked, answered in turns]
        kept = 0  # ids of turns[first:place]
        questions = [asked for asked, _ in turns]
        for place, asking in enumerate([*questions, num_question]):
            last = asking + self._num_marks - len(self._end)
            if num_system + kept + last + room > self._window:
                while first < place and num_system + kept + last > self._window // 2:
                    kept -= sizes[first]
                    first += 1
            if place < len(sizes):
                kept += sizes[place]
        return first
