"""What goes in and out of the word desk: frozen models, ready for JSON."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from filters import Action, MatchMode

WORD_CHARS = 100  # as in word files
NOTE_CHARS = 500


class _View(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ListView(_View):
    """A list with its number of entries."""

    id: str
    name: str
    kind: Literal["words", "allow"]
    category: str
    question_action: Action | None
    answer_action: Action | None
    enabled: bool
    note: str
    num_words: int


class NewList(_Body):
    """A list to be made."""

    name: str
    kind: Literal["words", "allow"] = "words"
    category: str = Field("", max_length=64)
    question_action: Action | None = None
    answer_action: Action | None = None
    note: str = Field("", max_length=NOTE_CHARS)


class ListPatch(_Body):
    """What to change of a list; what is not given stays. An action given as null is not applied."""

    name: str | None = None
    category: str | None = Field(None, max_length=64)
    question_action: Action | None = None
    answer_action: Action | None = None
    enabled: bool | None = None
    note: str | None = Field(None, max_length=NOTE_CHARS)


class WordView(_View):
    """An entry. Null actions mean the list's."""

    id: str
    list_id: str
    text: str
    question_action: Action | None
    answer_action: Action | None
    match: MatchMode
    note: str
    enabled: bool
    updated_at_ms: int
    updated_by: str


class NewWord(_Body):
    """An entry to be made."""

    list_id: str
    text: str
    question_action: Action | None = None
    answer_action: Action | None = None
    match: MatchMode = "auto"
    note: str = Field("", max_length=NOTE_CHARS)
    enabled: bool = True


class WordPatch(_Body):
    """What to change of an entry; what is not given stays. An action given as null is the list's."""

    text: str | None = None
    question_action: Action | None = None
    answer_action: Action | None = None
    match: MatchMode | None = None
    note: str | None = Field(None, max_length=NOTE_CHARS)
    enabled: bool | None = None


class FindingView(_View):
    """What the linter has to say about an entry."""

    line: int
    text: str
    code: str
    message: str


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


class Overview(_View):
    """The lists, and how the draft stands to what is in effect."""

    lists: tuple[ListView, ...]
    draft: DraftView
    published: VersionView


class ImportReport(_View):
    """What an import did, or (`dry_run`) would do."""

    num_new: int
    num_known: int
    findings: tuple[FindingView, ...]
    dry_run: bool


class MatchView(_View):
    """One occurrence in a text; positions count code points, `…_utf16` what a browser counts."""

    start: int
    end: int
    start_utf16: int
    end_utf16: int
    raw: str
    word: str
    word_id: str
    list_name: str
    category: str
    action: Action
    lane: str


class TryAnswer(_View):
    """What the filter says of a text that was typed to try it out."""

    action: Action | None
    text: str
    folded: str
    lists_version: int
    matches: tuple[MatchView, ...]


class ChangeView(_View):
    """A line of the record. `version`: null while only in the draft, 0 when taken back."""

    at_ms: int
    who: str
    what: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    num_words: int
    version: int | None


class ChangesPage(_View):
    """Some lines of the record, newest first; `total` counts all."""

    changes: tuple[ChangeView, ...]
    total: int
