"""Puts a draft on top of another version than the one that it was made from.

Pure. What somebody changed in the draft wins, everything else is as in the version.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from server.moderation.snapshot import Snapshot
from server.storage.words import StoredList, StoredWord

_Row = TypeVar("_Row", StoredList, StoredWord)


def keep_on_top(base: Snapshot, draft: Snapshot, target: Snapshot) -> Snapshot:
    """The draft's changes to `base`, made to `target` instead.

    Args:
        base: what the draft was made from.
        draft: as it is now.
        target: what it shall stand on.
    """
    lists = _merge(base.lists, draft.lists, target.lists)
    words = _merge(base.words, draft.words, target.words)
    # A word that was added to a list, or changed in it, brings its list along; a list that was deleted takes
    # its words with it.
    deleted = {each.id for each in base.lists} - {each.id for each in draft.lists}
    words = {key: word for key, word in words.items() if word.list_id not in deleted}
    known = {each.id: each for each in draft.lists}
    for word in words.values():
        if word.list_id not in lists:
            lists[word.list_id] = known[word.list_id]
    return Snapshot(_named_apart(lists, target), _once(words, target))


def _merge(base: tuple[_Row, ...], draft: tuple[_Row, ...], target: tuple[_Row, ...]) -> dict[str, _Row]:
    was, now = {row.id: row for row in base}, {row.id: row for row in draft}
    merged = {row.id: row for row in target}
    for key in was.keys() | now.keys():
        if was.get(key) == now.get(key):
            continue
        if key in now:
            merged[key] = now[key]
        else:
            merged.pop(key, None)
    return merged


def _once(words: dict[str, StoredWord], target: Snapshot) -> tuple[StoredWord, ...]:
    """Of two entries with one text in one list the draft's counts."""
    as_in_target = {word.id: word for word in target.words}
    kept: dict[tuple[str, str], StoredWord] = {}
    for word in sorted(words.values(), key=lambda each: as_in_target.get(each.id) == each):
        kept.setdefault((word.list_id, word.text), word)
    return tuple(kept.values())


def _named_apart(lists: dict[str, StoredList], target: Snapshot) -> tuple[StoredList, ...]:
    """No two lists have one name: the target's gives way, the draft's stays where people look."""
    as_in_target = {each.id: each for each in target.lists}
    taken: set[str] = set()
    kept = []
    for row in sorted(lists.values(), key=lambda each: (as_in_target.get(each.id) == each, each.position)):
        name, number = row.name, 2
        while name in taken:
            name, number = f"{row.name[:58]} ({number})", number + 1
        taken.add(name)
        kept.append(row if name == row.name else replace(row, name=name))
    return tuple(sorted(kept, key=lambda each: each.position))
