"""A brake on guessing: after some tries, each further one must wait longer.

Tries are counted when they begin, so that a thousand at once are not one.
It knows no clock (the time is an argument) and not what is guessed.
"""

from __future__ import annotations

from collections import OrderedDict

from server.errors import ClientProblem

FORGET_SECONDS = 900.0


class Throttle:
    """Counts open and failed tries by key, for a bounded number of keys.

    Args:
        free_tries: so many cost nothing.
        longest_wait_seconds: the wait doubles from 1 s up to this.
        max_keys: beyond them the key that was quiet longest is forgotten.
    """

    def __init__(
        self, free_tries: int, *, longest_wait_seconds: float = 300.0, max_keys: int = 10_000
    ) -> None:
        self._free_tries = free_tries
        self._longest_wait_seconds = longest_wait_seconds
        self._max_keys = max_keys
        self._tries: OrderedDict[str, tuple[int, float]] = OrderedDict()  # key → (count, time of the last)

    def begin(self, key: str, now_seconds: float) -> None:
        """Count a try, or refuse it; a refused one is not counted.

        Raises:
            ClientProblem: 429 `too_many_tries`, with the seconds to wait.
        """
        count, last = self._tries.get(key, (0, now_seconds))
        if now_seconds - last > FORGET_SECONDS:
            count = 0
        if count >= self._free_tries:
            wait = min(self._longest_wait_seconds, 2.0 ** min(count - self._free_tries, 30))
            left = last + wait - now_seconds
            if left > 0:
                raise ClientProblem(
                    "too_many_tries",
                    "尝试次数过多，请稍后再试。",
                    message_en="Too many tries, please wait a moment.",
                    status=429,
                    retry_after_seconds=round(left, 1),
                )
        self._tries[key] = (count + 1, now_seconds)
        self._tries.move_to_end(key)
        while len(self._tries) > self._max_keys:
            self._tries.popitem(last=False)

    def count(self, key: str) -> int:
        """How many open and failed tries there were."""
        return self._tries.get(key, (0, 0.0))[0]

    def forgive(self, key: str) -> None:
        """The try that began was a good one: it does not count."""
        count, last = self._tries.get(key, (0, 0.0))
        if count > 1:
            self._tries[key] = (count - 1, last)
        else:
            self._tries.pop(key, None)

    def forget(self, key: str) -> None:
        """Whoever this is has proved it: earlier failures do not count either."""
        self._tries.pop(key, None)
