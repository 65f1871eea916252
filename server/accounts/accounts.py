"""Everything about people, put together once at start."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from server.accounts.classes import Classes
from server.accounts.keys import Keys
from server.accounts.logins import Logins
from server.accounts.names import Names
from server.accounts.passwords import Passwords
from server.accounts.reveals import Reveals
from server.accounts.terms import DEFAULT_STARTS, Terms, parse_starts
from server.accounts.users import Users
from server.accounts.who import Who, pseudonym
from server.storage import classes, facts
from server.storage.database import Database


class Accounts:
    """Logins, users, classes and visitors of one installation. Make one with `Accounts.open`."""

    def __init__(
        self, database: Database, passwords: Passwords, salt: bytes, login_hours: float, terms: Terms
    ) -> None:
        self.logins = Logins(database, passwords, login_hours)
        self.users = Users(database, passwords)
        self.classes = Classes(database)
        self.keys = Keys(database)
        self.terms = terms
        self.names = Names(database)
        self._salt = salt
        self.reveals = Reveals(database, self.pseudonyms)

    @classmethod
    async def open(
        cls,
        database: Database,
        *,
        login_hours: float = 12.0,
        term_starts: Sequence[str] = DEFAULT_STARTS,
        timezone: str = "Asia/Shanghai",
    ) -> Accounts:
        """Read (at the very first start: make) the installation's secret, and be ready.

        Raises:
            StorageProblem: the database refused.
        """
        terms = Terms(parse_starts(term_starts), ZoneInfo(timezone))
        now_ms = time.time_ns() // 1_000_000
        async with database.write() as connection:
            salt = await classes.secret(connection, "pseudonyms")
            # Where people were counted before there were terms, the first one begins next Monday: in no week
            # does anybody have two pseudonyms.
            since_week = await facts.first_week_with_terms(connection, terms.week(now_ms) + 1)
        passwords = Passwords()
        await passwords.prepare()
        return cls(database, passwords, salt, login_hours, replace(terms, since_week=since_week))

    async def who(self, login_token: str | None, visitor_token: str | None, now_ms: int) -> Who | None:
        """Who is behind these two cookies; a login counts before a visitor. None: someone new."""
        return await self.logins.who(login_token, now_ms) or await self.classes.visitor(visitor_token)

    def pseudonym(self, owner_id: str, class_id: str | None, at_ms: int) -> str:
        """The name under which someone is counted in a class at a moment."""
        return pseudonym(owner_id, class_id, self.terms.term(at_ms), self._salt)

    def pseudonyms(self, owner_id: str, class_id: str | None, from_ms: int, to_ms: int) -> set[str]:
        """Every name that someone had in a class between two moments."""
        terms = self.terms.all_since(from_ms, to_ms)
        return {pseudonym(owner_id, class_id, term, self._salt) for term in terms}
