"""From a name and a password to a cookie and back, and the one-time link of the first start.

Cookies themselves are the web's affair; here a login is a token. Times are arguments.
"""

from __future__ import annotations

from dataclasses import dataclass

from server.accounts.passwords import Passwords, check_password
from server.accounts.permissions import Role
from server.accounts.throttle import Throttle
from server.accounts.tokens import new_token, token_hash
from server.accounts.views import LoginView, clean_name, name_taken
from server.accounts.who import Who
from server.errors import ClientProblem
from server.storage import acts, rights, users
from server.storage.acts import By
from server.storage.database import Database
from server.storage.ids import new_id

_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class NewLogin:
    """A login just made; `token` goes into the cookie and is nowhere else."""

    token: str
    login: LoginView
    expires_at_ms: int


class Logins:
    """Logs people in and out.

    Args:
        database: where users and hashes are.
        passwords: how they are compared.
        login_hours: how long a login lasts.
    """

    def __init__(self, database: Database, passwords: Passwords, login_hours: float) -> None:
        self._database = database
        self._passwords = passwords
        self._login_ms = int(login_hours * 3_600_000)
        self._by_name = Throttle(free_tries=5)
        self._by_address = Throttle(free_tries=60)  # a whole school may share one
        self._refused_at_ms: dict[str, int] = {}  # names of users, so there are not many

    async def login(self, name: str, password: str, address: str, now_ms: int) -> NewLogin:
        """Log in.

        Raises:
            ClientProblem: 401 `wrong_password` for a wrong name, a wrong password and a disabled user alike;
                429 `too_many_tries`.
        """
        try:
            name = clean_name(name)
        except ClientProblem:
            raise _wrong() from None
        now_seconds = now_ms / 1000
        self._by_address.begin(address, now_seconds)
        await self._begin(name, now_ms)
        async with self._database.read() as connection:
            user = await users.find_by_name(connection, name)
        right = await self._passwords.matches(password, user.password_hash if user else None)
        if user is None or not right or user.disabled:
            raise _wrong()
        self._by_address.forgive(address)
        self._by_name.forget(name)
        renewed = (
            await self._passwords.hash(password) if self._passwords.outdated(user.password_hash) else None
        )
        token = new_token()
        expires_at_ms = now_ms + self._login_ms
        async with self._database.write() as connection:
            current = await users.get(connection, user.id)
            if current is None or current.disabled or current.password_hash != user.password_hash:
                raise _wrong()  # changed while the hash was compared
            if renewed is not None:
                await users.change(connection, user.id, {"password_hash": renewed})
            await users.add_login(connection, token_hash(token), user.id, now_ms, expires_at_ms)
        return NewLogin(token, _view(current), expires_at_ms)

    async def _begin(self, name: str, now_ms: int) -> None:
        """Count a try; the first one that is refused is recorded, once an hour, of a name that exists.

        Of other names it is not: they are what somebody typed, perhaps a password.
        """
        try:
            self._by_name.begin(name, now_ms / 1000)
        except ClientProblem:
            if now_ms - self._refused_at_ms.get(name, -_HOUR_MS) >= _HOUR_MS:
                await self._note_refusal(name, now_ms)
            raise

    async def _note_refusal(self, name: str, now_ms: int) -> None:
        async with self._database.read() as connection:
            if await users.find_by_name(connection, name) is None:
                return
        self._refused_at_ms[name] = now_ms
        async with self._database.write() as connection:
            failed_tries = self._by_name.count(name)
            await acts.note(connection, By("dayi", now_ms), "refuse_logins", name, failed_tries=failed_tries)

    async def who(self, token: str | None, now_ms: int) -> Who | None:
        """Who is behind a cookie; None when it is missing, unknown, expired or of a disabled user."""
        if not token:
            return None
        async with self._database.read() as connection:
            user = await users.find_by_login(connection, token_hash(token), now_ms)
            if user is None:
                return None
            switched = await rights.of_user(connection, user.id)
        return Who("user", user.id, user.name, user.role, user.class_id, switched)

    async def logout(self, token: str | None) -> None:
        """End this login; unknown ones are ended already."""
        if token:
            async with self._database.write() as connection:
                await users.end_login(connection, token_hash(token))

    async def change_password(self, who: Who, token: str, old: str, new: str, now_ms: int) -> None:
        """Set one's own password; every other login of the user ends.

        Raises:
            ClientProblem: 401 `wrong_password`, 422 `weak_password`, 429 `too_many_tries`.
        """
        async with self._database.read() as connection:
            user = await users.get(connection, who.id)
        if user is None:
            raise _wrong()
        self._by_name.begin(user.name, now_ms / 1000)
        if not await self._passwords.matches(old, user.password_hash):
            raise _wrong()
        self._by_name.forget(user.name)
        check_password(new, user.name)
        hashed = await self._passwords.hash(new)
        async with self._database.write() as connection:
            await users.change(connection, user.id, {"password_hash": hashed})
            await users.end_logins(connection, user.id, but=token_hash(token))
            await acts.note(connection, By(user.name, now_ms), "change_own_password", user.name)

    # --- the first start ----------------------------------------------------------------

    async def setup_needed(self) -> bool:
        """Whether there is no administrator yet."""
        async with self._database.read() as connection:
            return await users.count_active(connection, Role.ADMIN) == 0

    async def ensure_setup_token(self, now_ms: int) -> str | None:
        """The token that makes the first administrator, or None if there is one.

        Each call makes a new token and ends the one before, so only the newest start's link works.
        """
        token = new_token()
        async with self._database.write() as connection:
            if await users.count_active(connection, Role.ADMIN) > 0:
                await users.end_setup_tokens(connection)
                return None
            await users.renew_setup_token(connection, token_hash(token), now_ms)
        return token

    async def set_up(self, token: str, name: str, password: str, now_ms: int) -> NewLogin:
        """Make the first administrator and log in; the token dies with it.

        Raises:
            ClientProblem: 403 `setup_token_spent`, 409 `name_taken`, 422 `weak_password` or `bad_name`;
                but for the first, the token still works.
        """
        async with self._database.read() as connection:
            if not await users.knows_setup_token(connection, token_hash(token)):
                raise _spent()
        name = clean_name(name)
        check_password(password, name)
        hashed = await self._passwords.hash(password)
        user = users.StoredUser(
            id=new_id(),
            name=name,
            password_hash=hashed,
            role=Role.ADMIN,
            disabled=False,
            class_id=None,
            created_at_ms=now_ms,
        )
        login_token = new_token()
        expires_at_ms = now_ms + self._login_ms
        async with self._database.write() as connection:
            known = await users.knows_setup_token(connection, token_hash(token))
            if not known or await users.count_active(connection, Role.ADMIN) > 0:
                raise _spent()
            if await users.find_by_name(connection, name) is not None:
                raise name_taken(name)
            await users.end_setup_tokens(connection)
            await users.add(connection, user)
            await users.add_login(connection, token_hash(login_token), user.id, now_ms, expires_at_ms)
            await acts.note(connection, By(name, now_ms), "set_up", name)
        return NewLogin(login_token, _view(user), expires_at_ms)


def _view(user: users.StoredUser) -> LoginView:
    return LoginView(id=user.id, name=user.name, role=Role(user.role))


def _wrong() -> ClientProblem:
    return ClientProblem(
        "wrong_password", "用户名或密码不正确。", message_en="Wrong name or password.", status=401
    )


def _spent() -> ClientProblem:
    return ClientProblem(
        "setup_token_spent",
        "这个设置链接已失效，请使用最近一次启动时显示的链接。",
        message_en="This set-up link no longer works; use the one shown at the latest start.",
        status=403,
    )
