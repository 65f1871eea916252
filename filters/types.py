"""The vocabulary of the filter: words, actions, options, verdicts.

Data only. It knows neither how words are found nor where they are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, NamedTuple

MatchMode = Literal["auto", "whole", "substring"]


class Action(StrEnum):
    """What a match leads to, strongest first."""

    BLOCK = "block"
    MASK = "mask"
    REPLACE = "replace"
    REVIEW = "review"
    WARN = "warn"
    LOG = "log"

    @property
    def strength(self) -> int:
        """6 for `block` down to 1 for `log`."""
        return _STRENGTH[self]

    @property
    def alters_text(self) -> bool:
        """Whether text goes on changed; the others let it pass as it is."""
        return self in (Action.BLOCK, Action.MASK, Action.REPLACE)


_STRENGTH = {action: len(Action) - place for place, action in enumerate(Action)}


def strongest(actions: Iterable[Action | None]) -> Action | None:
    """The action that wins over all the others, or None if there is none."""
    return max((action for action in actions if action), key=lambda action: action.strength, default=None)


class Direction(StrEnum):
    """Where a text comes from: a person's question, the model's answer, or a chosen name."""

    QUESTION = "question"
    ANSWER = "answer"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Word:
    """An entry of a word list.

    Args:
        id: whatever the owner of the list calls it; it comes back in every match.
        actions: what to do in each direction; a direction that is absent does not look for the word.
        match: `whole` wants no letter or digit of the same kind beside it, `substring` does not
            care, `auto` is `whole` for a word of ASCII letters and digits, else `substring`.
        replacement: the text that stands in for it under `replace`; without one it is masked.
    """

    id: str
    text: str
    category: str
    actions: Mapping[Direction, Action]
    match: MatchMode = "auto"
    replacement: str | None = None


@dataclass(frozen=True, slots=True)
class AllowPhrase:
    """A phrase that spares every match lying wholly inside it."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Options:
    """How a list is applied.

    Args:
        max_gap: how many ignored characters (space, punctuation, symbols, emoji) may stand
            between two characters of a word.
        mask_char: what each masked character becomes.
        report: `longest` leaves out a match that lies inside another one at least as strong;
            `all` tells every occurrence. The text is the same either way.
    """

    max_gap: int = 3
    mask_char: str = "*"
    report: Literal["longest", "all"] = "longest"


@dataclass(frozen=True, slots=True)
class WordList:
    """One published state of all words and allow phrases."""

    version: int
    words: tuple[Word, ...]
    allow: tuple[AllowPhrase, ...] = ()
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True)
class Match:
    """One occurrence: `start` and `end` in code points of the raw text, `…_utf16` as browsers count."""

    start: int
    end: int
    start_utf16: int
    end_utf16: int
    word_id: str
    word: str
    category: str
    lane: str
    action: Action


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the filter says about a text.

    Args:
        action: the strongest action of all matches, None if there is no match.
        text: the text to go on with; for a blocked one, what stands before the first blocked match.
        folded: the text as words are looked for in it, ignored characters left out.
    """

    action: Action | None
    text: str
    matches: tuple[Match, ...]
    folded: str
    lists_version: int

    @property
    def blocked(self) -> bool:
        """Whether the text must not go on at all."""
        return self.action is Action.BLOCK

    @property
    def category(self) -> str | None:
        """The category of the first match that has the verdict's action."""
        return next((match.category for match in self.matches if match.action is self.action), None)


class BadLine(NamedTuple):
    """A line of a word file (or the place of a word in a list) and what is wrong with it."""

    line: int
    reason: str
    text: str


class WordListProblem(Exception):
    """A word list cannot be used; `problems` names every bad line, in order."""

    def __init__(self, problems: Iterable[tuple[int, str, str]]) -> None:
        self.problems = [BadLine(*problem) for problem in problems]
        first = self.problems[0] if self.problems else BadLine(0, "unknown", "")
        super().__init__(f"{len(self.problems)} bad line(s), first line {first.line}: {first.reason}")
