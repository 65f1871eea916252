"""The vocabulary of the filter: words, actions, options, verdicts.

Data only. It knows neither how words are found nor where they are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, Literal, NamedTuple

MatchMode = Literal["auto", "whole", "prefix", "substring"]
# How a masked or replaced word looks: every character masked; its ends kept; its category; its own text.
MaskStyle = Literal["characters", "ends", "label", "text"]


class Action(StrEnum):
    """What a match leads to, strongest first."""

    BLOCK = "block"
    MASK = "mask"
    REPLACE = "replace"
    REVIEW = "review"
    WARN = "warn"
    LOG = "log"
    PASS = "pass"  # noqa: S105 - not looked for, whatever the category says

    @property
    def strength(self) -> int:
        """6 for `block` down to 0 for `pass`."""
        return _STRENGTH[self]

    @property
    def alters_text(self) -> bool:
        """Whether text goes on changed; the others let it pass as it is."""
        return self in (Action.BLOCK, Action.MASK, Action.REPLACE)


_STRENGTH = {action: len(Action) - 1 - place for place, action in enumerate(Action)}


def strongest(actions: Iterable[Action | None]) -> Action | None:
    """The action that wins over all the others, or None if there is none."""
    return max((action for action in actions if action), key=lambda action: action.strength, default=None)


class Direction(StrEnum):
    """Where a text comes from: a person's question, the model's answer, or a chosen name."""

    QUESTION = "question"
    ANSWER = "answer"
    NAME = "name"


class Lane(StrEnum):
    """A way to disguise a word that is looked for beside its plain form."""

    REPEAT = "repeat"  # characters doubled: asssert, 敏敏感
    NUMBER = "number"  # digits in any script: 下三滥 and 下3滥
    SPLIT = "split"  # a character in its parts: 木仓 for 枪
    REVERSED = "reversed"  # written backwards
    LEET = "leet"  # digits and signs for letters: 5h1t; words of ASCII letters only
    PINYIN = "pinyin"  # at least one character in Latin letters: min感
    INITIALS = "initials"  # the first letters of all syllables: mgc
    HOMOPHONE = "homophone"  # other characters of the same sound: 敏敢


class LaneUse(StrEnum):
    """What a hit in a lane leads to."""

    OFF = "off"  # not looked for
    REVIEW = "review"  # what the word does, but never more than a review: holds nothing in a stream
    SAME = "same"  # what the word does


# What `default` means for a lane that is switched on: those that hit much harmless text only review.
LANE_DEFAULTS: Final[Mapping[Lane, LaneUse]] = {
    Lane.REPEAT: LaneUse.SAME,
    Lane.NUMBER: LaneUse.SAME,
    Lane.SPLIT: LaneUse.SAME,
    Lane.REVERSED: LaneUse.REVIEW,
    Lane.LEET: LaneUse.SAME,
    Lane.PINYIN: LaneUse.REVIEW,
    Lane.INITIALS: LaneUse.REVIEW,
    Lane.HOMOPHONE: LaneUse.REVIEW,
}


@dataclass(frozen=True, slots=True)
class Word:
    """An entry of a word list.

    Args:
        id: whatever the owner of the list calls it; it comes back in every match.
        text: the word. `A & B` hits where both stand near each other, `A ! B` where A stands and
            no B is near; between Han the spaces may be left out, between ASCII letters (`AT&T`) not.
        actions: what to do in each direction; a direction that is absent does what the category
            does, and where that is silent, too, the word is not looked for.
        match: for letters and digits. `whole` wants none of the same kind beside it, `prefix` none
            before it, `substring` does not care, `auto` is `whole` for a word of ASCII letters
            and digits, else `substring`.
        replacement: the text that stands in for it under `replace`; without one it is masked.
        lanes: overrides of the category's lanes.
        within: how many raw characters may stand between A and B; None is the list's own.
        style: how it looks when masked or replaced; None is `text` for a `replace` that has one,
            else the list's own.
        note: for people; it means nothing here.
        expires: the last day on which it counts; None is for ever.
    """

    id: str
    text: str
    category: str
    actions: Mapping[Direction, Action] = field(default_factory=dict)
    match: MatchMode = "auto"
    replacement: str | None = None
    lanes: Mapping[Lane, LaneUse] = field(default_factory=dict)
    within: int | None = None
    style: MaskStyle | None = None
    note: str = ""
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """What holds for all words of a category that do not say otherwise."""

    actions: Mapping[Direction, Action] = field(default_factory=dict)
    lanes: Mapping[Lane, LaneUse] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AllowPhrase:
    """A phrase that spares every match lying wholly inside it.

    Args:
        categories: the categories that it spares; None is all.
        directions: the directions in which it counts; None is all.
        reason: for people.
        expires: the last day on which it counts; None is for ever.
    """

    id: str
    text: str
    categories: frozenset[str] | None = None
    directions: frozenset[Direction] | None = None
    reason: str = ""
    expires: date | None = None


class DetectorKind(StrEnum):
    """What a detector recognises."""

    ID_CARD = "id_card"  # mainland, with its checksum
    BANK_CARD = "bank_card"  # 16 to 19 digits that pass Luhn's test
    MOBILE = "mobile"  # mainland
    EMAIL = "email"
    URL = "url"  # with and without scheme
    IPV4 = "ipv4"
    WECHAT = "wechat"
    QQ = "qq"
    ADDRESS = "address"  # a Chinese postal address with a house number
    DIGITS = "digits"  # a run of at least `min_digits`, in any style
    INVISIBLE = "invisible"  # characters nobody sees where they have no business


@dataclass(frozen=True, slots=True)
class Detector:
    """Something that is recognised by its form. `min_digits` counts for `digits` only."""

    id: str
    kind: DetectorKind
    category: str
    actions: Mapping[Direction, Action]
    min_digits: int = 8
    style: MaskStyle | None = None
    replacement: str | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How a list is applied.

    Args:
        max_gap: how many ignored characters (space, punctuation, symbols, emoji) may stand
            between two characters of a word.
        mask_char: what each masked character becomes.
        report: `longest` leaves out a match that lies inside another one at least as strong;
            `all` tells every occurrence. The text is the same either way.
        lanes: the lanes in use where neither word nor category says otherwise; none by default.
        within: how many raw characters may stand between the sides of `A & B`.
        style: how a masked word looks.
        keep_ends: how many characters `ends` leaves at the beginning and at the end.
    """

    max_gap: int = 3
    mask_char: str = "*"
    report: Literal["longest", "all"] = "longest"
    lanes: Mapping[Lane, LaneUse] = field(default_factory=dict)
    within: int = 12
    style: MaskStyle = "characters"
    keep_ends: tuple[int, int] = (1, 1)


@dataclass(frozen=True, slots=True)
class WordList:
    """One published state of all words and allow phrases."""

    version: int
    words: tuple[Word, ...]
    allow: tuple[AllowPhrase, ...] = ()
    options: Options = field(default_factory=Options)
    categories: Mapping[str, Category] = field(default_factory=dict)
    detectors: tuple[Detector, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """One occurrence: `start` and `end` in code points of the raw text, `…_utf16` as browsers count.

    `lane` is a `Lane`, `plain`, `literal` (every visible character counts) or `detector`. A match that
    began in the text before (`Pipeline.check(before=…)`) starts at 0 and is `carried`.
    """

    start: int
    end: int
    start_utf16: int
    end_utf16: int
    word_id: str
    word: str
    category: str
    lane: str
    action: Action
    carried: bool = False


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
