"""What lies between two snapshots: entries and lists added, removed and changed.

Pure. Which of the two is the older one, and where they come from, is not known here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

from server.moderation.snapshot import Snapshot
from server.storage.words import StoredList, StoredWord

Kind = Literal["added", "removed", "changed"]
# Who wrote it and when is the record's business; where a list stands on the page is nobody's.
_WORD = tuple(set(StoredWord.__dataclass_fields__) - {"id", "updated_at_ms", "updated_by"})
_LIST = tuple(set(StoredList.__dataclass_fields__) - {"id", "position", "updated_at_ms", "updated_by"})


@dataclass(frozen=True, slots=True)
class Changed:
    """One entry or list that is not the same on both sides; `fields`: name → (before, after)."""

    kind: Kind
    of: Literal["word", "list"]
    list_name: str
    text: str
    fields: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that is different, lists in their order, each list before its words."""

    changes: tuple[Changed, ...]

    def counts(self) -> dict[str, Counter[Kind]]:
        """How many words of each list were added, removed, changed."""
        found: dict[str, Counter[Kind]] = {}
        for each in self.changes:
            of_list = found.setdefault(each.list_name, Counter())
            if each.of == "word":
                of_list[each.kind] += 1
        return found


def compare(before: Snapshot, after: Snapshot) -> Comparison:
    """What has to be done to `before` to get `after`."""
    names = {each.id: each.name for each in before.lists} | {each.id: each.name for each in after.lists}
    old_lists = {each.id: each for each in before.lists}
    new_lists = {each.id: each for each in after.lists}
    changes: list[Changed] = []
    for list_id, name in names.items():
        fields = _fields(old_lists.get(list_id), new_lists.get(list_id), _LIST)
        if kind := _kind(old_lists.get(list_id), new_lists.get(list_id), fields):
            changes.append(Changed(kind, "list", name, name, fields))
    for old, new in _pairs(before.words, after.words):
        fields = _fields(old, new, _WORD)
        if kind := _kind(old, new, fields):
            entry = new or old
            assert entry is not None
            changes.append(Changed(kind, "word", names.get(entry.list_id, ""), entry.text, fields))
    place = {name: number for number, name in enumerate(names.values())}
    changes.sort(key=lambda each: (place.get(each.list_name, 0), each.of == "word", each.text))
    return Comparison(tuple(changes))


def _pairs(
    before: tuple[StoredWord, ...], after: tuple[StoredWord, ...]
) -> list[tuple[StoredWord | None, StoredWord | None]]:
    """The same entry on both sides: by its text in its list, or, given another text, by its id."""
    pairs: list[tuple[StoredWord | None, StoredWord | None]] = []
    old_by_text = {(word.list_id, word.text): word for word in before}
    new_by_id: dict[str, StoredWord] = {}
    for new in after:
        same = old_by_text.pop((new.list_id, new.text), None)
        if same is not None:
            pairs.append((same, new))
        else:
            new_by_id[new.id] = new
    pairs += [(old, new_by_id.pop(old.id, None)) for old in old_by_text.values()]
    return pairs + [(None, new) for new in new_by_id.values()]


def _fields(old: object | None, new: object | None, names: tuple[str, ...]) -> dict[str, tuple[Any, Any]]:
    if old is None or new is None:
        return {}
    return {
        name: (getattr(old, name), getattr(new, name))
        for name in names
        if getattr(old, name) != getattr(new, name)
    }


def _kind(old: object | None, new: object | None, fields: dict[str, tuple[Any, Any]]) -> Kind | None:
    if old is None and new is None:
        return None
    if old is None:
        return "added"
    if new is None:
        return "removed"
    return "changed" if fields else None
