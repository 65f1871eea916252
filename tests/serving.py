"""A real `dayi serve` in a process of its own, for tests that look at the house from outside.

Starting and ending it needs no event loop, so fixtures of any scope can hold one:

    with serving(tmp_path, who_may_chat="login") as server:
        httpx.get(server.url + "/healthz")
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[1]


class Serving:
    """A server under test.

    Attributes:
        url: where it answers, such as `http://127.0.0.1:40123`; stays the same over `restart`.
        data: its data folder.
        process: the running process, to look at or to kill by its pid.
    """

    def __init__(self, data: Path, settings: dict[str, Any]) -> None:
        self.data = data
        self.url = ""
        self._settings: dict[str, Any] = {"host": "127.0.0.1", "port": 0, "model": "scripted:", **settings}
        self._log = data.with_name(data.name + ".log")
        self.process: subprocess.Popen[bytes]
        self.start()

    def start(self, *, ready: bool = True, seconds: float = 60) -> None:
        """Start the process and wait until it answers; with `ready` also until its model does."""
        command = [sys.executable, "-m", "server", "serve", *_options({**self._settings, "data": self.data})]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=_environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + seconds
        self.url = self._wait_for(self._announced, deadline)
        self._settings["port"] = int(self.url.rsplit(":", 1)[1])
        if ready:
            self._wait_for(self._ready, deadline)

    def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = 60) -> int:
        """End the process; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    async def restart(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it with a signal and start it again, on the same port and folder."""
        await asyncio.to_thread(self.stop, number)
        await asyncio.to_thread(self.start)

    async def command(self, *arguments: str, stdin: str = "") -> str:
        """Run `dayi ARGUMENTS` on the same data folder; its standard output."""
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "server", *arguments],
            cwd=ROOT,
            env={**_environment(), "DAYI_DATA": str(self.data)},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def log(self) -> str:
        """Everything that the server printed and logged so far."""
        return self._log.read_text(encoding="utf-8")

    @property
    def setup_token(self) -> str:
        """The token of the printed one-time link."""
        found = re.findall(r"/setup#(\S+)", self.log)
        assert found, self.log
        return str(found[-1])

    def _announced(self) -> str | None:
        try:
            announced = json.loads((self.data / "dayi.lock").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return str(announced["url"]) if announced["pid"] == self.process.pid else None

    def _ready(self) -> bool | None:
        return httpx.get(f"{self.url}/readyz").status_code == 200 or None

    def _wait_for(self, look: Any, deadline: float) -> Any:
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.log}")
            found = look()
            if found is not None:
                return found
            time.sleep(0.05)
        self.process.kill()
        self.process.wait()
        raise AssertionError(f"the server was not ready in time:\n{self.log}")


@contextmanager
def serving(folder: Path, **settings: Any) -> Iterator[Serving]:
    """A running server with these settings, on a free port; ended by its pid at the end.

    Args:
        folder: an empty folder of the test; data and log lie in it.
        settings: by their names; `model` is `scripted:` unless given.
    """
    server = Serving(folder / "data", settings)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


def _options(settings: dict[str, Any]) -> list[str]:
    options = []
    for name, value in settings.items():
        for one in value if isinstance(value, list) else [value]:
            options += ["--" + name.replace("_", "-"), str(one)]
    return options


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("DAYI_")}
