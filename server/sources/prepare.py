"""Preparing a model: from its name to a folder that the engine opens in a second.

Keeps processes apart, cleans up after crashes and gives the folder its name when it is whole; what happens
to the weights is done by `convert`, in a process of its own.
"""

from __future__ import annotations

import json
import logging
import os
import selectors
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from server.engine.shape import Dtype
from server.errors import SettingsProblem, SourceProblem
from server.sources import bundled, folder
from server.sources.names import ModelName, parse_name
from server.sources.progress import Order, Progress, Step, silent

_LOG = logging.getLogger(__name__)
_POLL_SECONDS = 0.2


def prepared_folder(model: str | ModelName, models_folder: Path, dtype: Dtype) -> Path | None:
    """The folder of a model that is prepared already, or None.

    Raises:
        SettingsProblem: the name is wrong, or names no model with weights.
    """
    name = _with_weights(model)
    target = models_folder.absolute() / folder.folder_name(name, dtype)
    return target if folder.is_prepared(target, name) else None


def check_presence(name: ModelName) -> None:
    """Look whether a model can be had here at all, before any process is started for it.

    Raises:
        SettingsProblem: packages, the file or the folder are missing.
    """
    if name.kind == "bundled":
        bundled.find_parts(bundled.BUNDLES[name.value])
    elif name.kind == "gguf" and not name.path.is_file():
        raise SettingsProblem(f"model {name}: there is no file {name.path}")
    elif name.kind == "dir" and not name.path.is_dir():
        raise SettingsProblem(f"model {name}: there is no folder {name.path}")


def prepare(
    model: str | ModelName,
    models_folder: Path,
    dtype: Dtype = "bf16",
    progress: Progress = silent,
    stop: threading.Event | None = None,
) -> Path:
    """Prepare a model unless it is prepared already; a second process waits for the first.

    Args:
        model: its name; not `scripted:`, which has no weights.
        models_folder: the folder of all prepared models; made if absent.
        dtype: what the weights are stored as.
        progress: is told how far it has come, from the calling thread.
        stop: once set, the work ends within a moment and leaves nothing half done.

    Returns:
        The prepared folder.

    Raises:
        SettingsProblem: the model cannot be had: a wrong name, missing packages or files.
        SourceProblem: `bad_model` when it is damaged or not supported, `unavailable` when a hub or the disk
            fails or `stop` was set.
    """
    name = _with_weights(model)
    ready = prepared_folder(name, models_folder, dtype)
    if ready is not None:
        return ready
    check_presence(name)
    models_folder = models_folder.absolute()
    target = models_folder / folder.folder_name(name, dtype)
    stop = stop or threading.Event()

    def wait() -> None:
        progress(Step("waiting"))
        _check_stop(stop, name)

    try:
        models_folder.mkdir(parents=True, exist_ok=True)
        folder.remove_leftovers(models_folder)
        with folder.locked(models_folder, target.name, wait) as lock:
            if folder.is_prepared(target, name):
                return target  # by the process that held the lock
            building = folder.make_building(models_folder, target.name)
            downloads = folder.downloads_folder(models_folder, name)
            try:
                _convert(Order(str(name), str(building), str(downloads), dtype), name, lock, progress, stop)
                folder.mark_complete(building, name)
                folder.put_in_place(building, target)
                shutil.rmtree(downloads, ignore_errors=True)
            except SourceProblem as problem:
                if problem.code == "bad_model":  # then a resumed download would be bad again
                    shutil.rmtree(downloads, ignore_errors=True)
                raise
            finally:
                shutil.rmtree(building, ignore_errors=True)
                for empty in (downloads, downloads.parent):  # with something in it, it stays
                    with suppress(OSError):
                        empty.rmdir()
    except OSError as error:
        raise SourceProblem("unavailable", f"{name} cannot be prepared in {models_folder}: {error}") from None
    return target


def _with_weights(model: str | ModelName) -> ModelName:
    name = model if isinstance(model, ModelName) else parse_name(model)
    if name.kind == "scripted":
        raise SettingsProblem("scripted: has no weights to prepare")
    return name


def _check_stop(stop: threading.Event, name: ModelName) -> None:
    if stop.is_set():
        raise SourceProblem("unavailable", f"preparing {name} was stopped")


def _convert(order: Order, name: ModelName, lock: int, progress: Progress, stop: threading.Event) -> None:
    """Run the converting process to its end."""
    problem: dict[str, str] | None = None
    with (
        tempfile.TemporaryFile() as noise,
        subprocess.Popen(  # noqa: S603 (our own module)
            [sys.executable, "-m", "server.sources.convert", json.dumps(asdict(order))],
            # Its end of file tells the process that we are gone, even if we were killed.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=noise,
            # Waiting threads of libgomp spin by default: ten times slower on a machine that has other work.
            env={**os.environ, "GOMP_SPINCOUNT": "6000"},
            # It holds our lock, too: as long as it writes, nobody else begins.
            pass_fds=(lock,),
        ) as process,
    ):
        try:
            for line in _lines(process, stop, name):
                told = json.loads(line)
                if "problem" in told:
                    problem = told
                else:
                    progress(Step(**told))
        except BaseException:
            process.kill()
            raise
        status = process.wait()
        noise.seek(0)
        said = noise.read().decode("utf-8", "replace").strip()
    if problem is not None:
        if problem["problem"] == "settings":
            raise SettingsProblem(problem["message"])
        raise SourceProblem(problem["code"] or "bad_model", problem["message"])
    if status == 0:
        return
    if said:
        _LOG.error("preparing %s failed:\n%s", name, said)
    if status < 0:
        reason = f"it was killed by signal {-status}" + ("; perhaps memory ran out" if status == -9 else "")
    else:
        reason = said.rpartition("\n")[2] or f"status {status}"
    raise SourceProblem("bad_model", f"preparing {name} failed: {reason}")


def _lines(process: subprocess.Popen[bytes], stop: threading.Event, name: ModelName) -> Iterator[bytes]:
    """The lines that the process writes, while nobody says stop."""
    assert process.stdout is not None
    pending = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            _check_stop(stop, name)
            if not selector.select(_POLL_SECONDS):
                continue
            chunk = os.read(process.stdout.fileno(), 65536)
            if not chunk:
                return
            *lines, pending = (pending + chunk).split(b"\n")
            yield from lines
