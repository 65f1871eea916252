"""How a change to the lists is written into the record: by whom, when, before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from server.moderation.views import WordView
from server.storage import word_desk, word_versions
from server.storage.database import Connection
from server.storage.word_versions import NO_CHANGE, StoredChange
from server.storage.words import StoredList, StoredWord

MAX_LISTED = 1000  # words named in one line of the record; the snapshots of the versions have them all


async def record_edit(connection: Connection, change: StoredChange) -> None:
    """Write down a change of the draft; what was submitted is no longer that draft, and is withdrawn."""
    await word_versions.record(connection, change)
    waiting = await word_desk.newest_submission(connection, ("waiting",))
    if waiting is not None:
        at_ms, who = change.at_ms, change.who
        await word_desk.decide(
            connection, waiting.id, "withdrawn", decided_by=who, decided_at_ms=at_ms, reason="edited"
        )
        await record_act(connection, "withdraw", str(waiting.id), who=who, now_ms=at_ms, because="edited")


async def record_act(
    connection: Connection, what: str, subject: str, *, who: str, now_ms: int, **told: Any
) -> None:
    """Write down an act that changes no list."""
    await word_versions.record(
        connection, StoredChange(now_ms, who, what, subject, None, told or None, 1, NO_CHANGE)
    )


def list_change(
    what: str,
    before: StoredList | None,
    after: StoredList | None,
    *,
    who: str,
    now_ms: int,
    num_words: int = 1,
    layers: Mapping[str, str] = MappingProxyType({}),
) -> StoredChange:
    """A list was added, changed or deleted.

    Args:
        num_words: counts the entries that went with it.
        layers: how layers are called, where they are not called as they are kept.
    """
    named = after or before
    assert named is not None
    return StoredChange(
        at_ms=now_ms,
        who=who,
        what=what,
        subject=named.name,
        before=_list_dict(before, layers),
        after=_list_dict(after, layers),
        num_words=max(num_words, 1),
    )


def word_change(
    what: str, before: StoredWord | None, after: StoredWord | None, *, who: str, now_ms: int
) -> StoredChange:
    """One entry was added, changed or deleted."""
    named = after or before
    assert named is not None
    return StoredChange(
        at_ms=now_ms,
        who=who,
        what=what,
        subject=named.text,
        before=_word_dict(before),
        after=_word_dict(after),
    )


def many_words(texts: Sequence[str]) -> dict[str, Any]:
    """A list of words as it stands in the record."""
    listed: dict[str, Any] = {"words": list(texts[:MAX_LISTED])}
    if len(texts) > MAX_LISTED:
        listed["num_more"] = len(texts) - MAX_LISTED
    return listed


def _list_dict(row: StoredList | None, layers: Mapping[str, str]) -> dict[str, Any] | None:
    if row is None:
        return None
    left_out = {"id", "position", "updated_at_ms", "updated_by"}
    told = {name: getattr(row, name) for name in row.__dataclass_fields__ if name not in left_out}
    return told | {"layer": layers.get(row.layer, row.layer)}


def _word_dict(row: StoredWord | None) -> dict[str, Any] | None:
    if row is None:
        return None
    left_out = {"id", "pair", "updated_at_ms", "updated_by"}
    return WordView.model_validate(row).model_dump(mode="json", exclude=left_out)
