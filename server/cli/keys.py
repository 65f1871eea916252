"""`dayi keys`: keys with which other systems use the word lists, straight on the data folder."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import click

from server.cli.options import existing, given, setting_options
from server.settings import Settings, read_settings

if TYPE_CHECKING:
    from server.accounts.keys import Keys

ROLES = ("teacher", "compliance", "admin")


@click.group()
def command() -> None:
    """Make, list and revoke the keys of other systems."""


@command.command()
@click.argument("name")
@click.option(
    "--role", type=click.Choice(ROLES), default="teacher", show_default=True, help="What it may see."
)
@click.option("--per-minute", type=click.IntRange(1, 60_000), default=600, show_default=True)
@setting_options("data")
def add(name: str, role: str, per_minute: int, **options: Any) -> None:
    """Make a key for the system NAME, and print it: it is not kept and cannot be shown again."""
    click.echo(asyncio.run(_add(_settings(options), name, role, per_minute)))


@command.command(name="list")
@setting_options("data")
def list_keys(**options: Any) -> None:
    """List every key by its beginning."""
    for line in asyncio.run(_list(_settings(options))):
        click.echo(line)


@command.command()
@click.argument("key")
@setting_options("data")
def revoke(key: str, **options: Any) -> None:
    """Revoke the KEY with this id (see `list`), at once and for ever."""
    asyncio.run(_revoke(_settings(options), key))
    click.echo(f"{key} is revoked.")


def _settings(options: dict[str, Any]) -> Settings:
    config = options.pop("config", None)
    return existing(read_settings(given(options), config))


@asynccontextmanager
async def _keys(settings: Settings) -> AsyncIterator[Keys]:
    from server.accounts.keys import Keys
    from server.storage.database import Database

    database = await Database.open(settings.database_file)
    try:
        yield Keys(database)
    finally:
        await database.close()


async def _add(settings: Settings, name: str, role: str, per_minute: int) -> str:
    from server.accounts import NewKey, Role

    async with _keys(settings) as keys:
        new = NewKey(name=name, role=Role(role), per_minute=per_minute)
        return (await keys.add(new, who="dayi keys", now_ms=_now_ms())).key


async def _list(settings: Settings) -> list[str]:
    async with _keys(settings) as keys:
        return [
            f"{key.id}\t{key.shown}…\t{key.name}\t{key.role}\t{key.per_minute}/min"
            f"{chr(9) + 'revoked' if key.revoked_at_ms else ''}"
            for key in await keys.list_all()
        ]


async def _revoke(settings: Settings, key_id: str) -> None:
    async with _keys(settings) as keys:
        await keys.revoke(key_id, _now_ms())


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
