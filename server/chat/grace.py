"""How long an answer goes on when nobody watches any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Grace:
    """A time that runs from `start` until somebody comes back (`cancel`).

    Args:
        seconds: how long.
        over: called when it has run out.
    """

    def __init__(self, seconds: float, over: Callable[[], None]) -> None:
        self._seconds = seconds
        self._over = over
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Let it run, unless it does."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._run_out)

    def cancel(self) -> None:
        """Somebody is there, or it no longer matters."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _run_out(self) -> None:
        self._timer = None
        self._over()
