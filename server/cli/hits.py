"""`dayi hits`: the key pair to which texts of hits are sealed, and the opening of what was sealed.

A running server never needs the private key; each opening is in the audit log before a text is shown.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from server.cli.options import existing, given, setting_options
from server.errors import SettingsProblem
from server.settings import Settings, read_settings

if TYPE_CHECKING:
    from server.storage.hits import Hit

MOST = 1000


@click.group()
def command() -> None:
    """Make the keys for sealed texts of hits, and open such texts."""


@command.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def keys(file: Path) -> None:
    """Write a new private key to FILE, and print its public key for the setting hit_key.

    Keep FILE away from the server: whoever has it can read what is sealed, and without it nobody can.
    """
    from server.records import new_key_pair

    private, public = new_key_pair()
    try:
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SettingsProblem(f"{file} exists; a key is never overwritten") from None
    except OSError as error:
        raise SettingsProblem(f"{file}: {error.strerror}") from None
    with os.fdopen(opened, "w", encoding="ascii") as out:
        out.write(private + "\n")
    click.echo(public)


@command.command(name="open")
@click.argument("key", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--who", required=True, help="Who opens, for the audit log.")
@click.option("--reason", required=True, help="Why, for the audit log.")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day; without it, today.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Last day; without it, the first.")
@setting_options("data", "timezone")
def open_texts(
    key: Path, who: str, reason: str, first: datetime | None, last: datetime | None, **options: Any
) -> None:
    """Open the sealed texts of some days with the private key in the file KEY, and print them."""
    config = options.pop("config", None)
    settings = existing(read_settings(given(options), config))
    zone = ZoneInfo(settings.timezone)
    begin = (first or datetime.now(zone)).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=zone)
    end = (last.replace(tzinfo=zone) if last else begin) + timedelta(days=1)
    private = key.read_text(encoding="ascii", errors="replace")
    for line in asyncio.run(_open(settings, private, who.strip(), reason.strip(), begin, end)):
        click.echo(line)


async def _open(
    settings: Settings, key: str, who: str, reason: str, begin: datetime, end: datetime
) -> list[str]:
    from server.records import PrivateKey
    from server.storage import acts, hits
    from server.storage.acts import By
    from server.storage.database import Database

    if not who or not reason:
        raise SettingsProblem("--who and --reason must say something")
    private = PrivateKey(key)
    database = await Database.open(settings.database_file)
    try:
        span = (int(begin.timestamp() * 1000), int(end.timestamp() * 1000))
        async with database.read() as connection:
            found = await hits.sealed_between(connection, *span, MOST)
        texts = [private.open(hit.sealed or b"") for hit in found]
        if found:
            async with database.write() as connection:
                by = By(who, By.command_line().at_ms)
                numbers = [hit.id for hit in found]
                await acts.note(connection, by, "open_hits", reason, hits=numbers)
        return _lines(found, texts, begin)
    finally:
        await database.close()


def _lines(found: Sequence[Hit], texts: Sequence[str], begin: datetime) -> list[str]:
    lines = []
    for hit, text in zip(found, texts, strict=True):
        at = datetime.fromtimestamp(hit.at_ms / 1000, begin.tzinfo)
        about = f"{at:%Y-%m-%d %H:%M:%S}\t{hit.id}\t{hit.asker}\t{hit.direction}\t{hit.word}\t{hit.action}"
        lines.append(f"{about}\t{' '.join(text.split())}")
    return lines or ["nothing is sealed in these days"]
