"""Who comes next: fair between people, one reply at a time for each conversation.

This module does not know what a reply computes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from server.engine.reply import Reply

_MAX_PASSED_OVER = 4  # a long prefill gets every fifth chunk at least
_MAX_PEOPLE = 1000  # whose last round is remembered


@dataclass(frozen=True, slots=True, order=True)
class _Ticket:
    """Where a reply stands: the smallest comes first."""

    round: int
    previous_round: int  # of its person: in one round, who was served longest ago comes first
    number: int  # by arrival


class Queue:
    """Waiting replies, served in rounds: in each, everybody has one turn at most.

    Whoever asks belongs to the next round, and with their second question to the one after it. So nobody is
    pushed back by another's many questions, and nobody waits longer than a round for those who come later.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[_Ticket, Reply]] = {}  # by the request's id
        self._last_rounds: dict[str, int] = {}  # user → the newest round that they have a ticket of
        self._round = 0  # of whoever was taken last
        self._num_arrived = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, reply: Reply) -> None:
        """A reply arrives."""
        user = reply.request.user
        previous = self._last_rounds.pop(user, 0)
        ticket = _Ticket(max(self._round, previous) + 1, previous, self._num_arrived)
        self._num_arrived += 1
        self._last_rounds[user] = ticket.round
        self._waiting[reply.request.id] = ticket, reply
        if len(self._last_rounds) > _MAX_PEOPLE:
            del self._last_rounds[next(iter(self._last_rounds))]

    def remove(self, request_id: str) -> Reply | None:
        """A reply leaves before its turn: its person's next question does not come a round later for it."""
        ticket, reply = self._waiting.pop(request_id, (None, None))
        if ticket is not None and reply is not None:
            user = reply.request.user
            if self._last_rounds.get(user) == ticket.round:
                self._last_rounds[user] = ticket.previous_round
        return reply

    def first(self, running: Collection[Reply]) -> Reply | None:
        """The reply whose turn it is. One whose conversation is being answered has to wait for that."""
        busy = {reply.request.conversation for reply in running}
        free = (each for each in self._waiting.values() if each[1].request.conversation not in busy)
        return min(free, key=lambda each: each[0], default=(None, None))[1]

    def take(self, reply: Reply) -> None:
        """It has got its place."""
        ticket, _ = self._waiting.pop(reply.request.id)
        self._round = max(self._round, ticket.round)

    def order(self) -> list[Reply]:
        """The waiting replies in the order in which they will be taken."""
        return [reply for _, reply in sorted(self._waiting.values(), key=lambda each: each[0])]


def next_prefill(prefilling: Sequence[Reply]) -> Reply | None:
    """The one prefill that gets a chunk in this step: the shortest, unless another was passed over too often.

    A question to a cached conversation is a few ids: it must not wait behind thousands of another's.
    """
    if not prefilling:
        return None
    late = [reply for reply in prefilling if reply.passed_over >= _MAX_PASSED_OVER]
    chosen = late[0] if late else min(prefilling, key=lambda reply: reply.num_pending)
    for reply in prefilling:
        reply.passed_over = 0 if reply is chosen else reply.passed_over + 1
    return chosen
