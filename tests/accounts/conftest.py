"""Accounts on a real database file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.accounts import Accounts, NewUser, Role, Who
from server.storage.database import Database

NOW_MS = 1_800_000_000_000
PASSWORD = "horse battery staple"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An open, migrated database."""
    opened = await Database.open(tmp_path / "dayi.sqlite3")
    yield opened
    await opened.close()


@pytest.fixture
async def accounts(database: Database) -> Accounts:
    """An installation in which nobody is known yet."""
    return await Accounts.open(database, login_hours=1)


@pytest.fixture
async def admin(accounts: Accounts) -> Who:
    """The administrator 'root' of that installation."""
    user = await accounts.users.add(NewUser(name="root", role=Role.ADMIN, password=PASSWORD), NOW_MS)
    return Who(kind="user", id=user.id, name=user.name, role=user.role)
