"""The one database: opened, migrated, read and written.

Reads run on a few connections side by side; writes run one at a time on a connection of
their own (SQLite has one writer anyway, and a queue in front of it beats `SQLITE_BUSY`).
It does not know what the tables mean.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import URL, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from server.errors import StorageProblem

Connection = AsyncConnection  # for those who pass one on without knowing what it is

MIGRATIONS = Path(__file__).parent / "migrations"
SCRUB_SECONDS = 2.0
PRAGMAS = (
    # Another process may write, too: importing the largest word file on the command line takes it ten
    # seconds, and a journal that gives up before that gives up every answer under way.
    "busy_timeout=60000",
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "secure_delete=ON",  # what a pupil deletes is overwritten, not only unlinked
)


class Database:
    """An open database. Make one with `Database.open`."""

    def __init__(self, file: Path, reader: AsyncEngine, writer: AsyncEngine) -> None:
        self._file = file
        self._reader = reader
        self._writer = writer
        self._write_turn = asyncio.Lock()

    @classmethod
    async def open(cls, file: Path) -> Database:
        """Open `file`, creating or migrating it as needed.

        Raises:
            StorageProblem: the folder cannot be written, or the file is not a database of ours.
        """
        url = URL.create("sqlite+aiosqlite", database=str(file))
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            await asyncio.to_thread(migrate, URL.create("sqlite", database=str(file)))
        except (DBAPIError, CommandError, OSError) as error:
            raise StorageProblem(f"cannot open {file}: {getattr(error, 'orig', None) or error}") from error
        # hide_parameters: what people wrote must not reach the log inside a traceback.
        reader = create_async_engine(url, pool_size=4, max_overflow=4, hide_parameters=True)
        writer = create_async_engine(url, pool_size=1, max_overflow=0, hide_parameters=True)
        for engine in (reader, writer):
            event.listen(engine.sync_engine, "connect", _prepare_connection)
        event.listen(reader.sync_engine, "begin", _begin_reading)
        event.listen(writer.sync_engine, "begin", _begin_writing)
        return cls(file, reader, writer)

    async def scrub(self, *, vacuum_below_bytes: int) -> bool:
        """Let nothing that was deleted stay in the files: rewrite the database and empty its log.

        Deleted rows are overwritten where they lay (`secure_delete`); rewriting also takes copies that moved
        rows left behind. Writers wait meanwhile, so only files below a size are rewritten: below 64 MiB that
        takes well under a second.

        Args:
            vacuum_below_bytes: a larger file is not rewritten.

        Returns:
            Whether the file was rewritten and nothing was left in the log.

        Raises:
            StorageProblem: the database refused.
        """
        async with self._write_turn:
            try:
                return await asyncio.to_thread(_scrub, self._file, vacuum_below_bytes)
            except sqlite3.Error as error:
                raise StorageProblem(str(error)) from error

    async def close(self) -> None:
        """Finish the write under way and close every connection."""
        async with self._write_turn:
            await self._writer.dispose()
            await self._reader.dispose()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading a consistent state.

        Raises:
            StorageProblem: the database refused.
        """
        try:
            async with self._reader.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise StorageProblem(str(error.orig)) from error
        except PoolTimeout as error:
            raise StorageProblem("every reading connection stayed busy") from error

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction that is committed at the end of the block, or rolled back.

        Raises:
            StorageProblem: the database refused (disk full, damaged); nothing of the block is kept.
        """
        try:
            async with self._write_turn, self._writer.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise StorageProblem(str(error.orig)) from error


def migrate(url: URL) -> None:
    """Bring the database at `url` (of a synchronous driver) to the newest schema."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["url"] = url
    command.upgrade(config, "head")


def _scrub(file: Path, vacuum_below_bytes: int) -> bool:
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        for pragma in (*PRAGMAS, f"busy_timeout={int(SCRUB_SECONDS * 1000)}"):
            connection.execute(f"PRAGMA {pragma}")
        is_small = file.stat().st_size < vacuum_below_bytes
        if is_small:
            connection.execute("VACUUM")
        # A reader that still looks at the old state keeps the log from being emptied; none does so for long.
        (is_busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return is_small and not is_busy
    finally:
        connection.close()


def _prepare_connection(connection: Any, _record: Any) -> None:
    # pysqlite's own transaction control is switched off so that BEGIN IMMEDIATE is ours to send.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_reading(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
