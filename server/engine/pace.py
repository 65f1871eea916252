"""What the engine has measured of itself, and the waits it promises from that.

Times come in as arguments. This module does not know requests.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from server.engine.forecast import Lengths, Speed, Work, forecast, step_table
from server.engine.types import Measured

_SMOOTHING = 0.1
_MAX_LENGTHS = 200
# Before anything was measured: the light model on two cores, and its answers to forty school questions.
_FIRST_STEP_SECONDS = 0.05
_FIRST_PREFILL_SECONDS = 0.002
_FIRST_LENGTHS = (
    *(7, 7, 8, 9, 11, 12, 16, 16, 17, 22, 25, 26, 27, 35, 36, 42, 48, 48, 55, 62, 67, 83, 85, 99, 111, 133),
    *(143, 157, 181, 205, 219, 244, 244, 300, 341, 435, 448, 637, 1024, 1024),
)


class Pace:
    """Step times and answer lengths, smoothed.

    Args:
        measured: what an engine before this one knew of the same machine and model.
        chunk_tokens: ids of prefills computed in one step.
        shared_chunk_tokens: the same, when others decode in it.
    """

    def __init__(
        self, measured: Measured | None = None, chunk_tokens: int = 128, shared_chunk_tokens: int = 64
    ) -> None:
        known = measured or Measured()
        self._chunks = chunk_tokens, shared_chunk_tokens
        self._steps = dict(zip(known.rows, known.step_seconds, strict=True))
        self._prefill_seconds = known.prefill_seconds
        self._lengths = deque(known.answer_tokens or _FIRST_LENGTHS, maxlen=_MAX_LENGTHS)
        self._num_steps = 0
        self._num_seen = dict.fromkeys(self._steps, round(1 / _SMOOTHING))

    def stepped(self, seconds: float, num_decode: int, num_prefill: int) -> None:
        """A step with these rows took so long."""
        self._num_steps += 1
        if num_prefill:
            decode_seconds = self._table(num_decode)[num_decode]
            spent = max(0.0, seconds - decode_seconds) / num_prefill
            weight = _SMOOTHING if self._prefill_seconds else 1.0
            self._prefill_seconds += weight * (spent - self._prefill_seconds)
        elif num_decode:
            # The first steps of a size weigh alike; one that was disturbed must not stay for long.
            seen = self._num_seen[num_decode] = self._num_seen.get(num_decode, 0) + 1
            before = self._steps.get(num_decode, seconds)
            self._steps[num_decode] = before + max(_SMOOTHING, 1 / seen) * (seconds - before)

    def answered(self, num_tokens: int) -> None:
        """An answer came to its end after so many tokens."""
        self._lengths.append(num_tokens)

    def waits(self, running: Sequence[Work], waiting: Sequence[Work], num_places: int) -> list[float]:
        """Seconds until each waiting reply, in their order, gets a place."""
        if not waiting:
            return []
        size = max(num_places, len(running))
        speed = Speed(self._table(size), self._prefill_seconds or _FIRST_PREFILL_SECONDS, *self._chunks)
        lengths = Lengths(self._lengths, [work.generated for work in running if work.generated])
        return forecast(running, waiting, num_places, lengths, speed)

    @property
    def measured(self) -> Measured:
        """What the next engine on this machine should know."""
        rows = sorted(self._steps)
        return Measured(
            rows=tuple(rows),
            step_seconds=tuple(round(self._steps[each], 5) for each in rows),
            prefill_seconds=round(self._prefill_seconds, 6),
            answer_tokens=tuple(self._lengths),
            num_steps=self._num_steps,
        )

    def _table(self, size: int) -> list[float]:
        return step_table(self._steps or {1: _FIRST_STEP_SECONDS}, size)
