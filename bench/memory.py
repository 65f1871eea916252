"""What a server takes in memory: a real one is started, asked one question, and all its processes are read.

Sizes are proportional set sizes: a page that two processes share counts half for each, so that their sum is
what the machine has less. Linux only.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from bench.desk import desk
from bench.pupils import Seen, ask_all
from bench.tasks import TASKS
from server.settings import Settings


def resident(settings: Settings) -> dict[str, int]:
    """Bytes of the engine's process (0 without one) and of the server's, after one answer."""
    with tempfile.TemporaryDirectory(prefix="dayi-bench-") as folder:
        # A folder of its own: a server that runs in the real one has many conversations.
        own = settings.model_copy(update={"data": Path(folder), "models": settings.models_folder})
        with desk(None, own) as server:
            asyncio.run(ask_all(server.url, [[TASKS[0]]], 0.0, Seen()))
            assert server.pid is not None, "it was started here"
            sizes = {pid: proportional_bytes(pid) for pid in [server.pid, *children(server.pid)]}
    server_bytes = sizes.pop(server.pid)
    return {"engine": sum(sizes.values()), "server": server_bytes}


def proportional_bytes(pid: int) -> int:
    """The proportional set size of a process."""
    rows = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(row.split()[1]) << 10 for row in rows if row.startswith("Pss:"))


def children(pid: int) -> list[int]:
    """The processes that a process started and those that they started."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [one for child in map(int, text.split()) for one in (child, *children(child))]
