"""The data folder belongs to one server at a time.

A lock of the operating system on `dayi.lock`: it goes with the process however that ends, so
there is no stale lock to clean up. The file also says who holds it and where that one answers.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from server.errors import SettingsProblem

LOCK_FILE = "dayi.lock"


class DataFolder:
    """A folder that this process holds. Make one with `hold`."""

    def __init__(self, lock: TextIO) -> None:
        self._lock = lock

    def announce(self, url: str) -> None:
        """Write down where the server of this folder answers."""
        self._lock.seek(0)
        self._lock.truncate()
        json.dump({"pid": os.getpid(), "url": url}, self._lock)
        self._lock.flush()


@contextmanager
def hold(folder: Path) -> Iterator[DataFolder]:
    """Make the data folder if need be, and keep every other server away from it.

    Raises:
        SettingsProblem: it cannot be written, or a server runs on it already.
    """
    try:
        # What people wrote is nobody else's: other accounts of this machine stay out.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (folder / LOCK_FILE).open("a+", encoding="utf-8")
    except FileExistsError:
        raise SettingsProblem(f"--data {folder}: this is a file, not a folder") from None
    except OSError as error:
        raise SettingsProblem(f"--data {folder}: cannot write there ({error.strerror})") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SettingsProblem(f"--data {folder}: a server runs on it already{_holder(lock)}") from None
        held = DataFolder(lock)
        lock.truncate(0)
        try:
            yield held
        finally:
            lock.truncate(0)


def _holder(lock: TextIO) -> str:
    lock.seek(0)
    try:
        holder = json.load(lock)
        return f" (process {holder['pid']}, {holder['url']})"
    except (ValueError, KeyError, TypeError):
        return ""
