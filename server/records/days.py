"""Days of a time zone as times, and times as days. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Run:
    """Days one after the other that all lie equally far east of UTC."""

    first: date
    last: date
    from_ms: int
    to_ms: int
    offset_ms: int

    def day(self, number: int) -> date:
        """The day with this number since the epoch; on a day whose clock is changed, that day itself."""
        found = date.fromordinal(_EPOCH + number)
        return min(max(found, self.first), self.last)


def start_ms(day: date, zone: ZoneInfo) -> int:
    """When a day begins."""
    return int(datetime.combine(day, time.min, zone).timestamp() * 1000)


def day_of(at_ms: int, zone: ZoneInfo) -> date:
    """The day in which a time lies."""
    return datetime.fromtimestamp(at_ms / 1000, zone).date()


def runs(first: date, last: date, zone: ZoneInfo) -> Iterator[Run]:
    """The days from `first` to `last`, both included, in runs; within one, days are counted by dividing."""
    began, offset_ms = first, _offset_ms(first, zone)
    day = first
    while day <= last:
        after = day + timedelta(days=1)
        next_offset_ms = _offset_ms(after, zone)
        if next_offset_ms != offset_ms or day == last:
            yield Run(began, day, start_ms(began, zone), start_ms(after, zone), offset_ms)
            began, offset_ms = after, next_offset_ms
        day = after


def _offset_ms(day: date, zone: ZoneInfo) -> int:
    offset = datetime.combine(day, time.min, zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds() * 1000)
