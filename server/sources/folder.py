"""The folder of prepared models: what lies where, what counts as complete, what a crash left behind.

    MODELS/bundled-0.5b-bf16/    a prepared model; `complete` in it was written last
    MODELS/.building-…/          being built, or left by a crash
    MODELS/.downloads/…/         files of a hub, kept until their model is prepared: a download resumes
    MODELS/.lock-…               held while one process prepares that model

Knows nothing of weights.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from server.engine.shape import COMPLETE_FILE, TOKENIZER_FILE, WEIGHTS_FILE, Dtype, ModelShape
from server.errors import DayiProblem, SourceProblem
from server.sources.names import ModelName

_BUILDING, _LOCK, _DOWNLOADS = ".building-", ".lock-", ".downloads"
_POLL_SECONDS = 0.2

# What the system says when a file cannot grow: full, over quota, or larger than is allowed.
DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def folder_name(name: ModelName, dtype: Dtype) -> str:
    """What a prepared model's folder is called."""
    return f"{name.slug}-{dtype}"


def downloads_folder(models_folder: Path, name: ModelName) -> Path:
    """Where a hub's files are gathered."""
    return models_folder / _DOWNLOADS / name.slug


def origin_mark(name: ModelName) -> str | None:
    """Tells whether local files changed since they were prepared; None where that cannot be told."""
    if name.kind not in ("dir", "gguf"):
        return None
    files = [name.path] if name.kind == "gguf" else sorted(name.path.glob("*.safetensors"))
    with suppress(OSError):
        stats = [(file.name, file.stat()) for file in files]
        return ";".join(f"{file} {stat.st_size} {stat.st_mtime_ns}" for file, stat in stats) or None
    return None


def mark_complete(folder: Path, name: ModelName) -> None:
    """Write the marker that ends the building of `folder`, and have all on the disk."""
    sizes = {file: (folder / file).stat().st_size for file in (WEIGHTS_FILE, TOKENIZER_FILE)}
    text = json.dumps({"model": str(name), "origin": origin_mark(name), "sizes": sizes}, ensure_ascii=False)
    with (folder / COMPLETE_FILE).open("w", encoding="utf-8") as marker:
        marker.write(text + "\n")
        marker.flush()
        os.fsync(marker.fileno())
    sync_folder(folder)


def is_prepared(folder: Path, name: ModelName) -> bool:
    """Whether `folder` holds this model whole, in this version's format, made of the files as they are."""
    try:
        marker = json.loads((folder / COMPLETE_FILE).read_text(encoding="utf-8"))
        sizes_hold = all((folder / file).stat().st_size == size for file, size in marker["sizes"].items())
        ModelShape.load(folder)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, DayiProblem):
        return False
    now = origin_mark(name)
    # Prepared weights stay good when their origin is gone (a stick that was pulled out, say).
    return sizes_hold and (now is None or now == marker.get("origin"))


def make_building(models_folder: Path, name: str) -> Path:
    """An empty folder to build `name` in; what an earlier try left there is removed."""
    building = models_folder / f"{_BUILDING}{name}"
    _remove(building)
    building.mkdir()
    return building


def put_in_place(building: Path, target: Path) -> None:
    """Give the built folder its name; there is never a half-built folder under that name."""
    if target.exists():
        old = building.with_name(building.name + ".old")
        _remove(old)
        target.rename(old)
        building.rename(target)
        _remove(old)
    else:
        building.rename(target)
    sync_folder(target.parent)


def remove_leftovers(models_folder: Path) -> None:
    """Remove what crashed builders of any model left; a builder at work holds its lock and is let be."""
    for left in models_folder.glob(f"{_BUILDING}*"):
        name = left.name.removeprefix(_BUILDING).removesuffix(".old")
        with suppress(BlockingIOError), _opened_lock(models_folder, name) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(left)


@contextmanager
def locked(models_folder: Path, name: str, wait: Callable[[], None]) -> Iterator[int]:
    """Hold the lock of one prepared model; yields the file that holds it.

    Args:
        models_folder: the folder of all.
        name: the prepared model.
        wait: is called again and again while another process holds the lock; may raise to give up.
    """
    with _opened_lock(models_folder, name) as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                wait()
                time.sleep(_POLL_SECONDS)
        yield lock


def need_space(folder: Path, num_bytes: int) -> None:
    """Look before writing.

    Raises:
        SourceProblem: `unavailable`, when fewer bytes are free where `folder` lies.
    """
    free = shutil.disk_usage(folder).free
    if free < num_bytes:
        raise SourceProblem(
            "unavailable",
            f"{folder}: preparing needs {num_bytes / 1e9:.1f} GB of disk, only {free / 1e9:.1f} GB are free",
        )


def sync_folder(folder: Path) -> None:
    """Have the folder's entries on the disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _opened_lock(models_folder: Path, name: str) -> Iterator[int]:
    opened = os.open(models_folder / f"{_LOCK}{name}", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        yield opened
    finally:
        os.close(opened)  # and so ends the lock


def _remove(folder: Path) -> None:
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)
