"""The house is opened whole or not at all, and closed in reverse."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from server.errors import SettingsProblem, StorageProblem
from server.settings import Settings
from server.sources.scripted import ScriptedSource
from server.storage import wording_vectors
from server.storage.database import Database
from server.wiring import upkeep
from server.wiring.house import wire


async def test_house_that_cannot_be_opened_closes_what_was_open(tmp_path: Path) -> None:
    """A damaged database is one clear problem; the source does not go on alone."""
    settings = Settings(data=tmp_path, model="scripted:")
    settings.database_file.write_bytes(b"this is no database, however long one looks at it" * 100)
    source = ScriptedSource()
    with pytest.raises(StorageProblem, match=r"dayi\.sqlite3"):
        async with wire(settings, source):
            pass
    assert source.status().note == "closed"


async def test_house_of_an_unknown_preset_is_not_begun(tmp_path: Path) -> None:
    """Nothing is written before the settings are known to be right."""
    with pytest.raises(SettingsProblem, match="pirates"):
        async with wire(Settings(data=tmp_path / "data", model="scripted:", preset="pirates")):
            pass
    assert not (tmp_path / "data").exists()


async def test_house_leaves_no_task_behind(tmp_path: Path) -> None:
    """Everything that was started is ended; the chat is closed before the database, once."""
    before = asyncio.all_tasks()
    async with wire(Settings(data=tmp_path, model="scripted:")) as house:
        assert len(asyncio.all_tasks()) > len(before)
        await house.leave()
        await house.leave()
    assert asyncio.all_tasks() == before
    assert house.source.status().note == "closed"


async def test_house_without_an_embedding_model_keeps_no_vectors(tmp_path: Path) -> None:
    """Those of an earlier one would outlive their answers."""
    settings = Settings(data=tmp_path, model="scripted:")
    database = await Database.open(settings.database_file)
    async with database.write() as connection:
        await wording_vectors.keep_vectors(connection, "earlier", [("digest", b"vector")])
    await database.close()
    async with wire(settings) as house:
        is_left = True
        async with asyncio.timeout(10):
            while is_left:
                async with house.database.read() as connection:
                    is_left = any([rows async for rows in wording_vectors.vectors_of(connection, "earlier")])


async def test_house_shows_what_its_parts_keep(tmp_path: Path) -> None:
    """The metrics tell of the source, the lists and the build."""
    async with wire(Settings(data=tmp_path, model="scripted:", preset="government")) as house:
        text = house.metrics.text().decode()
    for line in (
        "dayi_ready 1.0",
        "dayi_lists_version 1.0",
        "dayi_engine_restarts_total 0.0",
        "dayi_connections 0.0",
    ):
        assert line in text.splitlines()
    assert 'preset="government"' in text


async def test_a_stranger_with_an_open_page_is_not_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who comes back after a week, and asks only after the sweep, must find the conversation later."""
    monkeypatch.setattr(upkeep, "SWEEP_SECONDS", 0.3)
    async with wire(Settings(data=tmp_path, model="scripted:")) as house:
        await asyncio.sleep(0.1)  # the first sweep comes at once
        token, who = await house.accounts.classes.new_visitor(0)
        connection = house.chat.connect(who, "10.0.0.1")
        await asyncio.sleep(0.7)
        assert await house.accounts.who(None, token, 0) == who
        await connection.closed()
        async with asyncio.timeout(60):
            while await house.accounts.who(None, token, 0) is not None:  # noqa: ASYNC110
                await asyncio.sleep(0.1)


async def test_what_cannot_be_put_into_effect_once_is_looked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A disk that was full for a moment must not leave a process with old words or documents for good."""
    monkeypatch.setattr(upkeep, "REFRESH_SECONDS", 0)
    monkeypatch.setattr(upkeep, "AFTER_FAILURE_SECONDS", 0)
    looked = asyncio.Event()

    class Changing:
        """Fails at first."""

        num_looks = 0

        async def refresh(self) -> bool:
            self.num_looks += 1
            if self.num_looks == 1:
                raise OSError("no space left")
            looked.set()
            return True

    following = asyncio.create_task(upkeep.follow(Changing(), "document"))
    async with asyncio.timeout(10):
        await looked.wait()
    following.cancel()
