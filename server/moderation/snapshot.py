"""All lists and entries at one moment, turned into what the filter compiles.

It does not know where they are kept, nor whether they are draft or published.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from filters import (
    Action,
    AllowPhrase,
    Detector,
    DetectorKind,
    Direction,
    Lane,
    LaneUse,
    MaskStyle,
    MatchMode,
    Word,
    WordList,
)
from server.moderation import pieces
from server.moderation.pieces import Pieces
from server.storage.words import StoredList, StoredWord

# What stands in for a word whose action is `replace`, where neither it nor its list says it.
REPLACEMENT = "［略］"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Lists in the order in which they are shown, entries in any."""

    lists: tuple[StoredList, ...]
    words: tuple[StoredWord, ...]
    pieces: Pieces = field(default_factory=dict, compare=False, repr=False)  # of one that was read

    def to_bytes(self) -> bytes:
        """The snapshot as compressed JSON."""
        return pieces.write(self.lists, self.words)

    @classmethod
    def from_bytes(cls, content: bytes, known: Snapshot | None = None) -> Snapshot:
        """Read what `to_bytes` wrote.

        Args:
            content: the bytes.
            known: one that was read before, of which entries that are the same are taken over.

        Raises:
            ValueError: it is damaged, or of a format that this release does not know.
        """
        return cls(*pieces.read(content, {} if known is None else known.pieces))

    def count(self, kind: str) -> int:
        """How many entries are in effect in lists of a kind."""
        chosen = {each.id for each in self.lists if each.kind == kind and each.enabled}
        return sum(word.enabled and word.list_id in chosen for word in self.words)

    def by_layer(self) -> dict[str, Snapshot]:
        """Each layer by itself; one without lists is absent."""
        lists: dict[str, list[StoredList]] = {}
        for each in self.lists:
            lists.setdefault(each.layer, []).append(each)
        layer_of = {each.id: each.layer for each in self.lists}
        words: dict[str, list[StoredWord]] = {layer: [] for layer in lists}
        for word in self.words:
            if word.list_id in layer_of:
                words[layer_of[word.list_id]].append(word)
        return {layer: Snapshot(tuple(lists[layer]), tuple(words[layer])) for layer in lists}

    @staticmethod
    def lists_of(layers: Sequence[Snapshot]) -> Snapshot:
        """The lists of several layers, in their order, without entries."""
        return Snapshot(tuple(each for layer in layers for each in layer.lists), ())

    def word_list(self, version: int) -> WordList:
        """What the filter compiles: the enabled entries of enabled lists, with their actions worked out."""
        lists = {each.id: each for each in self.lists if each.enabled}
        # What most entries of a list share is made once.
        usual = {each.id: (_actions(each, None), _lanes(each.lanes)) for each in lists.values()}
        words: list[Word] = []
        allow: list[AllowPhrase] = []
        detectors: list[Detector] = []
        for entry in self.words:
            holder = lists.get(entry.list_id)
            if holder is None or not entry.enabled:
                continue
            if holder.kind == "allow":
                allow.append(_allow(entry))
                continue
            usual_actions, usual_lanes = usual[holder.id]
            says_more = entry.question_action or entry.answer_action
            actions = _actions(holder, entry) if says_more else usual_actions
            if not actions:
                continue
            if holder.kind == "detectors":
                detectors.append(_detector(holder, entry, actions))
            else:
                lanes = {**usual_lanes, **_lanes(entry.lanes)} if entry.lanes else usual_lanes
                words.append(_word(holder, entry, actions, lanes))
        return WordList(version, tuple(words), tuple(allow), detectors=tuple(detectors))

    def refusals(self, lang: str) -> dict[str, str]:
        """What is said instead of the preset's refusal, by category; of two lists the first one counts."""
        said: dict[str, str] = {}
        for each in self.lists:
            text = each.refusal_en if lang == "en" else each.refusal_zh
            if each.enabled and text:
                said.setdefault(each.category, text)
        return said

    def categories(self) -> tuple[str, ...]:
        """The categories of the lists in effect, in their order."""
        named = (each.category for each in self.lists if each.enabled and each.kind != "allow")
        return tuple(dict.fromkeys(filter(None, named)))

    def count_by_category(self, today: date) -> Counter[str]:
        """How many words of each category count today; allow phrases and detectors do not."""
        lists = {each.id: each for each in self.lists if each.enabled and each.kind == "words"}
        day = today.isoformat()
        return Counter(
            entry.category or lists[entry.list_id].category
            for entry in self.words
            if entry.enabled and entry.list_id in lists and (entry.expires is None or entry.expires >= day)
        )

    def last_day(self, today: date) -> date | None:
        """The next day after which something expires; None: nothing does."""
        days = (date.fromisoformat(word.expires) for word in self.words if word.expires)
        return min((day for day in days if day >= today), default=None)

    def list_names(self) -> dict[str, str]:
        """The name of the list of every entry, by the entry's id."""
        names = {each.id: each.name for each in self.lists}
        return {word.id: names.get(word.list_id, "") for word in self.words}


def _lanes(named: dict[str, str]) -> dict[Lane, LaneUse]:
    return {Lane(lane): LaneUse(use) for lane, use in named.items()}


def _actions(holder: StoredList, entry: StoredWord | None) -> dict[Direction, Action]:
    chosen = {
        Direction.QUESTION: (entry and entry.question_action) or holder.question_action,
        Direction.ANSWER: (entry and entry.answer_action) or holder.answer_action,
    }
    return {direction: Action(action) for direction, action in chosen.items() if action is not None}


def _word(
    holder: StoredList, entry: StoredWord, actions: dict[Direction, Action], lanes: dict[Lane, LaneUse]
) -> Word:
    return Word(
        entry.id,
        entry.text,
        entry.category or holder.category,
        actions,
        match=cast(MatchMode, entry.match),
        replacement=entry.replacement or holder.replacement or REPLACEMENT,
        lanes=lanes,
        within=entry.within,
        style=cast(MaskStyle | None, entry.style or holder.style),
        expires=_day(entry),
    )


def _allow(entry: StoredWord) -> AllowPhrase:
    return AllowPhrase(
        entry.id,
        entry.text,
        categories=frozenset(entry.scope) or None,
        directions=frozenset((Direction(entry.direction),)) if entry.direction else None,
        reason=entry.note,
        expires=_day(entry),
    )


def detector_of(text: str) -> tuple[DetectorKind, int]:
    """What the text of a detector's entry means: `mobile`, or `digits>=6` for runs of six digits and more.

    Raises:
        ValueError: there is no such detector.
    """
    kind, _, least = text.partition(">=")
    if least and (kind != DetectorKind.DIGITS or not 2 <= int(least) <= 64):
        raise ValueError(text)
    return DetectorKind(kind), int(least or 8)


def _detector(holder: StoredList, entry: StoredWord, actions: dict[Direction, Action]) -> Detector:
    kind, min_digits = detector_of(entry.text)
    return Detector(
        entry.id,
        kind,
        entry.category or holder.category,
        actions,
        min_digits,
        style=cast(MaskStyle | None, entry.style or holder.style),
        replacement=entry.replacement or holder.replacement or REPLACEMENT,
    )


def _day(entry: StoredWord) -> date | None:
    return date.fromisoformat(entry.expires) if entry.expires else None
