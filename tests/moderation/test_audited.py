"""Everything that is done to the lists is in the audit log, in the transaction that does it."""

from __future__ import annotations

import pytest

from server.errors import ClientProblem
from server.moderation import NewWord, PublishedFilter, WordDesk
from server.moderation.views import ListView
from server.storage import audit
from server.storage.database import Database
from tests.moderation.conftest import NOW_MS


async def _acts(database: Database) -> list[tuple[str, str, str]]:
    async with database.read() as connection:
        assert (await audit.verify(connection)).first_broken is None
        return [(row.who, row.what, row.subject) async for row in audit.every(connection)]


async def test_edits_publication_and_export_are_in_the_audit_log(
    desk: WordDesk, masked: ListView, database: Database
) -> None:
    """By whom, what and to what; a word before and after its change."""
    word = (await desk.entries.add(NewWord(list_id=masked.id, text="月亮枪"), who="周", now_ms=NOW_MS)).word
    await desk.entries.delete(word.id, who="周", now_ms=NOW_MS)
    await desk.files.load("甲词\n乙词".encode(), "w.txt", masked.id, dry_run=False, who="周", now_ms=NOW_MS)
    await desk.versions.publish("每周", who="李", now_ms=NOW_MS)
    file = await desk.files.export(masked.id, "csv", who="李", now_ms=NOW_MS)
    assert (await _acts(database))[-5:] == [
        ("周", "add_word", "月亮枪"),
        ("周", "delete_word", "月亮枪"),
        ("周", "import", masked.name),
        ("李", "publish", "3"),
        ("李", "export", file.name),
    ]
    async with database.read() as connection:
        rows, _ = await audit.list_page(connection, what="delete_word")
    assert rows[0].detail["before"]["text"] == "月亮枪"


async def test_what_was_refused_leaves_no_trace(desk: WordDesk, masked: ListView, database: Database) -> None:
    """A word that is there already is not added, and no row says that it was."""
    await desk.entries.add(NewWord(list_id=masked.id, text="月亮枪"), who="周", now_ms=NOW_MS)
    before = await _acts(database)
    with pytest.raises(ClientProblem):
        await desk.entries.add(NewWord(list_id=masked.id, text="月亮枪"), who="周", now_ms=NOW_MS)
    assert await _acts(database) == before


async def test_words_in_effect_are_counted_by_category(
    desk: WordDesk, masked: ListView, published: PublishedFilter
) -> None:
    """Those that are published, switched on and not expired; an entry's category counts before its list's."""
    before = dict(published.compiled.num_words)
    for text, more in (("甲", {}), ("乙", {"category": "别的"}), ("丙", {"expires": "2020-01-01"})):
        new = NewWord.model_validate({"list_id": masked.id, "text": f"月亮{text}", **more})
        await desk.entries.add(new, who="周", now_ms=NOW_MS)
    assert dict(published.compiled.num_words) == before
    await desk.versions.publish("", who="周", now_ms=NOW_MS)
    assert dict(published.compiled.num_words) == {**before, "校园": 1, "别的": 1}
