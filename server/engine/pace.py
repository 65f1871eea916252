"""What the engine has measured of itself, and the waits it promises from that.

Pure arithmetic: times come in as arguments. This module does not know requests.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

_FIRST_GUESS_TOKENS = 200  # an answer's length before any was seen
_SMOOTHING = 0.1


@dataclass(frozen=True, slots=True)
class Work:
    """What is left of a reply: ids to prefill, tokens generated, tokens allowed."""

    prefill: int
    generated: int
    max_tokens: int


class Pace:
    """Step times and answer lengths, smoothed."""

    def __init__(self) -> None:
        self._lengths: deque[int] = deque(maxlen=64)
        self._decode_seconds = 0.05  # one step of decode rows
        self._prefill_seconds = 0.004  # one id of a prefill
        self._decode_known = self._prefill_known = False

    def stepped(self, seconds: float, num_decode: int, num_prefill: int) -> None:
        """A step with these rows took so long."""
        if num_prefill:
            spent = max(0.0, seconds - (self._decode_seconds if num_decode else 0.0)) / num_prefill
            weight = _SMOOTHING if self._prefill_known else 1.0
            self._prefill_seconds += weight * (spent - self._prefill_seconds)
            self._prefill_known = True
        else:
            weight = _SMOOTHING if self._decode_known else 1.0
            self._decode_seconds += weight * (seconds - self._decode_seconds)
            self._decode_known = True

    def answered(self, num_tokens: int) -> None:
        """An answer came to its end after so many tokens."""
        self._lengths.append(num_tokens)

    def seconds(self, work: Work) -> float:
        """How long a reply still takes in a place of its own."""
        return work.prefill * self._prefill_seconds + self._tokens_left(work) * self._decode_seconds

    def waits(self, running: Sequence[Work], waiting: Sequence[Work], num_places: int) -> list[float]:
        """Seconds until each waiting reply, in their order, gets a place."""
        ends = [self.seconds(work) for work in running]
        # Prefills share the machine: those under way delay every place a little.
        ends += [0.0] * max(0, num_places - len(ends))
        heapq.heapify(ends)
        found = []
        for work in waiting:
            begin = heapq.heappop(ends)
            found.append(begin)
            heapq.heappush(ends, begin + self.seconds(work))
        return found

    def _tokens_left(self, work: Work) -> float:
        """The mean of what longer answers had left at this point: lengths are skewed, a mean alone lies."""
        longer = [length - work.generated for length in self._lengths if length > work.generated]
        if not self._lengths:
            left = float(max(_FIRST_GUESS_TOKENS - work.generated, _FIRST_GUESS_TOKENS // 4))
        elif longer:
            left = sum(longer) / len(longer)
        else:
            left = work.generated / 2
        return min(left, float(max(0, work.max_tokens - work.generated)))
