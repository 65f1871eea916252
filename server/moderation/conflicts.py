"""Two people change one thing: the second is told what the first wrote, and decides.

Every entry and list carries `updated_at_ms`; whoever changes one names the stamp that they saw.
"""

from __future__ import annotations

from collections.abc import Sequence

from server.errors import ClientProblem
from server.moderation import problems
from server.moderation.views import ListView, WordView
from server.storage.words import StoredWord

MOST_TOLD = 1000


def next_stamp(now_ms: int, before_ms: int) -> int:
    """The stamp of a change: later than the one before, also when the clock is set back."""
    return max(now_ms, before_ms + 1)


def list_conflict(now: ListView) -> ClientProblem:
    """Somebody changed this list; `details` has what it is now."""
    return problems.changed_meanwhile(
        [{"who": now.updated_by, "at_ms": now.updated_at_ms, "list": now.model_dump(mode="json")}]
    )


def word_conflict(now: StoredWord) -> ClientProblem:
    """Somebody changed this entry; `details` has what it is now."""
    return words_conflict([now])


def words_conflict(now: Sequence[StoredWord]) -> ClientProblem:
    """Somebody changed these entries; `details` has what they are now."""
    return problems.changed_meanwhile(
        [
            {
                "who": row.updated_by,
                "at_ms": row.updated_at_ms,
                "word": WordView.model_validate(row).model_dump(mode="json"),
            }
            for row in now[:MOST_TOLD]
        ]
    )
