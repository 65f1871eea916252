"""What was measured round by round, ours beside the peer's. Knows neither engines nor units."""

from __future__ import annotations

from statistics import median
from typing import Any


class Rounds:
    """Figures by name; a name of several parts becomes an object in an object."""

    def __init__(self) -> None:
        self._pairs: dict[tuple[str, ...], list[tuple[float, float | None]]] = {}

    def note(self, *name: str, ours: float, theirs: float | None = None) -> None:
        """One round's figure, and what the peer took for the same work right after it."""
        self._pairs.setdefault(name, []).append((ours, theirs))

    def ours(self) -> dict[str, Any]:
        """Medians over the rounds."""
        return _nested({name: median(ours for ours, _ in pairs) for name, pairs in self._pairs.items()})

    def theirs(self) -> dict[str, Any]:
        """Medians over the rounds, of what the peer did."""
        found = {name: [theirs for _, theirs in pairs if theirs] for name, pairs in self._pairs.items()}
        return _nested({name: median(values) for name, values in found.items() if values})

    def ratios(self) -> dict[str, Any]:
        """Ours / theirs in each round, and the median of that: what slows both down cancels out."""
        found = {
            name: [ours / theirs for ours, theirs in pairs if theirs] for name, pairs in self._pairs.items()
        }
        return _nested({name: median(values) for name, values in found.items() if values})


def _nested(figures: dict[tuple[str, ...], float]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for (*outer, last), figure in figures.items():
        place = tree
        for part in outer:
            place = place.setdefault(part, {})
        place[last] = figure
    return tree
