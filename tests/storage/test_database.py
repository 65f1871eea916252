"""The database file: made, migrated, shared, and honest when it refuses."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from server.errors import StorageProblem
from server.storage.database import Database
from server.storage.tables import Base

pytestmark = pytest.mark.usefixtures("database")


async def _note(database: Database, name: str) -> None:
    async with database.write() as connection:
        await connection.execute(
            text("INSERT INTO secrets (name, value) VALUES (:name, x'00')"), {"name": name}
        )


async def _names(database: Database) -> list[str]:
    async with database.read() as connection:
        return list((await connection.scalars(text("SELECT name FROM secrets ORDER BY name"))).all())


def test_migrated_schema_equals_the_tables(file: Path) -> None:
    """What the migrations make is exactly what the tables say."""
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


async def test_opening_again_keeps_everything(database: Database, file: Path) -> None:
    """A second start finds what the first one wrote."""
    await _note(database, "kept")
    again = await Database.open(file)
    assert await _names(again) == ["kept"]
    await again.close()


async def test_write_that_fails_leaves_nothing(database: Database) -> None:
    """An exception in the block takes the whole block back."""
    with pytest.raises(RuntimeError):
        async with database.write() as connection:
            await connection.execute(text("INSERT INTO secrets (name, value) VALUES ('half', x'00')"))
            raise RuntimeError
    assert await _names(database) == []


async def test_reading_goes_on_while_a_write_is_open(database: Database) -> None:
    """A reader sees the state before the write, and does not wait for it."""
    async with database.write() as connection:
        await connection.execute(text("INSERT INTO secrets (name, value) VALUES ('later', x'00')"))
        assert await asyncio.wait_for(_names(database), 30) == []
    assert await _names(database) == ["later"]


async def test_writing_goes_on_while_a_reader_is_open(database: Database) -> None:
    """A reader keeps its consistent state, and a writer does not wait for it."""
    async with database.read() as connection:
        count = text("SELECT count(*) FROM secrets")
        assert await connection.scalar(count) == 0
        await asyncio.wait_for(_note(database, "meanwhile"), 30)
        assert await connection.scalar(count) == 0
    assert await _names(database) == ["meanwhile"]


async def test_many_writers_take_turns(database: Database) -> None:
    """A hundred writes at once all happen."""
    await asyncio.gather(*(_note(database, f"{number:03}") for number in range(100)))
    assert len(await _names(database)) == 100


async def test_cancelled_write_does_not_poison_the_next(database: Database) -> None:
    """A task that is cancelled inside its write leaves nothing, and others go on."""
    inside = asyncio.Event()

    async def write_and_linger() -> None:
        async with database.write() as connection:
            await connection.execute(text("INSERT INTO secrets (name, value) VALUES ('gone', x'00')"))
            inside.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(write_and_linger())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(_note(database, "next"), 30)
    assert await _names(database) == ["next"]


async def test_foreign_keys_are_enforced(database: Database) -> None:
    """A row cannot refer to something that is not there, and the refusal has our name."""
    with pytest.raises(StorageProblem, match="FOREIGN KEY"):
        async with database.write() as connection:
            await connection.execute(
                text("INSERT INTO journal (conversation_id, seq, frame) VALUES ('nobody', 1, '{}')")
            )


async def test_full_disk_is_a_storage_problem(database: Database) -> None:
    """When there is no room, the write says so, keeps nothing, and reading goes on."""
    await _note(database, "before")
    async with database.write() as connection:
        pages = await connection.scalar(text("PRAGMA page_count"))
        await connection.execute(text(f"PRAGMA max_page_count={pages}"))
    with pytest.raises(StorageProblem, match="full"):
        async with database.write() as connection:
            await connection.execute(text("INSERT INTO secrets VALUES ('large', zeroblob(1000000))"))
    assert await _names(database) == ["before"]


async def test_file_that_is_no_database_is_a_storage_problem(tmp_path: Path) -> None:
    """Garbage where the database should be is named, not overwritten."""
    file = tmp_path / "other.sqlite3"
    file.write_bytes(b"not a database at all, only some text" * 100)
    with pytest.raises(StorageProblem, match="not a database"):
        await Database.open(file)
    assert file.read_bytes().startswith(b"not a database")


async def test_database_of_a_newer_release_is_a_storage_problem(database: Database, file: Path) -> None:
    """A schema this release does not know is left alone."""
    with sqlite3.connect(file) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    other.close()
    with pytest.raises(StorageProblem, match="9999"):
        await Database.open(file)


async def test_folder_that_cannot_be_made_is_a_storage_problem(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(StorageProblem, match="taken"):
        await Database.open(tmp_path / "taken" / "dayi.sqlite3")


_SECOND_PROCESS = """
import asyncio, sys
from pathlib import Path
from sqlalchemy import text
from server.storage.database import Database

async def main():
    database = await Database.open(Path(sys.argv[1]))
    for number in range(20):
        async with database.write() as connection:
            count = await connection.scalar(text("SELECT count(*) FROM secrets"))
            await asyncio.sleep(0.002)
            await connection.execute(
                text("INSERT INTO secrets VALUES (:name, x'00')"), {"name": f"{count:03}"}
            )
    await database.close()

asyncio.run(main())
"""


async def test_two_processes_start_and_write_side_by_side(tmp_path: Path) -> None:
    """Both migrate the same new file at once, then read and write in turns: nobody's count is stale."""
    file = tmp_path / "奇怪 #%?" / "dayi.sqlite3"
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", _SECOND_PROCESS, str(file))
        for _ in range(2)
    ]
    assert await asyncio.gather(*(process.wait() for process in processes)) == [0, 0]
    database = await Database.open(file)
    assert await _names(database) == [f"{number:03}" for number in range(40)]
    await database.close()


async def test_write_waits_while_another_process_writes(database: Database, file: Path) -> None:
    """The command line may hold the database for many seconds; nobody's answer is given up for that."""
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    asyncio.get_running_loop().call_later(6, other.execute, "COMMIT")
    await _note(database, "patient")
    assert await _names(database) == ["patient"]
    other.close()
