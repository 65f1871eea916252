"""From what somebody wrote to rows, and from rows to what is shown and recorded. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from server.knowledge.answer_views import AnswerView, Link, Written, for_record
from server.storage.answers import StoredAnswer


def changed(row: StoredAnswer, written: Written, who: str, now_ms: int) -> StoredAnswer:
    """The row with what somebody wrote, approved by them."""
    return replace(
        row,
        class_id=written.class_id,
        wordings=list(written.wordings),
        text=written.text,
        source=written.source,
        author=written.author,
        approved_by=who,
        approved_at_ms=now_ms,
        valid_from=written.valid_from,
        last_day=written.last_day,
        links=[link.model_dump() for link in written.links],
        enabled=written.enabled,
        group_id=written.group_id or row.group_id,
        revision=row.revision + 1,
        updated_at_ms=now_ms,
        updated_by=who,
    )


def change_of(
    what: str, before: StoredAnswer | None, after: StoredAnswer | None, who: str, now_ms: int
) -> dict[str, Any]:
    """A line of the history."""
    row = after or before
    assert row is not None
    return {
        "answer_id": row.id,
        "at_ms": now_ms,
        "who": who,
        "what": what,
        "before": None if before is None else for_record(before),
        "after": None if after is None else for_record(after),
    }


def view_of(row: StoredAnswer, *, may_edit: bool = True) -> AnswerView:
    """The answer for those who keep it."""
    links = tuple(Link.model_validate(link) for link in row.links)
    values = {name: getattr(row, name) for name in AnswerView.model_fields if hasattr(row, name)}
    return AnswerView(**{**values, "links": links, "wordings": tuple(row.wordings), "may_edit": may_edit})
