"""Who may ask another server now: a few at once, the others wait and know their place.

Knows neither what is asked nor where.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque

from server.errors import SourceProblem

_FIRST_GUESS_SECONDS = 10.0  # how long an answer takes, before one was seen


class Places:
    """So many places, and a queue that is fair between people.

    Args:
        max_running: replies under way at once.
        max_waiting: how many may wait for a place.
    """

    def __init__(self, max_running: int, max_waiting: int) -> None:
        self._max_running = max_running
        self._max_waiting = max_waiting
        self._running: set[Ticket] = set()
        self._waiting: list[Ticket] = []  # by arrival
        self._seconds: deque[float] = deque(maxlen=32)  # how long the latest answers took

    @property
    def num_running(self) -> int:
        """How many have a place."""
        return len(self._running)

    @property
    def num_waiting(self) -> int:
        """How many wait for one."""
        return len(self._waiting)

    def enter(self, user: str) -> Ticket:
        """Come in; leave with the ticket's `leave`.

        Raises:
            SourceProblem: `busy`, too many wait already.
        """
        if len(self._running) >= self._max_running and len(self._waiting) >= self._max_waiting:
            raise SourceProblem("busy", f"{len(self._waiting)} questions wait already")
        ticket = Ticket(self, user)
        self._waiting.append(ticket)
        self._move()
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Give the place away, or stop waiting for it. Idempotent."""
        if ticket in self._running:
            self._running.remove(ticket)
            self._seconds.append(time.monotonic() - ticket.since)
        elif ticket in self._waiting:
            self._waiting.remove(ticket)
        else:
            return
        self._move()

    def _move(self) -> None:
        """Let the next ones in, and tell the others their places."""
        each = sum(self._seconds) / len(self._seconds) if self._seconds else _FIRST_GUESS_SECONDS
        position = 0
        for ticket in self._in_order():
            if len(self._running) < self._max_running:
                self._waiting.remove(ticket)
                self._running.add(ticket)
                ticket.since = time.monotonic()
                ticket.move(None, 0.0)
            else:
                ticket.move(position, round((position // self._max_running + 1) * each, 1))
                position += 1

    def _in_order(self) -> list[Ticket]:
        """Next is whoever has the fewest places; of those, whoever came first."""
        counts = Counter(ticket.user for ticket in self._running)
        ranked = []
        for ticket in self._waiting:
            ranked.append((counts[ticket.user], ticket))
            counts[ticket.user] += 1
        return [ticket for _, ticket in sorted(ranked, key=lambda pair: pair[0])]


class Ticket:
    """One who came in.

    Attributes:
        user: whom to be fair to.
        position: how many go first; None with a place.
        eta_seconds: how long the wait may be.
        moved: set whenever `position` changed.
        since: when the place was had, on the monotonic clock.
    """

    def __init__(self, places: Places, user: str) -> None:
        self.user = user
        self.position: int | None = -1
        self.eta_seconds = 0.0
        self.moved = asyncio.Event()
        self.since = 0.0
        self._places = places

    def move(self, position: int | None, eta_seconds: float) -> None:
        """Tell it where it stands now."""
        if position != self.position:
            self.position, self.eta_seconds = position, eta_seconds
            self.moved.set()

    def leave(self) -> None:
        """Give the place away, or stop waiting for it. Idempotent."""
        self._places.leave(self)
