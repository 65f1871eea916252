"""What goes in and out of the word desk on a draft's way to a version: frozen models, ready for JSON."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from filters import Action
from server.moderation.views import NAME_CHARS, _Body, _View

SAMPLE_CHARS = 5000


class SubmissionView(_View):
    """A draft on its way. `publish_at` is the hour on the clock of the school's time zone."""

    id: int
    draft_id: int
    comment: str
    submitted_by: str
    submitted_at_ms: int
    publish_at_ms: int | None
    publish_at: str | None = None
    state: str
    decided_by: str | None
    decided_at_ms: int | None
    reason: str


class WayView(_View):
    """How the draft stands on its way.

    `submission` is the last one as far as it still matters: waiting, scheduled, sent back or withdrawn.
    `rehearsed` says whether exactly this draft was rehearsed.
    """

    second_person: bool
    editors: tuple[str, ...]
    submission: SubmissionView | None
    rehearsed: bool
    timezone: str


class RehearsalView(_View):
    """A rehearsal that is running, or the last one. `is_stale`: the draft has changed since."""

    state: Literal["none", "running", "done", "failed"]
    num_done: int = 0
    num_total: int = 0
    at_ms: int | None = None
    who: str | None = None
    is_stale: bool = False
    result: dict[str, Any] | None = None
    problem: str | None = None


class SampleView(_View):
    """A text that is kept to try drafts on."""

    id: str
    name: str
    text: str
    direction: Literal["question", "answer"]
    expected: Action | None
    at_ms: int
    who: str


class NewSample(_Body):
    """A text to be kept. `expected` is what should become of it: an action, `pass`, or nothing said."""

    name: str = Field("", max_length=NAME_CHARS)
    text: str = Field(min_length=1, max_length=SAMPLE_CHARS)
    direction: Literal["question", "answer"] = "question"
    expected: Action | None = None


class ChangedView(_View):
    """An entry or a list that is different; `fields`: name → (before, after)."""

    kind: Literal["added", "removed", "changed"]
    of: Literal["word", "list"]
    list_name: str
    text: str
    fields: dict[str, tuple[Any, Any]]


class ListDifference(_View):
    """How many words of a list are different."""

    list_name: str
    added: int
    removed: int
    changed: int


class DifferencePage(_View):
    """Some of what lies between two versions; `total` counts what fits the search, `lists` everything."""

    lists: tuple[ListDifference, ...]
    changes: tuple[ChangedView, ...]
    total: int
