"""An audit log read from a database file that is not ours to change: a copy, a backup, evidence.

Nothing is migrated or written; a running server may have the file open.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from server.errors import StorageProblem

_HAS_LOG = text("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'audit'")


@asynccontextmanager
async def looking(file: Path) -> AsyncIterator[AsyncConnection]:
    """A connection that can only read.

    Raises:
        StorageProblem: this is no database, or it has no audit log.
    """
    if not await asyncio.to_thread(file.is_file):
        raise StorageProblem(f"{file}: there is no such file")
    try:
        async with _connected(file, await _mode(file)) as connection:
            if not await connection.scalar(_HAS_LOG):
                raise StorageProblem(f"{file} has no audit log")
            yield connection
    except DBAPIError as error:
        raise StorageProblem(f"cannot read {file}: {error.orig}") from error


@asynccontextmanager
async def _connected(file: Path, mode: str) -> AsyncIterator[AsyncConnection]:
    address = f"file:{quote(str(file))}?{mode}&uri=true"
    engine = create_async_engine(f"sqlite+aiosqlite:///{address}", hide_parameters=True)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def _mode(file: Path) -> str:
    """Read-only; where no file can be made beside it (a copy on a write-protected disk), immutable."""
    try:
        async with _connected(file, "mode=ro") as connection:
            await connection.scalar(_HAS_LOG)
    except DBAPIError:
        return "mode=ro&immutable=1"
    return "mode=ro"
