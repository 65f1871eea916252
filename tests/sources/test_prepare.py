"""Preparing keeps its folder clean: crashes, locks, changes of mind and full disks."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest

from server.engine.shape import Dtype, ModelShape
from server.errors import SettingsProblem, SourceProblem
from server.sources import folder
from server.sources.names import parse_name
from server.sources.prepare import prepare, prepared_folder
from server.sources.progress import Step
from tests.sources import tiny_models
from tests.sources.tiny_models import same_weights


def leftovers(models: Path) -> list[str]:
    return sorted(path.name for path in models.iterdir() if not path.name.startswith(".lock-"))


def test_second_call_only_looks(tmp_path: Path) -> None:
    """What is prepared is found in a moment, and nothing is told or touched."""
    name = f"dir:{tiny_models.write_directory(tmp_path / 'tiny')}"
    assert prepared_folder(name, tmp_path / "models", "bf16") is None
    made = prepare(name, tmp_path / "models")
    before = {path.name: path.stat().st_mtime_ns for path in made.iterdir()}
    steps: list[Step] = []
    start = time.monotonic()
    assert prepare(name, tmp_path / "models", "bf16", steps.append) == made
    assert time.monotonic() - start < 0.1
    assert steps == []
    assert {path.name: path.stat().st_mtime_ns for path in made.iterdir()} == before
    assert prepared_folder(name, tmp_path / "models", "bf16") == made


def test_prepared_model_outlives_its_origin_but_not_its_change(tmp_path: Path) -> None:
    """Without the origin it stays good; a changed origin is prepared anew, in the same place."""
    origin = tiny_models.write_directory(tmp_path / "tiny")
    made = prepare(f"dir:{origin}", tmp_path / "models")
    origin.rename(tmp_path / "gone")
    assert prepared_folder(f"dir:{origin}", tmp_path / "models", "bf16") == made
    tiny_models.write_directory(origin, tied=True)
    assert prepared_folder(f"dir:{origin}", tmp_path / "models", "bf16") is None
    assert prepare(f"dir:{origin}", tmp_path / "models") == made
    assert ModelShape.load(made).tied
    assert leftovers(tmp_path / "models") == [made.name]


@pytest.mark.parametrize(("dtype", "stage"), [("bf16", "converting"), ("int8", "quantising")])
def test_progress_is_told_in_order(tmp_path: Path, dtype: Dtype, stage: str) -> None:
    """Stages follow each other and their bytes only grow."""
    steps: list[Step] = []
    name = f"dir:{tiny_models.write_directory(tmp_path / 'tiny')}"
    prepare(name, tmp_path / "models", dtype, steps.append)
    assert next(step.stage for step in steps) == stage
    assert steps[-1].stage == "storing"
    assert all(a.done_bytes <= b.done_bytes for a, b in pairwise(steps))
    assert steps[-1].done_bytes == steps[-1].total_bytes


@pytest.mark.parametrize("what", ["complete", "shape.json", "weights.safetensors"])
def test_damaged_folder_is_built_anew(tmp_path: Path, what: str) -> None:
    """A missing marker, another format or a cut file: prepared again, and whole."""
    name = f"dir:{tiny_models.write_directory(tmp_path / 'tiny')}"
    made = prepare(name, tmp_path / "models")
    if what == "complete":
        (made / what).unlink()
    elif what == "shape.json":
        (made / what).write_text(json.dumps({**json.loads((made / what).read_text()), "format": 0}))
    else:
        os.truncate(made / what, 1000)
    assert prepared_folder(name, tmp_path / "models", "bf16") is None
    assert prepare(name, tmp_path / "models") == made
    same_weights(made)


PREPARE = "import sys; from pathlib import Path; from server.sources.prepare import prepare; "
CALL = PREPARE + "print(prepare(sys.argv[1], Path(sys.argv[2])))"


def test_crash_leaves_nothing_that_counts_and_the_next_start_is_clean(tmp_path: Path) -> None:
    """Killed in the middle: its worker ends too, no folder appears, the next start removes what is left."""
    name = f"dir:{tiny_models.write_directory(tmp_path / 'tiny')}"
    models = tmp_path / "models"
    code = (
        PREPARE
        + "import os; prepare(sys.argv[1], Path(sys.argv[2]), 'bf16', lambda step: os.kill(os.getpid(), 9))"
    )
    process = subprocess.run([sys.executable, "-c", code, name, str(models)], check=False, timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert leftovers(models) == [".building-" + folder.folder_name(parse_name(name), "bf16")]
    made = prepare(name, models)
    same_weights(made)
    assert leftovers(models) == [made.name]


def test_leftovers_of_other_models_go_too_unless_they_are_being_built(tmp_path: Path) -> None:
    """A crash while one model was prepared is cleaned up when another one is."""
    (tmp_path / ".building-old-bf16").mkdir()
    (tmp_path / ".building-busy-bf16").mkdir()
    with folder.locked(tmp_path, "busy-bf16", lambda: None):
        folder.remove_leftovers(tmp_path)
    assert leftovers(tmp_path) == [".building-busy-bf16"]


def test_two_processes_prepare_once(tmp_path: Path) -> None:
    """The second waits for the first and takes its folder."""
    name = f"dir:{tiny_models.write_directory(tmp_path / 'tiny')}"
    command = [sys.executable, "-c", CALL, name, str(tmp_path / "models")]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]
    said = {process.communicate(timeout=60)[0] for process in processes}
    assert len(said) == 1
    assert [process.returncode for process in processes] == [0, 0, 0]
    same_weights(Path(said.pop().decode().strip()))


def test_waiting_for_another_process_can_be_stopped(tmp_path: Path) -> None:
    """Who waits for the lock says so, and goes when told."""
    name = f"dir:{tiny_models.write_directory(tmp_path / 'tiny')}"
    models = tmp_path / "models"
    models.mkdir()
    stop = threading.Event()
    steps: list[Step] = []

    def told(step: Step) -> None:
        steps.append(step)
        stop.set()

    with (
        folder.locked(models, folder.folder_name(parse_name(name), "bf16"), lambda: None),
        pytest.raises(SourceProblem, match="stopped"),
    ):
        prepare(name, models, "bf16", told, stop)
    assert steps == [Step("waiting")]


def test_stop_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    """A server that is closed while it prepares ends at once and clean."""
    stop = threading.Event()
    with pytest.raises(SourceProblem, match="stopped"):
        prepare(
            f"dir:{tiny_models.write_directory(tmp_path / 'tiny')}",
            tmp_path / "models",
            "bf16",
            lambda step: stop.set(),
            stop,
        )
    assert leftovers(tmp_path / "models") == []


def test_disk_that_fills_up_is_a_clear_problem(tmp_path: Path) -> None:
    """The file may not grow to its size: one sentence, and nothing is left behind."""
    name = f"dir:{tiny_models.write_directory(tmp_path / 'tiny')}"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))  # the worker inherits it
    try:
        with pytest.raises(SourceProblem, match="disk became full") as caught:
            prepare(name, tmp_path / "models")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.code == "unavailable"
    assert leftovers(tmp_path / "models") == []
    same_weights(prepare(name, tmp_path / "models"))


def test_too_little_space_is_seen_before_the_work(tmp_path: Path) -> None:
    """The message has both numbers."""
    with pytest.raises(SourceProblem, match=r"needs 1000000\.0 GB of disk, only [\d.]+ GB are free"):
        folder.need_space(tmp_path, 10**15)


def test_worker_killed_by_the_system_is_told(tmp_path: Path) -> None:
    """Out of memory, say: the message names the signal."""
    name = f"dir:{tiny_models.write_directory(tmp_path / 'tiny')}"

    def kill(step: Step) -> None:
        own = Path(f"/proc/{os.getpid()}/task/{threading.get_native_id()}/children")
        for pid in own.read_text().split():
            os.kill(int(pid), signal.SIGKILL)

    with pytest.raises(SourceProblem, match="signal 9; perhaps memory ran out"):
        prepare(name, tmp_path / "models", "bf16", kill)
    assert leftovers(tmp_path / "models") == []


@pytest.mark.parametrize("text", ["dir:/nowhere/at/all", "gguf:/nowhere.gguf", "scripted:"])
def test_what_is_not_there_is_a_wrong_setting(tmp_path: Path, text: str) -> None:
    """Said before any process is started."""
    with pytest.raises(SettingsProblem):
        prepare(text, tmp_path / "models")
