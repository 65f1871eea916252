"""What the word desk says of a text and of the past: verdicts with their reasons, and lines of the record."""

from __future__ import annotations

from typing import Any

from filters import Action
from server.moderation.views import _View


class MatchView(_View):
    """One occurrence in a text; positions count code points, `…_utf16` what a browser counts."""

    start: int
    end: int
    start_utf16: int
    end_utf16: int
    raw: str
    folded: str
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
