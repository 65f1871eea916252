"""Periods of whole weeks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.errors import ClientProblem
from server.topics.periods import Period, month_of, period_of, week_of


def test_week_begins_on_monday() -> None:
    """Sunday belongs to the week before it."""
    assert week_of(date(2026, 11, 15)) + 1 == week_of(date(2026, 11, 16)) == week_of(date(2026, 11, 22))


def test_period_takes_whole_weeks() -> None:
    """From the first day's Monday to the last day's Sunday."""
    period = period_of(date(2026, 11, 4), date(2026, 11, 17), "zh")
    assert (period.first_day, period.last_day) == (date(2026, 11, 2), date(2026, 11, 22))
    assert period.previous().last_day == date(2026, 11, 1)
    assert len(period.previous().weeks) == 3


def test_periods_are_named_as_people_name_them() -> None:
    """Seen on Friday, 20 November 2026."""
    today = date(2026, 11, 20)
    assert period_of(today, today, "zh").name(today) == "this_week"
    assert period_of(date(2026, 11, 10), date(2026, 11, 12), "zh").name(today) == "last_week"
    assert month_of(today).name(today) == "this_month"
    assert Period(100, 101).name(today) == "weeks"


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_every_week_belongs_to_one_month(day: date) -> None:
    """A month's weeks end where the next month's begin."""
    month = month_of(day)
    assert week_of(day) in month.weeks and len(month.weeks) in (4, 5)
    assert month_of(month.last_day + timedelta(days=1)).first_week == month.last_week + 1


def test_a_week_that_the_calendar_cannot_end_is_refused() -> None:
    """The last days of the year 9999 are a wrong period, not a bug."""
    with pytest.raises(ClientProblem, match="周"):
        period_of(date.max, date.max, "zh")
    assert period_of(date(9999, 12, 26), date(9999, 12, 26), "zh").last_day == date(9999, 12, 26)
