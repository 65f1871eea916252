"""`dayi users`: the people who log in, straight on the data folder, with or without a running server."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import click

from server.cli.options import existing, given, setting_options
from server.settings import Settings, read_settings

if TYPE_CHECKING:
    from server.accounts import Accounts

ROLES = ("pupil", "teacher", "compliance", "admin")
_password = click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of standard input."
)


@click.group()
def command() -> None:
    """Add, list and re-password the people who log in."""


@command.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the new user may do.")
@_password
@setting_options("data")
def add(name: str, role: str, password_stdin: bool, **options: Any) -> None:
    """Add the user NAME."""
    password = _read_password(password_stdin)
    asyncio.run(_add(_settings(options), name, role, password))
    click.echo(f"{name} is added as {role}.")


@command.command(name="list")
@setting_options("data")
def list_users(**options: Any) -> None:
    """List every user with the role."""
    for name, role, disabled in asyncio.run(_list(existing(_settings(options)))):
        click.echo(f"{name}\t{role}{chr(9) + 'disabled' if disabled else ''}")


@command.command()
@click.argument("name")
@_password
@setting_options("data")
def passwd(name: str, password_stdin: bool, **options: Any) -> None:
    """Give the user NAME another password; the user is logged out everywhere."""
    settings = existing(_settings(options))
    asyncio.run(_passwd(settings, name, _read_password(password_stdin)))
    click.echo(f"{name} has a new password.")


def _settings(options: dict[str, Any]) -> Settings:
    config = options.pop("config", None)
    return read_settings(given(options), config)


def _read_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


@asynccontextmanager
async def _accounts(settings: Settings) -> AsyncIterator[Accounts]:
    from server.accounts import Accounts
    from server.storage.database import Database

    database = await Database.open(settings.database_file)
    try:
        yield await Accounts.open(database, login_hours=settings.login_hours)
    finally:
        await database.close()


async def _add(settings: Settings, name: str, role: str, password: str) -> None:
    from server.accounts import NewUser, Role

    async with _accounts(settings) as accounts:
        await accounts.users.add(NewUser(name=name, role=Role(role), password=password), _now_ms())


async def _list(settings: Settings) -> list[tuple[str, str, bool]]:
    async with _accounts(settings) as accounts:
        return [(user.name, str(user.role), user.disabled) for user in await accounts.users.list_all()]


async def _passwd(settings: Settings, name: str, password: str) -> None:
    from server.accounts import UserPatch
    from server.errors import ClientProblem

    async with _accounts(settings) as accounts:
        for user in await accounts.users.list_all():
            if user.name == name:
                await accounts.users.change(user.id, UserPatch(password=password))
                return
    raise ClientProblem("not_found", f"there is no user {name!r}", status=404)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
