"""What goes in and out of the word desk: frozen models, ready for JSON."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, computed_field

from filters import (
    Action,
    Direction,
    Finding,
    Lane,
    LaneUse,
    MaskStyle,
    MatchMode,
    Prediction,
    parse_expression,
)
from server.moderation.layers import ORGANISATION, PATTERN

WORD_CHARS = 100  # as in word files
NOTE_CHARS = 500
NAME_CHARS = 64
REFUSAL_CHARS = 300

Kind = Literal["words", "allow", "detectors"]
Lanes = dict[Lane, LaneUse]
# Kept as text: what goes into the database, the record and the snapshots is JSON.
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), BeforeValidator(lambda day: _day(day))]


Layer = Annotated[str, Field(pattern=PATTERN)]


def _day(day: object) -> object:
    if isinstance(day, str):
        date.fromisoformat(day)  # a ValueError is a finding of the validation
    return day


class _View(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ListView(_View):
    """A list with its number of entries."""

    id: str
    name: str
    kind: Kind
    category: str
    question_action: Action | None
    answer_action: Action | None
    enabled: bool
    note: str
    lanes: Lanes
    style: MaskStyle | None
    replacement: str | None
    refusal_zh: str
    refusal_en: str
    layer: str
    updated_at_ms: int
    updated_by: str
    num_words: int


class NewList(_Body):
    """A list to be made."""

    name: str
    kind: Kind = "words"
    category: str = Field("", max_length=NAME_CHARS)
    question_action: Action | None = None
    answer_action: Action | None = None
    note: str = Field("", max_length=NOTE_CHARS)
    lanes: Lanes = Field(default_factory=dict)
    style: MaskStyle | None = None
    replacement: str | None = Field(None, max_length=NAME_CHARS)
    refusal_zh: str = Field("", max_length=REFUSAL_CHARS)
    refusal_en: str = Field("", max_length=REFUSAL_CHARS)
    layer: Layer = ORGANISATION


class ListPatch(_Body):
    """What to change of a list; what is not given stays. An action given as null is not applied.

    `based_on` is the `updated_at_ms` of the list that somebody looked at when they changed it.
    """

    based_on: int | None = None
    name: str | None = None
    category: str | None = Field(None, max_length=NAME_CHARS)
    question_action: Action | None = None
    answer_action: Action | None = None
    enabled: bool | None = None
    note: str | None = Field(None, max_length=NOTE_CHARS)
    lanes: Lanes | None = None
    style: MaskStyle | None = None
    replacement: str | None = Field(None, max_length=NAME_CHARS)
    refusal_zh: str | None = Field(None, max_length=REFUSAL_CHARS)
    refusal_en: str | None = Field(None, max_length=REFUSAL_CHARS)
    layer: Layer | None = None


class WordView(_View):
    """An entry. Null actions, style, replacement and category mean the list's; `lanes` says what differs."""

    id: str
    list_id: str
    text: str
    question_action: Action | None
    answer_action: Action | None
    match: MatchMode
    note: str
    enabled: bool
    lanes: Lanes
    style: MaskStyle | None
    replacement: str | None
    category: str | None
    within: int | None
    expires: Day | None
    scope: tuple[str, ...]
    direction: Direction | None
    updated_at_ms: int
    updated_by: str

    @computed_field  # type: ignore[prop-decorator]
    @property
    def pair(self) -> tuple[str, str, str] | None:
        """`A & B` and `A ! B` in their parts; None for a plain word."""
        expression = parse_expression(self.text)
        return (expression.left, expression.operator, expression.right) if expression.operator else None


class NewWord(_Body):
    """An entry to be made."""

    list_id: str
    text: str
    question_action: Action | None = None
    answer_action: Action | None = None
    match: MatchMode = "auto"
    note: str = Field("", max_length=NOTE_CHARS)
    enabled: bool = True
    lanes: Lanes = Field(default_factory=dict)
    style: MaskStyle | None = None
    replacement: str | None = Field(None, max_length=NAME_CHARS)
    category: str | None = Field(None, max_length=NAME_CHARS)
    within: int | None = Field(None, ge=0, le=100)
    expires: Day | None = None
    scope: list[str] = Field(default_factory=list, max_length=100)
    direction: Literal["question", "answer"] | None = None


class WordPatch(_Body):
    """What to change of an entry; what is not given stays. An action given as null is the list's.

    `based_on` is the `updated_at_ms` of the entry that somebody looked at when they changed it.
    """

    based_on: int | None = None
    text: str | None = None
    question_action: Action | None = None
    answer_action: Action | None = None
    match: MatchMode | None = None
    note: str | None = Field(None, max_length=NOTE_CHARS)
    enabled: bool | None = None
    lanes: Lanes | None = None
    style: MaskStyle | None = None
    replacement: str | None = Field(None, max_length=NAME_CHARS)
    category: str | None = Field(None, max_length=NAME_CHARS)
    within: int | None = Field(None, ge=0, le=100)
    expires: Day | None = None
    scope: list[str] | None = Field(None, max_length=100)
    direction: Literal["question", "answer"] | None = None


class FindingView(_View):
    """What the linter has to say about an entry."""

    line: int
    text: str
    code: str
    message: str

    @classmethod
    def of(cls, found: Finding) -> FindingView:
        """The same as the linter has it."""
        return cls(line=found.line, text=found.text, code=found.code, message=found.message)


class RateView(_View):
    """In how many of so many texts the new words would be hit."""

    num_texts: int
    num_hit: int

    @classmethod
    def of(cls, prediction: Prediction) -> RateView:
        """The same as it was predicted."""
        return cls(num_texts=prediction.num_texts, num_hit=prediction.num_hit)


class WordAnswer(_View):
    """An entry after a change, with the linter's findings."""

    word: WordView
    findings: tuple[FindingView, ...]


class EntriesPage(_View):
    """Some entries in alphabetical order; `total` counts those of all pages."""

    words: tuple[WordView, ...]
    total: int


class DraftView(_View):
    """How far the draft has moved."""

    num_changes: int


class VersionView(_View):
    """A published version."""

    number: int
    published_at_ms: int
    published_by: str
    comment: str
    num_words: int
    num_allow: int
    approved_by: str | None = None
    restores: int | None = None


class ClassLayer(_View):
    """A class whose layer a list may belong to; the lists of an archived one are not in effect."""

    id: str
    name: str
    archived: bool


class Overview(_View):
    """The lists, and how the draft stands to what is in effect."""

    lists: tuple[ListView, ...]
    classes: tuple[ClassLayer, ...]
    draft: DraftView
    published: VersionView


class ImportReport(_View):
    """What an import did, or (`dry_run`) would do.

    Of the `num_known` words that the list has already, the file says `num_different` otherwise. For a list of
    allow phrases the rates say how many texts with a hit they would spare.
    """

    num_new: int
    num_known: int
    num_different: int
    num_updated: int
    num_repeated: int
    as_of_ms: int
    findings: tuple[FindingView, ...]
    harmless: RateView
    recent: RateView
    dry_run: bool
