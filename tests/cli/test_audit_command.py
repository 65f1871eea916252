"""`dayi audit` and `dayi hits`: proof, export and sealed texts, on a data folder and on a copy."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import main

PASSWORD = "bamboo-river-19\n"


def dayi(*arguments: str | Path, stdin: str = "") -> Result:
    """Run `dayi ARGUMENTS` in this process."""
    return CliRunner().invoke(main, [str(each) for each in arguments], input=stdin)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder in which three users were made."""
    folder = tmp_path / "data"
    for name in ("甲", "乙", "丙"):
        made = dayi(
            "users", "add", name, "--role", "teacher", "--password-stdin", "--data", folder, stdin=PASSWORD
        )
        assert made.exit_code == 0, made.output
    return folder


def tamper(file: Path, statement: str) -> None:
    """Change the file as somebody would who drops the triggers first."""
    with sqlite3.connect(file) as other:
        for trigger in ("audit_is_never_changed", "audit_is_never_deleted", "audit_only_grows"):
            other.execute(f"DROP TRIGGER {trigger}")
        other.execute(statement)
    other.close()


def test_whole_log_is_said_to_be_whole(data: Path) -> None:
    """Exit code 0, and the hash of the last row to keep elsewhere."""
    said = dayi("audit", "verify", "--data", data)
    assert said.exit_code == 0, said.output
    assert said.stdout.startswith("whole: 3 rows, last hash ")


def test_first_broken_row_of_a_copy_is_named_and_the_copy_is_only_read(data: Path, tmp_path: Path) -> None:
    """Exit code 1, the row and what does not fit; also on a disk where nothing can be written."""
    folder = tmp_path / "copy 1%"
    folder.mkdir()
    copy = folder / "evidence.sqlite3"
    shutil.copy(data / "dayi.sqlite3", copy)
    tamper(copy, "UPDATE audit SET subject = '丁' WHERE seq = 2")
    before = copy.read_bytes()
    said = dayi("audit", "verify", "--database", copy)
    assert said.exit_code == 1
    assert "BROKEN at row 2: its hash is not that of its content" in said.stdout
    assert copy.read_bytes() == before
    assert dayi("audit", "verify", "--data", data).exit_code == 0


def test_cut_off_end_is_found_by_the_head_that_was_written_down(data: Path) -> None:
    """By the file of heads in the data folder, or by a hash that somebody kept."""
    head = dayi("audit", "verify", "--data", data).stdout.split()[-1]
    tamper(data / "dayi.sqlite3", "DELETE FROM audit WHERE seq = 3")
    assert dayi("audit", "verify", "--data", data).exit_code == 0
    said = dayi("audit", "verify", "--data", data, "--head", head)
    assert (said.exit_code, "BROKEN at row 3" in said.stdout) == (1, True)
    (data / "audit-heads.txt").write_text(f"2026-11-17 2 {'a' * 64}\n2026-11-18 3 {head}\n2026-")
    assert dayi("audit", "verify", "--data", data).exit_code == 1


def test_export_has_every_row_and_is_recorded(data: Path, tmp_path: Path) -> None:
    """JSON lines; the export itself is the next row."""
    file = tmp_path / "log.jsonl"
    said = dayi("audit", "export", file, "--data", data)
    assert said.exit_code == 0, said.output
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [(row["seq"], row["what"], row["subject"]) for row in rows] == [
        (1, "add_user", "甲"),
        (2, "add_user", "乙"),
        (3, "add_user", "丙"),
    ]
    assert "4 rows" in dayi("audit", "verify", "--data", data).stdout


def test_what_is_no_database_is_named(tmp_path: Path) -> None:
    """One line, exit code 1."""
    file = tmp_path / "letter.txt"
    file.write_text("not a database")
    said = dayi("audit", "verify", "--database", file)
    assert said.exit_code == 1
    assert "cannot read" in said.stderr


def test_sealed_texts_are_opened_with_the_private_key_and_that_is_recorded(
    data: Path, tmp_path: Path
) -> None:
    """The key file is for its owner only and never overwritten; opening says who and why."""
    from server.records import HitSeal

    key = tmp_path / "hits.key"
    made = dayi("hits", "keys", key)
    assert key.stat().st_mode & 0o077 == 0
    assert dayi("hits", "keys", key).exit_code == 2
    sealed = HitSeal(made.stdout.strip()).seal("原来写的话")
    with sqlite3.connect(data / "dayi.sqlite3") as other:
        other.execute(
            "INSERT INTO verdicts (at_ms, asker, direction, action, category, word_id, lane, lists_version,"
            " word, list_name, looked, sealed) VALUES (1795000000000, 'p', 'question', 'block', 'c', 'w',"
            " 'plain', 1, '词', 'l', 1, ?)",
            (sealed,),
        )
    other.close()
    days = ("--from", "2026-11-18", "--to", "2026-11-18", "--data", data)
    said = dayi("hits", "open", key, "--who", "周", "--reason", "核查", *days)
    assert said.exit_code == 0, said.output
    assert "原来写的话" in said.stdout
    export = tmp_path / "log.jsonl"
    dayi("audit", "export", export, "--data", data)
    last = json.loads(export.read_text(encoding="utf-8").splitlines()[-1])
    assert (last["who"], last["what"], last["subject"]) == ("周", "open_hits", "核查")
