"""How often someone may do something: token buckets, and a bounded shelf of them.

The time is an argument. It does not know what is counted, nor what a refusal looks like.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence


class TokenBucket:
    """Lets `burst` through at once and `per_minute` in the long run."""

    __slots__ = ("_at_ms", "_burst", "_per_ms", "_tokens")

    def __init__(self, per_minute: float, burst: float | None = None) -> None:
        self._per_ms = per_minute / 60_000
        self._burst = per_minute if burst is None else burst
        self._tokens = self._burst
        self._at_ms: int | None = None

    def wait_seconds(self, now_ms: int) -> float:
        """How long until one more is let through; 0 means now."""
        self._refill(now_ms)
        return 0.0 if self._tokens >= 1 else (1 - self._tokens) / self._per_ms / 1000

    def take(self, now_ms: int) -> bool:
        """Let one through, if it may pass."""
        if self.wait_seconds(now_ms) > 0:
            return False
        self._tokens -= 1
        return True

    def _refill(self, now_ms: int) -> None:
        # A clock that is set back must not lock anyone out: the past counts as no time at all.
        elapsed_ms = max(0, now_ms - self._at_ms) if self._at_ms is not None else 0
        self._at_ms = now_ms
        self._tokens = min(self._burst, self._tokens + elapsed_ms * self._per_ms)


def take_from_all(buckets: Sequence[TokenBucket], now_ms: int) -> float:
    """Take one from every bucket or from none.

    Returns:
        0 if it was taken, else the seconds after which it may be tried again.
    """
    wait_seconds = max((bucket.wait_seconds(now_ms) for bucket in buckets), default=0.0)
    if wait_seconds == 0:
        for bucket in buckets:
            bucket.take(now_ms)
    return wait_seconds


class BucketShelf:
    """One bucket for each key; beyond `max_keys` the one that was used longest ago is forgotten."""

    def __init__(self, per_minute: float, burst: float | None = None, *, max_keys: int = 20_000) -> None:
        self._per_minute = per_minute
        self._burst = burst
        self._max_keys = max_keys
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def bucket(self, key: str) -> TokenBucket:
        """The bucket of `key`, the same object as long as it is remembered."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = TokenBucket(self._per_minute, self._burst)
            if len(self._buckets) > self._max_keys:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(key)
        return bucket
