"""One server a data folder."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from server.errors import SettingsProblem
from server.wiring.folder import LOCK_FILE, hold


def test_folder_held_by_one_is_refused_to_another(tmp_path: Path) -> None:
    """The second server is told who holds the folder and where that one answers."""
    with hold(tmp_path) as folder:
        folder.announce("http://127.0.0.1:8000")
        holder = rf"process {os.getpid()}, http://127.0.0.1:8000"
        with pytest.raises(SettingsProblem, match=holder), hold(tmp_path):
            pass
    with hold(tmp_path):
        pass


def test_folder_says_where_its_server_answers(tmp_path: Path) -> None:
    """The file can be read by whoever started the server on a free port."""
    with hold(tmp_path) as folder:
        folder.announce("http://127.0.0.1:1")
        folder.announce("http://127.0.0.1:2")
        assert json.loads((tmp_path / LOCK_FILE).read_text())["url"] == "http://127.0.0.1:2"
    assert (tmp_path / LOCK_FILE).read_text() == ""


def test_folder_of_a_killed_server_is_free_again(tmp_path: Path) -> None:
    """The lock goes with its process, so nothing stale is left after SIGKILL."""
    script = (
        "import sys, pathlib; from server.wiring.folder import hold\n"
        "with hold(pathlib.Path(sys.argv[1])) as folder:\n"
        "    folder.announce('http://x'); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == b"held\n"
        with pytest.raises(SettingsProblem), hold(tmp_path):
            pass
        process.kill()
    with hold(tmp_path):
        pass


def test_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    """A file in the way is named, without a traceback."""
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsProblem, match="cannot write there"), hold(tmp_path / "file" / "data"):
        pass
    with pytest.raises(SettingsProblem, match="a file, not a folder"), hold(tmp_path / "file"):
        pass


def test_new_folder_is_closed_to_other_accounts(tmp_path: Path) -> None:
    """What pupils wrote lies in it; one that is there already keeps the rights it was given."""
    with hold(tmp_path / "new"):
        assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o750)
    with hold(shared):
        assert stat.S_IMODE(shared.stat().st_mode) == 0o750
