"""Terms: people get other pseudonyms in each, and no week has two."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.accounts import Accounts
from server.accounts.terms import Terms, parse_starts
from server.storage import facts
from server.storage.database import Database

SHANGHAI = ZoneInfo("Asia/Shanghai")
TERMS = Terms(parse_starts(["09-01", "02-01"]), SHANGHAI)
DAY_MS = 86_400_000
moments = st.integers(1_500_000_000_000, 2_500_000_000_000)
days_of_a_year = st.dates(min_value=datetime(2001, 1, 1).date(), max_value=datetime(2001, 12, 31).date())


def moment(text: str) -> int:
    """A local time in ms since the epoch."""
    return int(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp() * 1000)


@given(moments, st.integers(0, 7 * DAY_MS), st.lists(days_of_a_year, min_size=1, max_size=4))
def test_a_week_never_has_two_terms(at_ms: int, more_ms: int, starts: list[datetime]) -> None:
    """So nobody counts twice in a sheet, whichever days the terms begin on: k people are k people."""
    terms = Terms(parse_starts([f"{day:%m-%d}" for day in starts]), SHANGHAI)
    if terms.week(at_ms) == terms.week(at_ms + more_ms):
        assert terms.term(at_ms) == terms.term(at_ms + more_ms)
    assert terms.term(at_ms) <= terms.term(at_ms + more_ms)


def test_a_term_begins_with_the_monday_of_its_first_week() -> None:
    """1 September 2026 is a Tuesday: the Monday before belongs to the new term, the Sunday to the old one."""
    assert TERMS.term(moment("2026-08-30 23:59")) == TERMS.term(moment("2026-03-01 08:00"))
    assert TERMS.term(moment("2026-08-31 00:00")) == TERMS.term(moment("2026-09-01 08:00"))
    assert TERMS.term(moment("2026-08-30 23:59")) != TERMS.term(moment("2026-08-31 00:00"))
    assert TERMS.term(moment("2027-01-15 08:00")) == TERMS.term(moment("2026-12-15 08:00"))


@pytest.mark.parametrize("wrong", [[], ["02-29"], ["13-01"], ["spring"]])
def test_a_start_is_a_day_of_every_year(wrong: list[str]) -> None:
    """A day that some years lack would make a term without a beginning."""
    with pytest.raises(ValueError):
        parse_starts(wrong)


async def test_where_people_are_counted_already_terms_begin_next_monday(database: Database) -> None:
    """After an update nobody is two people in the running week; a new installation has terms at once."""
    fresh = await Accounts.open(database)
    assert fresh.terms.since_week == 0
    async with database.write() as connection:
        await connection.exec_driver_sql("DELETE FROM secrets WHERE name = 'terms_since_week'")
        fact = facts.NewFact(None, 1, 700_000, 8, None, "old", "answered", "model", None, None)
        await facts.record(connection, fact, ())
    updated = await Accounts.open(database)
    again = await Accounts.open(database)
    assert updated.terms.since_week == again.terms.since_week > 0
    now_ms = int(datetime.now(SHANGHAI).timestamp() * 1000)
    assert updated.terms.term(now_ms) == 0 != updated.terms.term(now_ms + 8 * DAY_MS)
