"""Makes the matches people see out of the hits the walks found.

It does not know how hits are found, nor what they did to the text.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import TYPE_CHECKING

from filters.types import Action, Direction, Match
from filters.walk import Hit

if TYPE_CHECKING:
    from filters.layers import Layers

_Known = list[tuple[Hit, Action]]


def to_matches(
    layers: Layers, direction: Direction, hits: Iterable[Hit], raw: str, before: int = 0
) -> tuple[Match, ...]:
    """Matches by position, the longest of a span first; redundant ones left out unless all are asked for.

    Args:
        before: how many characters of the raw text were in an earlier text; positions count from there.
    """
    known = [(hit, action) for hit in set(hits) if (action := layers.action(direction, hit.entry, hit.soft))]
    if not known:
        return ()
    known.sort(key=lambda pair: (pair[0].start, -pair[0].end, -pair[1].strength, pair[0].entry))
    known = _without_inner(known) if layers.options.report == "longest" else _once_each(layers, known)
    astral = [place for place, char in enumerate(raw[before:]) if char > "\uffff"]
    return tuple(_match(layers, hit, action, astral, before) for hit, action in known)


def _match(layers: Layers, hit: Hit, action: Action, astral: list[int], before: int) -> Match:
    word = layers.named(hit.entry)
    start, end = max(0, hit.start - before), hit.end - before
    return Match(
        start=start,
        end=end,
        start_utf16=start + bisect_left(astral, start),
        end_utf16=end + bisect_left(astral, end),
        word_id=word.id,
        word=word.text,
        category=word.category,
        lane=layers.lane_of(hit.entry),
        action=action,
        carried=hit.start < before,
    )


def _without_inner(ordered: _Known) -> _Known:
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


def _once_each(layers: Layers, ordered: _Known) -> _Known:
    """The same among the hits of one word only: two lanes may see the same thing."""
    by_word: dict[int, _Known] = {}
    for pair in ordered:
        by_word.setdefault(layers.owner_of(pair[0].entry), []).append(pair)
    kept = {pair for pairs in by_word.values() for pair in _without_inner(pairs)}
    return [pair for pair in ordered if pair in kept]
