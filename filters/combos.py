"""Joins the sides of `A & B` and `A ! B`: found apart, they mean something together.

A & B is a match from the beginning of the first to the end of the second, whichever comes first, if at
most `within` raw characters stand between them. A ! B is a match of A with no B that near. It does
not know how sides are found, nor what a match leads to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from filters.walk import Hit


class Combo(NamedTuple):
    """One such word: its entry, and what joins its sides."""

    entry: int
    operator: str
    within: int


class Side(NamedTuple):
    """What an entry that is only a side belongs to; `soft` sides can only lead to a review."""

    combo: int
    right: bool
    soft: bool


class Pairing:
    """The sides seen in one text that may still find their other side."""

    def __init__(self, combos: Sequence[Combo], sides: Mapping[int, Side], longest: int) -> None:
        self._combos = combos
        self._sides = sides
        self._longest = longest  # no match of a side is longer than this many raw characters
        self._seen: dict[tuple[int, bool], list[Hit]] = {}
        self._pending: list[tuple[Hit, Combo, int]] = []  # A of A ! B, while a B may still come

    def take(self, hits: list[Hit]) -> list[Hit]:
        """Put the sides among the hits aside; the other hits come back, with the pairs that are complete."""
        done = []
        for hit in hits:
            side = self._sides.get(hit.entry)
            if side is None:
                done.append(hit)
                continue
            combo = self._combos[side.combo]
            hit = hit._replace(soft=hit.soft or side.soft)
            others = self._seen.get((side.combo, not side.right), ())
            if combo.operator == "!":
                self._take_unless(hit, side, combo, any(_near(hit, other, combo.within) for other in others))
            else:
                done += [
                    _join(hit, other, combo.entry) for other in others if _near(hit, other, combo.within)
                ]
            if combo.operator == "&" or side.right:
                self._seen.setdefault((side.combo, side.right), []).append(hit)
        return done

    def _take_unless(self, hit: Hit, side: Side, combo: Combo, near: bool) -> None:
        if side.right:
            self._pending = [
                each
                for each in self._pending
                if each[2] != side.combo or not _near(each[0], hit, combo.within)
            ]
        elif not near:
            self._pending.append((hit, combo, side.combo))

    def settle(self, end: int, earliest_side: int, *, last: bool) -> list[Hit]:
        """Forget what can meet nothing any more; the A of A ! B to which no B came come back.

        Args:
            end: how far the text was read.
            earliest_side: where the oldest candidate for a side begins.
        """
        bound = min(end, earliest_side)
        done = [
            hit._replace(entry=combo.entry)
            for hit, combo, _ in self._pending
            if last or hit.end + combo.within < bound
        ]
        if last:
            self._seen.clear()
        self._pending = [each for each in self._pending if not last and each[0].end + each[1].within >= bound]
        for (number, _), seen in self._seen.items():
            oldest = min(end - self._longest, bound) - self._combos[number].within
            if seen and seen[0].end < oldest:
                seen[:] = [hit for hit in seen if hit.end >= oldest]
        return done

    def undecided_from(
        self, end: int, earliest_side: int, default: int, matters: Callable[[Hit], bool]
    ) -> int:
        """Where the first side begins that may still become part of a match which matters."""
        bound = min(end, earliest_side)
        for hit, combo, _ in self._pending:
            if hit.start < default and matters(hit._replace(entry=combo.entry)):
                default = hit.start
        for (number, _), seen in self._seen.items():
            combo = self._combos[number]
            if combo.operator == "&":
                for hit in seen:
                    alive = hit.end + combo.within >= bound
                    if alive and hit.start < default and matters(hit._replace(entry=combo.entry)):
                        default = hit.start
        return default

    def spare(self, stays: Callable[[Hit], bool]) -> None:
        """Drop the pending A that an allow phrase spares."""
        self._pending = [each for each in self._pending if stays(each[0]._replace(entry=each[1].entry))]


def _near(one: Hit, other: Hit, within: int) -> bool:
    return max(one.start - other.end, other.start - one.end) <= within


def _join(one: Hit, other: Hit, entry: int) -> Hit:
    return Hit(min(one.start, other.start), max(one.end, other.end), entry, one.soft or other.soft)
