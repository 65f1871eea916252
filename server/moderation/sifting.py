"""What a word file would do to a list: what is new, what is different, what it would hit or spare.

Pure, and slow with long files: callers run it in a thread. It does not know files, nor the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from filters import (
    Direction,
    Lane,
    LaneUse,
    ParsedWord,
    Pipeline,
    harmless_texts,
    lint_harmless,
    predict,
)
from server.moderation.linting import check_detectors, findings_for
from server.moderation.views import FindingView, RateView
from server.storage.ids import new_id
from server.storage.words import StoredList, StoredWord

_SAID = (
    *("question_action", "answer_action", "note", "lanes", "style", "replacement"),
    *("category", "expires", "scope", "direction"),
)


@dataclass(frozen=True, slots=True)
class Sifted:
    """A file held against a list; `different` has entries of the list with what the file says otherwise."""

    new: list[ParsedWord]
    different: list[tuple[StoredWord, dict[str, Any]]]
    num_known: int
    num_repeated: int


def sift(parsed: Sequence[ParsedWord], known: Mapping[str, StoredWord], holder: StoredList) -> Sifted:
    """Which words of a file are new to the list, and which the list has otherwise.

    Raises:
        ClientProblem: 422 `bad_word`, an entry of a list of detectors that names none.
    """
    if holder.kind == "detectors":
        check_detectors(parsed)
    first: dict[str, ParsedWord] = {}
    for each in parsed:
        first.setdefault(each.text, each)
    different = []
    for each in first.values():
        old = known.get(each.text)
        if old is not None:
            said = _said(each, holder)
            values = {name: value for name, value in said.items() if getattr(old, name) != value}
            if values:
                different.append((old, values))
    new = [each for each in first.values() if each.text not in known]
    return Sifted(new, different, len(first) - len(new), len(parsed) - len(first))


def predict_hits(
    new: Sequence[ParsedWord], known: Iterable[str], holder: StoredList, recent: Sequence[str]
) -> tuple[tuple[FindingView, ...], tuple[RateView, RateView]]:
    """What the linter says of new words, and how often they would be hit in harmless and in recent texts."""
    found = findings_for(new, list(known))
    inherited = {Lane(lane): LaneUse(use) for lane, use in holder.lanes.items()}
    looked = [each._replace(lanes={**inherited, **each.lanes}) for each in new]
    harmless, last = predict(looked), predict(looked, recent)
    harmful = tuple(FindingView.of(each) for each in lint_harmless(looked, harmless))
    findings = tuple(sorted(found + harmful, key=lambda each: each.line))
    return findings, (RateView.of(harmless), RateView.of(last))


def predict_spared(before: Pipeline, after: Pipeline, recent: Sequence[str]) -> tuple[RateView, RateView]:
    """In how many harmless and recent texts a hit would be spared by new allow phrases."""

    def spares(text: str) -> bool:
        for direction in (Direction.QUESTION, Direction.ANSWER):
            hits = before.check(text, direction).matches
            if hits and len(after.check(text, direction).matches) < len(hits):
                return True
        return False

    def rate(texts: Sequence[str]) -> RateView:
        return RateView(num_texts=len(texts), num_hit=sum(map(spares, texts)))

    return rate(harmless_texts()), rate(recent)


def new_row(each: ParsedWord, holder: StoredList, who: str, now_ms: int) -> StoredWord:
    """A word of a file as an entry of a list."""
    return StoredWord(
        id=new_id(),
        list_id=holder.id,
        text=each.text,
        question_action=each.question_action,
        answer_action=each.answer_action,
        match=each.match,
        note=each.note,
        enabled=True,
        updated_at_ms=now_ms,
        updated_by=who,
        lanes={str(lane): str(use) for lane, use in each.lanes.items()},
        style=each.style,
        replacement=each.replacement,
        category=each.category if each.category and each.category != holder.category else None,
        expires=each.expires.isoformat() if each.expires else None,
        scope=list(each.scope),
        direction=each.direction,
    )


def _said(each: ParsedWord, holder: StoredList) -> dict[str, Any]:
    """What a file says of a word; a cell left empty says nothing."""
    row = new_row(each, holder, "", 0)
    said = {name: getattr(row, name) for name in _SAID if getattr(row, name)}
    return said if row.match == "auto" else {**said, "match": row.match}
