"""School terms: in each of them a person has another pseudonym, and nobody is followed from one to the next.

A term begins with the Monday of the week its date lies in. Statistics are told by whole weeks, and a week in
which one person were two would show cells of fewer people than it says. Pure: the time is an argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

DEFAULT_STARTS = ("02-01", "09-01")


def parse_starts(starts: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Month and day of each, in order.

    Raises:
        ValueError: one of them is no day of every year.
    """
    found = set()
    for each in starts:
        month, _, day = each.partition("-")
        date(2001, int(month), int(day))  # a year without 29 February
        found.add((int(month), int(day)))
    if not found:
        raise ValueError("a year has at least one term")
    return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class Terms:
    """When terms begin.

    Args:
        starts: month and day of each, in order.
        zone: the school's time zone.
        since_week: weeks before this one have no terms: their people keep the pseudonyms they had.
    """

    starts: tuple[tuple[int, int], ...]
    zone: ZoneInfo
    since_week: int = 0

    def term(self, at_ms: int) -> int:
        """The number of the week with which the term of a moment began; 0 before there were any."""
        week = self.week(at_ms)
        if week < self.since_week:
            return 0
        year = datetime.fromtimestamp(at_ms / 1000, self.zone).year
        # The week of New Year may lie in the year after; the term before the first one began a year earlier.
        begun = [
            start
            for each_year in (year - 1, year, year + 1)
            for month, day in self.starts
            if (start := _week_of(date(each_year, month, day))) <= week
        ]
        return max(begun)

    def week(self, at_ms: int) -> int:
        """The number of the week of a moment: whole weeks since Monday, 1 January of the year 1."""
        return _week_of(datetime.fromtimestamp(at_ms / 1000, self.zone).date())

    def all_since(self, from_ms: int, to_ms: int) -> list[int]:
        """Every term between two moments, the newest first, and that of before there were any."""
        week_ms = 7 * 86_400_000
        moments = [*range(from_ms, to_ms, week_ms), to_ms]
        return sorted({self.term(at_ms) for at_ms in moments} | {0}, reverse=True)


def _week_of(day: date) -> int:
    return (day.toordinal() - 1) // 7
