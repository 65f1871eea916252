"""Makes the matches people see out of the hits the walks found.

It does not know how hits are found, nor what they did to the text.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from filters.types import Action, Match
from filters.walk import Hit

if TYPE_CHECKING:
    from filters.lexicon import Lexicon


def to_matches(
    lexicon: Lexicon, actions: Sequence[Action | None], hits: Iterable[Hit], raw: str
) -> tuple[Match, ...]:
    """Matches by position, the longest of a span first; redundant ones left out unless all are asked for."""
    known = [(hit, action) for hit in set(hits) if (action := actions[hit.word])]
    known.sort(key=lambda pair: (pair[0].start, -pair[0].end, -pair[1].strength, pair[0].word))
    if lexicon.options.report == "longest":
        known = _without_inner(known)
    astral = [place for place, char in enumerate(raw) if char > "\uffff"] if known else []
    return tuple(
        Match(
            start=hit.start,
            end=hit.end,
            start_utf16=hit.start + bisect_left(astral, hit.start),
            end_utf16=hit.end + bisect_left(astral, hit.end),
            word_id=lexicon.words[hit.word].id,
            word=lexicon.words[hit.word].text,
            category=lexicon.words[hit.word].category,
            lane=lexicon.lane_of[hit.word],
            action=action,
        )
        for hit, action in known
    )


def _without_inner(ordered: list[tuple[Hit, Action]]) -> list[tuple[Hit, Action]]:
    """Drop every hit that lies inside one at least as strong.

    In this order whatever contains a hit stands before it, so the furthest end for each
    strength is all one must remember.
    """
    reach = [0] * (len(Action) + 2)
    kept = []
    for hit, action in ordered:
        if max(reach[action.strength :]) < hit.end:
            kept.append((hit, action))
            reach[action.strength] = hit.end
    return kept
