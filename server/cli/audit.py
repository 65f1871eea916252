"""`dayi audit`: proof that nobody has tampered with the audit log, and its export; of a copy, too."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from server.cli.options import existing, given, setting_options
from server.errors import SettingsProblem
from server.settings import read_settings

HEADS_FILE = "audit-heads.txt"
_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_database = click.option("--database", type=_file, help="A copy of dayi.sqlite3 instead; it is only read.")


@click.group()
def command() -> None:
    """Verify and export the audit log, of the data folder or of a copy of its database."""


@command.command()
@click.option("--head", help="Hash of a row that was once the last one: finds an end that was cut off.")
@click.option(
    "--heads",
    type=_file,
    help=f"File of daily heads (a copy of DATA/{HEADS_FILE}); without it, the one in DATA.",
)
@_database
@setting_options("data")
def verify(head: str | None, heads: Path | None, database: Path | None, **options: Any) -> None:
    """Walk along the whole chain; name the first row that does not fit. Exit code 1 if there is one."""
    file, folder = _place(database, options)
    if head is None:
        head = newest_head(heads or (None if folder is None else folder / HEADS_FILE))
    num, head_hash, broken = asyncio.run(_verify(file, head))
    if broken is not None:
        seq, why = broken
        click.echo(f"BROKEN at row {seq}: {why}")
        click.echo(f"{num} rows, last hash {head_hash}")
        sys.exit(1)
    against = f", and holds the known head {head[:16]}…" if head else ""
    click.echo(f"whole: {num} rows, last hash {head_hash}{against}")


@command.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_database
@setting_options("data")
def export(file: Path, database: Path | None, **options: Any) -> None:
    """Write the whole log to FILE as JSON lines (- for standard output)."""
    source, folder = _place(database, options)
    num = asyncio.run(_export(source, file))
    if folder is not None:
        asyncio.run(_note(source, file, num))
    click.echo(f"{num} rows are written to {file}", err=True)


def newest_head(file: Path | None) -> str | None:
    """The hash in the last whole line of a file of heads.

    Raises:
        SettingsProblem: the file is none.
    """
    if file is None or not file.exists():
        return None
    lines = [line.split() for line in file.read_text(encoding="ascii", errors="replace").splitlines()]
    hashes = [line[2] for line in lines if len(line) == 3 and len(line[2]) == 64]
    if not hashes:
        raise SettingsProblem(f"{file}: no line of it is a day, a number and a hash")
    return hashes[-1]


def _place(database: Path | None, options: dict[str, Any]) -> tuple[Path, Path | None]:
    config = options.pop("config", None)
    if database is not None:
        return database, None
    settings = existing(read_settings(given(options), config))
    return settings.database_file, settings.data


async def _verify(file: Path, head: str | None) -> tuple[int, str, tuple[int, str] | None]:
    from server.storage import audit
    from server.storage.audit_file import looking

    async with looking(file) as connection:
        found = await audit.verify(connection, known_hash=head)
    return found.num, found.head_hash, found.first_broken


async def _export(source: Path, file: Path) -> int:
    from server.records.trail import as_line
    from server.storage import audit
    from server.storage.audit_file import looking

    num = 0
    with click.open_file(str(file), "w", encoding="utf-8", atomic=str(file) != "-") as out:
        async with looking(source) as connection:
            async for entry in audit.every(connection):
                out.write(as_line(entry) + "\n")
                num += 1
    return num


async def _note(source: Path, file: Path, num: int) -> None:
    from server.storage import acts
    from server.storage.acts import By
    from server.storage.database import Database

    database = await Database.open(source)
    try:
        async with database.write() as connection:
            await acts.note(connection, By.command_line(), "export_audit", file.name, rows=num)
    finally:
        await database.close()
