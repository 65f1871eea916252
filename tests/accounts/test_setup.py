"""The one-time link that makes the first administrator."""

from __future__ import annotations

import asyncio

import pytest

from server.accounts import Accounts, NewUser, Role
from server.errors import ClientProblem

NOW_MS = 1_800_000_000_000
PASSWORD = "horse battery staple"


async def _token(accounts: Accounts) -> str:
    token = await accounts.logins.ensure_setup_token(NOW_MS)
    assert token is not None
    return token


async def _refusal(accounts: Accounts, token: str, name: str = "root", password: str = PASSWORD) -> str:
    with pytest.raises(ClientProblem) as refused:
        await accounts.logins.set_up(token, name, password, NOW_MS)
    return refused.value.code


async def test_token_makes_the_administrator_once(accounts: Accounts) -> None:
    """It works one time, logs in, and is dead afterwards."""
    assert await accounts.logins.setup_needed()
    token = await _token(accounts)
    made = await accounts.logins.set_up(token, "root", PASSWORD, NOW_MS)
    assert made.login.role == Role.ADMIN
    assert (await accounts.who(made.token, None, NOW_MS)) is not None
    assert not await accounts.logins.setup_needed()
    assert await _refusal(accounts, token, name="another") == "setup_token_spent"


async def test_token_used_twice_at_once_makes_one_administrator(accounts: Accounts) -> None:
    """Two clicks in the same moment are still one use."""
    token = await _token(accounts)
    results = await asyncio.gather(
        accounts.logins.set_up(token, "first", PASSWORD, NOW_MS),
        accounts.logins.set_up(token, "second", PASSWORD, NOW_MS),
        return_exceptions=True,
    )
    assert sorted(isinstance(result, ClientProblem) for result in results) == [False, True]
    assert len(await accounts.users.list_all()) == 1


async def test_a_new_start_ends_the_earlier_link(accounts: Accounts) -> None:
    """Only the link of the latest start works."""
    earlier, latest = await _token(accounts), await _token(accounts)
    assert await _refusal(accounts, earlier) == "setup_token_spent"
    assert await accounts.logins.set_up(latest, "root", PASSWORD, NOW_MS)


async def test_weak_password_does_not_cost_the_link(accounts: Accounts) -> None:
    """A refused attempt may be repeated."""
    token = await _token(accounts)
    assert await _refusal(accounts, token, password="12345678") == "weak_password"
    assert await _refusal(accounts, token, name=" ") == "bad_name"
    assert await accounts.logins.set_up(token, "root", PASSWORD, NOW_MS)


async def test_with_an_administrator_there_is_no_link(accounts: Accounts) -> None:
    """Nothing is printed, and a link from before is dead, when the administrator came another way."""
    token = await _token(accounts)
    await accounts.users.add(NewUser(name="cli", role=Role.ADMIN, password=PASSWORD), NOW_MS)
    assert await _refusal(accounts, token) == "setup_token_spent"
    assert await accounts.logins.ensure_setup_token(NOW_MS) is None


@pytest.mark.parametrize("token", ["", "x", "\udc80", "a" * 10_000])
async def test_unknown_token_is_refused(accounts: Accounts, token: str) -> None:
    """Whatever is sent as a token, the answer is the same."""
    await _token(accounts)
    assert await _refusal(accounts, token) == "setup_token_spent"
