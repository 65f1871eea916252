"""A database of an earlier release, with rows in every table: the newest schema keeps them all."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import URL

from server.storage.database import MIGRATIONS, migrate

ROWS = 3


@pytest.mark.parametrize("release", ["0003", "0012"])
def test_every_row_of_an_earlier_release_is_kept(tmp_path: Path, release: str) -> None:
    """Nothing is lost or changed, and nothing points to what is not there."""
    file = tmp_path / "old.sqlite3"
    url = URL.create("sqlite", database=str(file))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, release)
    with sqlite3.connect(file) as old:
        tables = [row[0] for row in old.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = [name for name in tables if not name.startswith(("sqlite_", "alembic_"))]
        for table in tables:
            _fill(old, table)
        before = {table: _rows(old, table) for table in tables}
    old.close()
    assert len(tables) > 20
    migrate(url)
    with sqlite3.connect(file) as new:
        for table in tables:
            after = _rows(new, table)
            assert len(after) == len(before[table]) >= ROWS
            for kept, was in zip(after, before[table], strict=True):
                assert {name: kept[name] for name in was} == was, table
        assert new.execute("PRAGMA foreign_key_check").fetchall() == []
        assert new.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    new.close()


def _fill(connection: sqlite3.Connection, table: str) -> None:
    """Rows that refer to one another by their numbers."""
    columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
    for number in range(1, ROWS + 1):
        values = [_value(column[2].upper(), number) for column in columns]
        connection.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(values))})", values)


def _value(kind: str, number: int) -> Any:
    if "JSON" in kind:
        return "{}"
    if "BOOL" in kind:
        return number % 2
    if "INT" in kind:
        return number
    return b"x" if "BLOB" in kind else f"row {number}"


def _rows(connection: sqlite3.Connection, table: str) -> list[dict[str, Any]]:
    names = [column[1] for column in connection.execute(f"PRAGMA table_info({table})")]
    return [dict(zip(names, row, strict=True)) for row in connection.execute(f"SELECT * FROM {table}")]
