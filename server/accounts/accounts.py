"""Everything about people, put together once at start."""

from __future__ import annotations

from server.accounts.classes import Classes
from server.accounts.keys import Keys
from server.accounts.logins import Logins
from server.accounts.names import Names
from server.accounts.passwords import Passwords
from server.accounts.users import Users
from server.accounts.who import Who, pseudonym
from server.storage import classes
from server.storage.database import Database


class Accounts:
    """Logins, users, classes and visitors of one installation. Make one with `Accounts.open`."""

    def __init__(self, database: Database, passwords: Passwords, salt: bytes, login_hours: float) -> None:
        self.logins = Logins(database, passwords, login_hours)
        self.users = Users(database, passwords)
        self.classes = Classes(database)
        self.keys = Keys(database)
        self.names = Names(database)
        self._salt = salt

    @classmethod
    async def open(cls, database: Database, *, login_hours: float = 12.0) -> Accounts:
        """Read (at the very first start: make) the installation's secret, and be ready.

        Raises:
            StorageProblem: the database refused.
        """
        async with database.write() as connection:
            salt = await classes.secret(connection, "pseudonyms")
        passwords = Passwords()
        await passwords.prepare()
        return cls(database, passwords, salt, login_hours)

    async def who(self, login_token: str | None, visitor_token: str | None, now_ms: int) -> Who | None:
        """Who is behind these two cookies; a login counts before a visitor. None: someone new."""
        return await self.logins.who(login_token, now_ms) or await self.classes.visitor(visitor_token)

    def pseudonym(self, owner_id: str, class_id: str | None) -> str:
        """The name under which someone is counted in a class."""
        return pseudonym(owner_id, class_id, self._salt)
