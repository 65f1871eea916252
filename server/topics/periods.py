"""Periods of whole weeks, Monday to Sunday: the only spans for which statistics are told.

Were any span allowed, the difference between two of them could be one pupil's Saturday. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from server.errors import ClientProblem
from server.topics.wording import Lang, say

MAX_WEEKS = 106

Name = Literal["this_week", "last_week", "this_month", "weeks"]


@dataclass(frozen=True, slots=True)
class Period:
    """Some weeks in a row, by number; see `week_of`."""

    first_week: int
    last_week: int  # included

    @property
    def weeks(self) -> range:
        """The numbers of its weeks."""
        return range(self.first_week, self.last_week + 1)

    @property
    def first_day(self) -> date:
        """Its first Monday."""
        return date.fromordinal(self.first_week * 7 + 1)

    @property
    def last_day(self) -> date:
        """Its last Sunday."""
        return date.fromordinal(self.last_week * 7 + 7)

    def previous(self) -> Period:
        """As many weeks, just before."""
        return Period(self.first_week - len(self.weeks), self.first_week - 1)

    def name(self, today: date) -> Name:
        """What people would call it today."""
        this_week = week_of(today)
        if len(self.weeks) == 1 and this_week - self.first_week in (0, 1):
            return "this_week" if self.first_week == this_week else "last_week"
        return "this_month" if self == month_of(today) else "weeks"


def week_of(day: date) -> int:
    """Whole weeks since Monday, 1 January of the year 1."""
    return (day.toordinal() - 1) // 7


def period_of(first: date, last: date, lang: Lang) -> Period:
    """The whole weeks that hold these days.

    Raises:
        ClientProblem: `bad_period`: the wrong way round, or too long.
    """
    period = Period(week_of(first), week_of(last))
    # The last days that a calendar can name belong to a week that it cannot name to its end.
    too_late = period.last_week >= week_of(date.max)
    if first > last or len(period.weeks) > MAX_WEEKS or period.previous().first_week < 0 or too_late:
        raise ClientProblem("bad_period", say(lang, "bad_period", limit=MAX_WEEKS), status=422)
    return period


def month_of(day: date) -> Period:
    """The weeks of a month: those whose Thursday lies in it, so that each week belongs to one month."""
    thursday = day + timedelta(days=3 - day.weekday())
    first = thursday.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    first_thursday = first + timedelta(days=(3 - first.weekday()) % 7)
    last_thursday = last - timedelta(days=(last.weekday() - 3) % 7)
    return Period(week_of(first_thursday), week_of(last_thursday))


def local_time(at_ms: int, zone: ZoneInfo) -> datetime:
    """The school's clock at a moment."""
    return datetime.fromtimestamp(at_ms / 1000, zone)
