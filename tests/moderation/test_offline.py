"""Word files from the command line, without a server."""

from __future__ import annotations

import pytest

from filters import Direction
from server.errors import ClientProblem
from server.moderation import PublishedFilter, check_word_file, export_words, import_word_file
from server.storage.database import Database

NOW_MS = 1_800_000_000_000
LIST = "演示词表：打码"


async def load(database: Database, *, name: str = LIST, publish: bool = False, dry_run: bool = False) -> int:
    """Import one word from the command line; how many were new."""
    report = await import_word_file(
        database,
        "闪电汤圆\n".encode(),
        "words.txt",
        name,
        publish=publish,
        dry_run=dry_run,
        who="cli",
        now_ms=NOW_MS,
    )
    return report.num_new


def test_checking_a_file_counts_words_and_tells_findings() -> None:
    """Nothing but the file is needed."""
    count, findings = check_word_file("闪电汤圆\n糕\n".encode(), "w.txt")
    assert count == 2 and [(finding.line, finding.code) for finding in findings] == [(2, "one_character")]


def test_checking_a_bad_file_names_every_bad_line() -> None:
    """Both of them."""
    with pytest.raises(ClientProblem) as refused:
        check_word_file("text,match\n甲乙,x\n丙丁,y\n".encode(), "w.csv")
    assert [detail["line"] for detail in refused.value.details] == [2, 3]


async def test_first_import_on_a_new_folder_finds_the_demonstration(database: Database) -> None:
    """A dry run leaves the draft as it is; an import is only in the draft until it is published."""
    assert await load(database, dry_run=True) == 1
    assert await load(database) == 1
    exported = await export_words(database, LIST, "txt", now_ms=NOW_MS)
    assert "闪电汤圆" in exported.content.decode()
    held = PublishedFilter(database)
    await held.load(NOW_MS)
    assert held.version == 1
    assert await load(database, publish=True) == 0
    assert await held.refresh() and held.current.check("闪电汤圆", Direction.ANSWER).text == "****"
    assert await load(database, publish=True) == 0
    assert not await held.refresh()


async def test_unknown_list_is_not_found(database: Database) -> None:
    """Nothing is made by mistyping a name."""
    with pytest.raises(ClientProblem) as refused:
        await load(database, name="没有")
    assert refused.value.code == "not_found"
    with pytest.raises(ClientProblem):
        await export_words(database, "没有", "csv", now_ms=NOW_MS)
