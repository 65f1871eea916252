"""A server to measure: one that runs, or one of its own with a data folder that is thrown away."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.errors import SettingsProblem
from server.settings import Settings

_START_SECONDS = 600.0  # a model may have to be prepared first
_STALLS = "dayi_event_loop_late_seconds_bucket"
_PASSED_ON = ("model", "dtype", "threads", "max_running", "max_wait_seconds", "kv_budget_mib")


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a server answers. `pid` is there when it was started here."""

    url: str
    pid: int | None = None

    async def ready(self) -> dict[str, Any]:
        """What `/readyz` says."""
        return dict(json.loads(await self._get("/readyz")))

    async def stalls(self) -> dict[float, int]:
        """How often the event loop was late by no more than so many seconds, since the server's start."""
        rows = (line for line in (await self._get("/metrics")).splitlines() if line.startswith(_STALLS))
        return {float(line.split('"')[1]): int(float(line.rsplit(" ", 1)[1])) for line in rows}

    def kill_engine(self) -> None:
        """SIGKILL the process of the engine.

        Raises:
            SettingsProblem: the server was not started here, or answers without an engine.
        """
        engines = [pid for pid in _children(self.pid) if "server.engine.process" in _command(pid)]
        if not engines:
            raise SettingsProblem("--kill-engine: only with a model of this machine, and without --url")
        os.kill(engines[0], signal.SIGKILL)

    async def _get(self, path: str) -> str:
        return await asyncio.to_thread(_get, self.url + path)


def longest_stall(before: dict[float, int], after: dict[float, int]) -> float:
    """The least bound, in seconds, under which every stall between two looks stayed."""
    new = {bound: after[bound] - before.get(bound, 0) for bound in sorted(after)}
    total = max(new.values(), default=0)
    return next((bound for bound, count in new.items() if count == total), 0.0)


@contextmanager
def desk(url: str | None, settings: Settings) -> Iterator[Desk]:
    """The server at `url`; without one that of the data folder, if it runs; else one started for this."""
    if url is None:
        url = _announced(settings.data)
    if url is not None:
        yield Desk(url.rstrip("/"))
        return
    with tempfile.TemporaryDirectory(prefix="dayi-bench-") as folder:
        data = Path(folder)
        with (data / "log").open("wb") as log:
            # Whoever ends the measurement ends the server, too.
            before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
            process = subprocess.Popen(
                [sys.executable, "-m", "server", "serve", *_options(data, settings)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            try:
                yield Desk(_wait(process, data), process.pid)
            finally:
                process.terminate()
                process.wait()
                signal.signal(signal.SIGTERM, before)


def _options(data: Path, settings: Settings) -> list[str]:
    values = {name: getattr(settings, name) for name in _PASSED_ON}
    values |= {"host": "127.0.0.1", "port": 0, "data": data, "models": settings.models_folder}
    # A whole school at one address, and pupils who do not stop to think.
    values |= {"asks_per_minute": 10_000, "asks_per_minute_address": 100_000, "connections_per_address": 5000}
    return [part for name, value in values.items() for part in (f"--{name.replace('_', '-')}", str(value))]


def _wait(process: subprocess.Popen[bytes], data: Path) -> str:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SettingsProblem(f"the server did not start: {_last_line(data / 'log')}")
        url = _announced(data)
        if url is not None and json.loads(_get(url + "/readyz"))["ready"]:
            return url
        time.sleep(0.1)
    raise SettingsProblem(f"the server was not ready within {_START_SECONDS:g} s: {_last_line(data / 'log')}")


def _announced(data: Path) -> str | None:
    """Where the server of a data folder says that it answers, if it does."""
    try:
        url = str(json.loads((data / "dayi.lock").read_text(encoding="utf-8"))["url"])
        _get(url + "/healthz")
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return url


def _get(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:  # 503 of /readyz has a body, too
        return error.read().decode()


def _children(pid: int | None) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(child) for child in text.split()]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")
    except OSError:
        return ""


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
