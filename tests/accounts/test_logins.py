"""Logging in and out: what works, what does not, and what it tells."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from server.accounts import Accounts, NewUser, Role, UserPatch, Who
from server.accounts.passwords import Passwords
from server.errors import ClientProblem
from server.storage import users
from server.storage.database import Database

NOW_MS = 1_800_000_000_000
PASSWORD = "horse battery staple"
HOUR_MS = 3_600_000

pytestmark = pytest.mark.usefixtures("admin")


async def test_login_gives_a_token_that_says_who_it_is(accounts: Accounts, admin: Who) -> None:
    """Name and password turn into a token, and the token into a person."""
    made = await accounts.logins.login(" ｒｏｏｔ ", PASSWORD, "1.2.3.4", NOW_MS)
    assert made.login.model_dump() == {"id": admin.id, "name": "root", "role": "admin"}
    assert made.expires_at_ms == NOW_MS + HOUR_MS
    assert await accounts.who(made.token, None, NOW_MS) == admin


async def test_login_ends_by_time_and_by_logout(accounts: Accounts) -> None:
    """A token works until it expires or is handed back, and others are not touched."""
    first = await accounts.logins.login("root", PASSWORD, "a", NOW_MS)
    second = await accounts.logins.login("root", PASSWORD, "a", NOW_MS)
    assert await accounts.who(first.token, None, NOW_MS + HOUR_MS - 1) is not None
    assert await accounts.who(first.token, None, NOW_MS + HOUR_MS) is None
    await accounts.logins.logout(first.token)
    await accounts.logins.logout("unknown")
    assert await accounts.who(first.token, None, NOW_MS) is None
    assert await accounts.who(second.token, None, NOW_MS) is not None


async def test_neither_passwords_nor_tokens_are_in_the_file(
    accounts: Accounts, database: Database, tmp_path: Path
) -> None:
    """Who steals the database can log in nowhere."""
    made = await accounts.logins.login("root", PASSWORD, "a", NOW_MS)
    _, visitor = await accounts.classes.new_visitor(NOW_MS)
    assert visitor.kind == "visitor"
    await database.close()
    stored = (tmp_path / "dayi.sqlite3").read_bytes()
    assert PASSWORD.encode() not in stored and made.token.encode() not in stored


@pytest.mark.parametrize("name", ["root", "nobody", "off", "", "\x00", "x" * 1000])
async def test_wrong_name_wrong_password_and_disabled_say_the_same(accounts: Accounts, name: str) -> None:
    """Nobody learns from a refusal which names exist."""
    off = await accounts.users.add(NewUser(name="off", role=Role.TEACHER, password=PASSWORD), NOW_MS)
    await accounts.users.change(off.id, UserPatch(disabled=True))
    password = PASSWORD if name == "off" else "not the password"
    with pytest.raises(ClientProblem) as refused:
        await accounts.logins.login(name, password, "a", NOW_MS)
    assert (refused.value.code, refused.value.status) == ("wrong_password", 401)


async def test_wrong_name_takes_as_long_as_wrong_password(accounts: Accounts) -> None:
    """The time of a refusal does not tell either: both do the work of one comparison."""

    async def fastest_ms(name: str) -> float:
        times = []
        for number in range(4):
            begun = time.perf_counter()
            with pytest.raises(ClientProblem):
                await accounts.logins.login(name, f"guess {number}", f"address {number}", NOW_MS)
            times.append(time.perf_counter() - begun)
        return min(times) * 1000

    known_ms, unknown_ms = await fastest_ms("root"), await fastest_ms("nobody")
    assert unknown_ms > known_ms / 5  # it would be a thousandth without the work
    assert known_ms > unknown_ms / 2


async def test_hashing_does_not_hold_up_the_loop() -> None:
    """While a password is hashed, everything else goes on."""
    hashing = asyncio.create_task(Passwords().hash(PASSWORD))
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert turns >= 5


async def test_guessing_one_name_is_slowed_down(accounts: Accounts) -> None:
    """After five wrong tries even the right password waits, and says for how long."""
    for number in range(5):
        with pytest.raises(ClientProblem, match="用户名或密码"):
            await accounts.logins.login("root", "wrong", f"address {number}", NOW_MS)
    with pytest.raises(ClientProblem) as slowed:
        await accounts.logins.login("root", PASSWORD, "another", NOW_MS)
    assert (slowed.value.code, slowed.value.status) == ("too_many_tries", 429)
    assert slowed.value.retry_after_seconds == 1.0
    assert await accounts.logins.login("root", PASSWORD, "another", NOW_MS + 1000)
    assert await accounts.logins.login("root", PASSWORD, "another", NOW_MS + 1000)


async def test_guesses_made_all_at_once_are_slowed_down_too(accounts: Accounts) -> None:
    """Guesses count when they begin, so a burst gets no further than a series."""
    results = await asyncio.gather(
        *(accounts.logins.login("root", f"guess {number}", "a", NOW_MS) for number in range(20)),
        return_exceptions=True,
    )
    codes = [result.code for result in results if isinstance(result, ClientProblem)]
    assert (codes.count("wrong_password"), codes.count("too_many_tries")) == (5, 15)


async def test_guessing_many_names_from_one_address_is_slowed_down(accounts: Accounts) -> None:
    """One address cannot try one password on a whole school."""
    results = await asyncio.gather(
        *(accounts.logins.login(f"pupil {number}", PASSWORD, "a", NOW_MS) for number in range(61)),
        return_exceptions=True,
    )
    last = results[-1]
    assert isinstance(last, ClientProblem) and last.code == "too_many_tries"


async def test_changing_the_password_ends_the_other_logins(accounts: Accounts, admin: Who) -> None:
    """The login that changes it stays, the others and the old password do not."""
    here = await accounts.logins.login("root", PASSWORD, "a", NOW_MS)
    there = await accounts.logins.login("root", PASSWORD, "b", NOW_MS)
    with pytest.raises(ClientProblem, match="不正确"):
        await accounts.logins.change_password(admin, here.token, "wrong", "a better password", NOW_MS)
    with pytest.raises(ClientProblem) as weak:
        await accounts.logins.change_password(admin, here.token, PASSWORD, "short", NOW_MS)
    assert weak.value.code == "weak_password"
    await accounts.logins.change_password(admin, here.token, PASSWORD, "a better password", NOW_MS)
    assert await accounts.who(here.token, None, NOW_MS) == admin
    assert await accounts.who(there.token, None, NOW_MS) is None
    assert await accounts.logins.login("root", "a better password", "a", NOW_MS)


async def test_hash_of_older_parameters_is_renewed_at_login(
    accounts: Accounts, database: Database, admin: Who
) -> None:
    """A password stays the same while its hash keeps up with the times."""
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    async with database.write() as connection:
        await users.change(connection, admin.id, {"password_hash": old})
    await accounts.logins.login("root", PASSWORD, "a", NOW_MS)
    async with database.read() as connection:
        user = await users.get(connection, admin.id)
    assert user is not None and "m=19456,t=2,p=1" in user.password_hash
    assert await accounts.logins.login("root", PASSWORD, "a", NOW_MS)
