"""A database of the release before: its hits come into the log, and what pupils delete goes out of it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, text

from server.storage import alerts, conversations, hits, verdicts
from server.storage.alerts import StoredAlert
from server.storage.database import MIGRATIONS, Database
from server.storage.hits import Chosen
from server.storage.verdicts import StoredVerdict


async def test_older_hits_get_word_and_list_and_raise_no_alert(tmp_path: Path) -> None:
    """Those of the action review wait in the queue; none is looked at as if it were new."""
    file = tmp_path / "old.sqlite3"
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = URL.create("sqlite", database=str(file))
    command.upgrade(config, "0003")
    _write_as_before(file)
    database = await Database.open(file)
    async with database.read() as connection:
        found = await hits.page(connection, Chosen())
        assert [(hit.word, hit.list_name, hit.action, hit.review) for hit in found] == [
            ("", "", "block", None),
            ("月亮枪", "安全", "review", "open"),
        ]
        assert await hits.not_looked_at(connection, 10) == []
    await database.close()


def _write_as_before(file: Path) -> None:
    """Rows as the release before wrote them."""
    with sqlite3.connect(file) as old:
        old.execute(
            "INSERT INTO word_lists (id, name, kind, category, enabled, note, position, lanes, refusal_zh, "
            "refusal_en) VALUES ('l', '安全', 'words', '自伤', 1, '', 0, '{}', '', '')"
        )
        old.execute(
            "INSERT INTO words (id, list_id, text, match, note, enabled, updated_at_ms, updated_by, lanes, "
            "scope) VALUES ('w', 'l', '月亮枪', 'auto', '', 1, 1, 'x', '{}', '[]')"
        )
        for at_ms, word_id, action in ((1, "w", "review"), (2, "gone", "block")):
            old.execute(
                "INSERT INTO verdicts (at_ms, asker, direction, action, category, word_id, lane, "
                "lists_version) VALUES (?, 'p', 'question', ?, '自伤', ?, 'plain', 1)",
                (at_ms, action, word_id),
            )
    old.close()


async def test_deleted_conversation_leaves_no_text_of_its_hits(database: Database) -> None:
    """The hit stays as a count; masked and sealed text go, and an alert forgets which conversation it was."""
    async with database.write() as connection:
        await conversations.create(
            connection,
            conversation_id="c1",
            owner_id="pupil",
            class_id=None,
            preset="education",
            system_prompt="",
            now_ms=1,
        )
        row = StoredVerdict(
            1, "c1", None, "p", None, "question", "log", "k", "w", "plain", 1, "词", "l", "遮***"
        )
        await verdicts.record_many(connection, [row])
        await connection.execute(text("UPDATE verdicts SET sealed = x'00'"))
        told = StoredAlert("a1", "r", "notice", "k", "l", "log", "question", "c1", "p", None, 1, 1, 1)
        await alerts.add(connection, told, ["root"])
        assert await conversations.delete(connection, "c1", "pupil")
    async with database.read() as connection:
        (hit,) = await hits.page(connection, Chosen())
        alert = await alerts.get(connection, "a1")
    assert alert is not None
    assert alert.source == "p"
    assert (hit.word, hit.text, hit.sealed, hit.conversation_id) == ("词", None, None, None)
