"""The sentences that the protocol says to people, in one language: data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Texts:
    """One sentence for each occasion; `too_long` has a place for `{question_chars}`."""

    # in `refused`
    refusal: str  # a word of the list
    too_long: str
    too_fast: str
    busy: str  # the queue is full
    one_at_a_time: str  # this conversation is being answered
    not_ready: str  # no source, or no filter: nothing passes
    # in `done`
    filtered: str
    failed: str
    fallback: str  # the source had nothing to say
    declined_own: str  # about the organisation itself, and no document says it
    offer: str  # two approved answers fit
    closing: str  # the server stops, or was stopped, in mid-answer
    # in `error`
    bad_frame: str
    hello_first: str
    wrong_version: str
    too_many_frames: str
    empty_question: str
    no_such_conversation: str
    no_such_turn: str
    no_teacher: str
    thread_over: str  # what was sent to the teacher no longer stands so
    too_many_threads: str
    passed_on: str  # in `done`: the question goes to the teacher
    stage: str  # in `refused`: only approved answers in this class
    stage_day: str  # in `refused`: the day's questions are used up; a place for {most}
    storage: str
    internal: str
    # in place of `refusal` and `filtered`, by category: whoever edits the words writes them
    refusals: Mapping[str, str] = field(default_factory=dict)

    def refusal_of(self, category: str | None) -> str:
        """What is said of a question with a word of this category."""
        return self.refusals.get(category or "", self.refusal)

    def filtered_of(self, category: str | None) -> str:
        """What is said where such a word ended an answer."""
        return self.refusals.get(category or "", self.filtered)
