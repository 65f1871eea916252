"""The audit log: it only grows, and whoever tampers with it is found out."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.errors import StorageProblem
from server.storage import audit
from server.storage.audit import GENESIS, Verified
from server.storage.database import Database


async def _append(database: Database, num: int) -> None:
    async with database.write() as connection:
        for number in range(num):
            await audit.append(
                connection,
                at_ms=1000 + number,
                who=("李老师", "王审核")[number % 2],
                what=("edit_word", "publish")[number % 2],
                subject=f"词{number}",
                detail={"before": None, "after": {"备注": "改", "number": number}},
            )


async def _verify(database: Database, known_hash: str | None = None) -> Verified:
    async with database.read() as connection:
        return await audit.verify(connection, known_hash=known_hash)


def _tamper(file: Path, statement: str, *values: object) -> None:
    """Change the file as somebody would who has it in hand and drops the triggers first."""
    with sqlite3.connect(file) as other:
        for trigger in ("audit_is_never_changed", "audit_is_never_deleted", "audit_only_grows"):
            other.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        other.execute(statement, values)
    other.close()


async def test_empty_log_is_whole(database: Database) -> None:
    """Nothing happened yet, and that is proven, too."""
    assert await _verify(database) == Verified(num=0, head_hash=GENESIS, first_broken=None)


async def test_rows_are_numbered_without_gaps_and_chained(database: Database) -> None:
    """Each row carries the hash of the one before; the last hash is the head."""
    await _append(database, 5)
    async with database.read() as connection:
        rows = [row async for row in audit.every(connection)]
    assert [row.seq for row in rows] == [1, 2, 3, 4, 5]
    assert [row.prev_hash for row in rows] == [GENESIS, *(row.hash for row in rows[:-1])]
    assert await _verify(database) == Verified(num=5, head_hash=rows[-1].hash, first_broken=None)


async def test_anybody_can_compute_the_hash(database: Database) -> None:
    """It is the SHA-256 of the canonical JSON that the module's description gives."""
    await _append(database, 1)
    async with database.read() as connection:
        (row,) = [row async for row in audit.every(connection)]
    fields = [row.seq, row.at_ms, row.who, row.what, row.subject, row.detail, row.prev_hash]
    canonical = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert row.hash == hashlib.sha256(canonical.encode()).hexdigest()


async def test_a_write_that_fails_leaves_no_row_and_no_gap(database: Database) -> None:
    """The record is part of the act: what was not done is not recorded."""
    await _append(database, 2)
    with pytest.raises(RuntimeError):
        async with database.write() as connection:
            await audit.append(connection, at_ms=1, who="x", what="y", subject="z")
            raise RuntimeError
    await _append(database, 1)
    assert (await _verify(database)).num == 3
    assert (await _verify(database)).first_broken is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'nobody' WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 3",
        "INSERT OR REPLACE INTO audit SELECT seq, at_ms, 'nobody', what, subject, detail, prev_hash, hash "
        "FROM audit WHERE seq = 2",
        "INSERT INTO audit SELECT 9, at_ms, who, what, subject, detail, prev_hash, hash FROM audit LIMIT 1",
    ],
)
async def test_database_refuses_all_but_growth(database: Database, statement: str) -> None:
    """Update, delete, replacing and leaving numbers out all fail, whoever tries."""
    await _append(database, 3)
    with pytest.raises(StorageProblem, match="audit log"):
        async with database.write() as connection:
            await connection.exec_driver_sql(statement)
    assert await _verify(database) == Verified(
        num=3, head_hash=(await _verify(database)).head_hash, first_broken=None
    )


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit SET who = 'nobody' WHERE seq = 4", (4, "its hash is not that of its content")),
        ("UPDATE audit SET detail = '{}' WHERE seq = 1", (1, "its hash is not that of its content")),
        ("UPDATE audit SET detail = '{' WHERE seq = 6", (6, "its detail is no JSON")),
        ("UPDATE audit SET hash = prev_hash WHERE seq = 2", (2, "its hash is not that of its content")),
        ("DELETE FROM audit WHERE seq = 3", (4, "row 3 is missing")),
        ("DELETE FROM audit WHERE seq = 1", (2, "row 1 is missing")),
        ("UPDATE audit SET seq = 99 WHERE seq = 6", (99, "row 6 is missing")),
    ],
)
async def test_first_broken_link_is_named(
    database: Database, file: Path, statement: str, broken: tuple[int, str]
) -> None:
    """Whoever has the file and drops the triggers is found out, with the row and what does not fit."""
    await _append(database, 6)
    _tamper(file, statement)
    assert (await _verify(database)).first_broken == broken


async def test_row_that_was_sealed_anew_breaks_the_next_one(database: Database, file: Path) -> None:
    """A forger who computes the hash of the changed row would have to write every later row anew."""
    await _append(database, 4)
    async with database.read() as connection:
        row = [row async for row in audit.every(connection)][1]
    fields = [row.seq, row.at_ms, "nobody", row.what, row.subject, row.detail, row.prev_hash]
    canonical = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    forged = hashlib.sha256(canonical.encode()).hexdigest()
    _tamper(file, "UPDATE audit SET who = 'nobody', hash = ? WHERE seq = 2", forged)
    why = "its prev_hash is not the hash of the row before it"
    assert (await _verify(database)).first_broken == (3, why)


async def test_cut_off_tail_is_found_by_a_known_head(database: Database, file: Path) -> None:
    """Within the log a cut-off end leaves no trace; the hash of a day's last row gives it away."""
    await _append(database, 5)
    known_hash = (await _verify(database)).head_hash
    await _append(database, 2)
    assert (await _verify(database, known_hash)).first_broken is None
    _tamper(file, "DELETE FROM audit WHERE seq >= 5")
    assert (await _verify(database)).first_broken is None
    broken = (await _verify(database, known_hash)).first_broken
    assert broken is not None
    assert broken[0] == 5
    assert known_hash in broken[1]


async def test_page_is_filtered_and_newest_first(database: Database) -> None:
    """By person, kind, time and text, with the count on all pages."""
    await _append(database, 10)
    async with database.read() as connection:
        rows, total = await audit.list_page(connection, who="王审核", limit=2)
        assert ([row.seq for row in rows], total) == ([10, 8], 5)
        rows, total = await audit.list_page(connection, what="edit_word", from_ms=1004, to_ms=1008)
        assert ([row.seq for row in rows], total) == ([7, 5], 2)
        rows, _ = await audit.list_page(connection, text="词3")
        assert [row.seq for row in rows] == [4]
        assert (await audit.list_page(connection, text="%"))[1] == 0
        assert await audit.kinds(connection) == ["edit_word", "publish"]


TEXT = st.text(max_size=8)
DETAIL = st.dictionaries(TEXT, st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT | st.floats(
    allow_nan=False, allow_infinity=False), max_size=3)  # fmt: skip


@pytest.fixture
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """A log that grows over all examples of the property below."""
    opened = await Database.open(tmp_path_factory.mktemp("audit") / "dayi.sqlite3")
    yield opened
    await opened.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(TEXT, TEXT, TEXT, DETAIL), max_size=4))
async def test_chain_holds_whatever_is_recorded(
    shared: Database, acts: list[tuple[str, str, str, dict[str, Any]]]
) -> None:
    """Any text and any JSON comes back as it was recorded, and the chain stays whole."""
    async with shared.write() as connection:
        seqs = [
            await audit.append(connection, at_ms=1, who=who, what=what, subject=subject, detail=detail)
            for who, what, subject, detail in acts
        ]
    async with shared.read() as connection:
        rows = {row.seq: row async for row in audit.every(connection)}
    for seq, (who, what, subject, detail) in zip(seqs, acts, strict=True):
        row = rows[seq]
        assert (row.who, row.what, row.subject, row.detail) == (who, what, subject, detail)
    assert (await _verify(shared)).first_broken is None


async def test_half_of_a_surrogate_pair_is_recorded_as_a_question_mark(database: Database) -> None:
    """What cannot be stored does not keep the act from being recorded."""
    async with database.write() as connection:
        await audit.append(connection, at_ms=1, who="\ud800", what="a", subject="b", detail={"c": "\udfff"})
    async with database.read() as connection:
        (row,) = [row async for row in audit.every(connection)]
    assert (row.who, row.detail) == ("?", {"c": "?"})
    assert (await _verify(database)).first_broken is None
