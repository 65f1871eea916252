"""Holds two filters against the same texts: what would be hit anew, no longer, or treated otherwise.

Pure. It keeps places, not texts: whoever shows an example looks the text up by its key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from filters import Action, Direction, Match, Pipeline

Turn = Literal["newly", "gone", "changed"]
TURNS: tuple[Turn, ...] = ("newly", "gone", "changed")
EXAMPLES = 8
OF_ONE_LIST = 3  # so that a busy list leaves room for the others
COUNTED = 40  # lists and categories that are told apart


class Subject(NamedTuple):
    """A text to be looked at; `key` finds it again."""

    key: str
    text: str
    direction: Direction
    class_id: str | None = None


class Side(NamedTuple):
    """What filters a class (None: everybody), and the lists' names by the ids of words."""

    pipeline_of: Callable[[str | None], Pipeline]
    list_names: Mapping[str, str]


@dataclass
class _Pile:
    num_texts: int = 0
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: list[dict[str, Any]] = field(default_factory=list)
    of_list: Counter[str] = field(default_factory=Counter)


def rehearse(
    now: Side, then: Side, subjects: Iterable[Subject], step: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """What would change if `then` took the place of `now`.

    Args:
        now: what is in effect.
        then: what would be.
        subjects: the texts.
        step: called after each text; it may raise to end the rehearsal.

    Returns:
        JSON: `num_texts`, and for each of `TURNS` in how many texts, of which lists and categories, and
        examples as places in texts.
    """
    piles: dict[Turn, _Pile] = {turn: _Pile() for turn in TURNS}
    num_texts = 0
    for subject in subjects:
        num_texts += 1
        before, after = (
            side.pipeline_of(subject.class_id).check(subject.text, subject.direction).matches
            for side in (now, then)
        )
        found = _turned(before, after) if before or after else []
        for turn in {each[0] for each in found}:
            piles[turn].num_texts += 1
        for turn, match, was, becomes in found:
            side = now if turn == "gone" else then
            _count(piles[turn], subject, match, side.list_names.get(match.word_id, ""), was, becomes)
        step()
    return {"num_texts": num_texts, **{turn: _told(pile) for turn, pile in piles.items()}}


def _turned(
    before: tuple[Match, ...], after: tuple[Match, ...]
) -> list[tuple[Turn, Match, Action | None, Action | None]]:
    """Every match that is not the same on both sides. Matches of one side come in order and are few."""
    found: list[tuple[Turn, Match, Action | None, Action | None]] = []
    for match in after:
        rivals = [other for other in before if _overlap(match, other)]
        if not rivals:
            found.append(("newly", match, None, match.action))
        elif all(other.action != match.action for other in rivals):
            found.append(("changed", match, rivals[0].action, match.action))
    found += [
        ("gone", match, match.action, None)
        for match in before
        if not any(_overlap(match, other) for other in after)
    ]
    return found


def _overlap(one: Match, other: Match) -> bool:
    return one.start < other.end and other.start < one.end


def _count(
    pile: _Pile, subject: Subject, match: Match, list_name: str, was: Action | None, becomes: Action | None
) -> None:
    pile.counts[list_name, match.category] += 1
    if len(pile.examples) < EXAMPLES and pile.of_list[list_name] < OF_ONE_LIST:
        pile.of_list[list_name] += 1
        pile.examples.append(
            {
                "key": subject.key,
                "direction": str(subject.direction),
                "start": match.start,
                "end": match.end,
                "word": match.word,
                "list_name": list_name,
                "category": match.category,
                "lane": match.lane,
                "before": None if was is None else str(was),
                "after": None if becomes is None else str(becomes),
            }
        )


def _told(pile: _Pile) -> dict[str, Any]:
    by = [
        {"list_name": name, "category": category, "num_hits": num}
        for (name, category), num in pile.counts.most_common(COUNTED)
    ]
    return {"num_texts": pile.num_texts, "by": by, "examples": pile.examples}
