"""Who comes next: fair between people, one reply at a time for each conversation.

This module does not know what a reply computes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from server.engine.reply import Reply

_MAX_PASSED_OVER = 4  # a long prefill gets every fifth chunk at least
_MAX_SERVED = 1000  # people whose last turn is remembered


class Queue:
    """Waiting replies. Next is the person with the fewest running ones, then the one served longest ago."""

    def __init__(self) -> None:
        self._waiting: list[Reply] = []  # by arrival
        self._served: dict[str, int] = {}  # user → when last served, counted in servings
        self._num_served = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, reply: Reply) -> None:
        """A reply arrives."""
        self._waiting.append(reply)

    def remove(self, request_id: str) -> Reply | None:
        """A reply leaves before its turn."""
        for place, reply in enumerate(self._waiting):
            if reply.request.id == request_id:
                return self._waiting.pop(place)
        return None

    def take(self, running: Collection[Reply]) -> Reply | None:
        """The reply whose turn it is. One whose conversation is being answered has to wait for that."""
        busy = {reply.request.conversation for reply in running}
        free = [reply for reply in self._waiting if reply.request.conversation not in busy]
        if not free:
            return None
        counts = Counter(reply.request.user for reply in running)
        chosen = min(free, key=lambda reply: self._rank(reply, counts, self._served))
        self._waiting.remove(chosen)
        self._num_served += 1
        self._served.pop(chosen.request.user, None)
        self._served[chosen.request.user] = self._num_served
        if len(self._served) > _MAX_SERVED:
            del self._served[next(iter(self._served))]
        return chosen

    def put_back(self, reply: Reply) -> None:
        """It was taken, and there is no memory for it yet: it stays first of its person."""
        self._waiting.insert(0, reply)
        self._served.pop(reply.request.user, None)

    def order(self, running: Collection[Reply]) -> list[Reply]:
        """The waiting replies in the order in which they would be taken now."""
        counts = Counter(reply.request.user for reply in running)
        served = dict(self._served)
        left, found = list(self._waiting), []
        while left:
            chosen = min(left, key=lambda reply: self._rank(reply, counts, served))
            left.remove(chosen)
            found.append(chosen)
            counts[chosen.request.user] += 1
            served[chosen.request.user] = self._num_served + len(found)
        return found

    @staticmethod
    def _rank(reply: Reply, counts: Counter[str], served: dict[str, int]) -> tuple[int, int]:
        # min() takes the first of equals, which is the earliest arrival.
        user = reply.request.user
        return counts[user], served.get(user, 0)


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
