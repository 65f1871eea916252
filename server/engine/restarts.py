"""When an engine that died is started again. Pure: times are arguments, in seconds."""

from __future__ import annotations

from collections import deque

from server.engine.types import Patience


class Restarts:
    """Quick starts at first, then one at a time with long rests between: a fault that heals needs nobody,
    and one that stays costs next to nothing."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._deaths: deque[float] = deque()
        self.resting = False  # it died too often: the next start is a single trial

    def died(self, now: float, born_at: float) -> float:
        """An engine that was started at `born_at` died. Returns how long to pause before the next start."""
        patience = self._patience
        self._deaths.append(now)
        while self._deaths[0] < now - patience.window_seconds:
            self._deaths.popleft()
        failed_trial = self.resting and now - born_at < patience.window_seconds
        self.resting = failed_trial or self.num_deaths >= patience.max_deaths
        if self.resting:
            return patience.rest_seconds
        return patience.first_pause_seconds * float(2 ** (self.num_deaths - 1))

    @property
    def num_deaths(self) -> int:
        """Within the window."""
        return len(self._deaths)
