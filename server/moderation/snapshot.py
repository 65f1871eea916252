"""All lists and entries at one moment: written as bytes, read back, turned into what the filter compiles.

It does not know where they are kept, nor whether they are draft or published.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass
from operator import attrgetter
from typing import cast

from filters import Action, AllowPhrase, Direction, MatchMode, Word, WordList
from server.storage.words import StoredList, StoredWord

FORMAT = 1
# What stands for a word whose action is `replace`: one text for all, until words can have their own.
REPLACEMENT = "［略］"
_COLUMNS = tuple(StoredWord.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Lists in the order in which they are shown, entries in any."""

    lists: tuple[StoredList, ...]
    words: tuple[StoredWord, ...]

    def to_bytes(self) -> bytes:
        """The snapshot as compressed JSON."""
        content = {
            "format": FORMAT,
            "lists": [asdict(each) for each in self.lists],
            "word_columns": _COLUMNS,
            "words": list(map(attrgetter(*_COLUMNS), self.words)),
        }
        return zlib.compress(json.dumps(content, ensure_ascii=False).encode())

    @classmethod
    def from_bytes(cls, content: bytes) -> Snapshot:
        """Read what `to_bytes` wrote.

        Raises:
            ValueError: it is damaged, or of a format that this release does not know.
        """
        try:
            read = json.loads(zlib.decompress(content))
            if read["format"] != FORMAT:
                raise ValueError(f"format {read['format']}")
            columns = read["word_columns"]
            return cls(
                tuple(StoredList(**each) for each in read["lists"]),
                tuple(StoredWord(**dict(zip(columns, each, strict=True))) for each in read["words"]),
            )
        except (zlib.error, KeyError, TypeError) as error:
            raise ValueError(f"damaged snapshot: {error!r}") from error

    def count(self, kind: str) -> int:
        """How many entries are in effect in lists of a kind."""
        chosen = {each.id for each in self.lists if each.kind == kind and each.enabled}
        return sum(word.enabled and word.list_id in chosen for word in self.words)

    def word_list(self, version: int) -> WordList:
        """What the filter compiles: the enabled entries of enabled lists, with their actions worked out."""
        lists = {each.id: each for each in self.lists if each.enabled}
        words: list[Word] = []
        allow: list[AllowPhrase] = []
        for entry in self.words:
            holder = lists.get(entry.list_id)
            if holder is None or not entry.enabled:
                continue
            if holder.kind == "allow":
                allow.append(AllowPhrase(entry.id, entry.text))
                continue
            actions = _actions(holder, entry)
            if actions:
                words.append(
                    Word(
                        entry.id,
                        entry.text,
                        holder.category,
                        actions,
                        match=cast(MatchMode, entry.match),
                        replacement=REPLACEMENT,
                    )
                )
        return WordList(version, tuple(words), tuple(allow))

    def list_names(self) -> dict[str, str]:
        """The name of the list of every entry, by the entry's id."""
        names = {each.id: each.name for each in self.lists}
        return {word.id: names.get(word.list_id, "") for word in self.words}


def _actions(holder: StoredList, entry: StoredWord) -> dict[Direction, Action]:
    chosen = {
        Direction.QUESTION: entry.question_action or holder.question_action,
        Direction.ANSWER: entry.answer_action or holder.answer_action,
    }
    return {direction: Action(action) for direction, action in chosen.items() if action is not None}
