"""Steps for nobody: the first waits that are told then rest on this machine's own speed.

Done while nobody asks, a step at a time, by an engine that knows nothing of itself yet.
"""

from __future__ import annotations

from collections.abc import Callable

from server.engine.model import Model, Run
from server.engine.pace import Pace

_ROWS = (1, 2, 4, 8, 16, 32, 64, 128)
_TIMES = 3  # the first brings pages into memory; a server that has just begun has other work, too
_CACHED_TOKENS = 256  # of each conversation: a system prompt, a question, half an answer


def sizes(max_running: int) -> list[int]:
    """Rows of the steps to practise, then 0 for a prefill."""
    return [*(each for each in _ROWS if each < max_running), max_running, 0]


def practise(model: Model, pace: Pace, num_rows: int, chunk_tokens: int, clock: Callable[[], float]) -> None:
    """Compute a step of so many rows, or a prefill of `chunk_tokens` ids, a few times, and note the shortest.

    Args:
        model: with as many free slots.
        pace: which is told.
        num_rows: 0 for a prefill.
        chunk_tokens: of the prefill.
        clock: tells seconds.
    """
    slots = [model.slots.take() for _ in range(max(1, num_rows))]
    cached = min(_CACHED_TOKENS, model.slots.num_tokens - 1)
    runs = [Run(slot, cached, [0]) for slot in slots]
    if not num_rows:
        chunk_tokens = min(chunk_tokens, model.slots.num_tokens)
        runs = [Run(slots[0], 0, [0] * chunk_tokens, "none")]
    times = []
    for _ in range(_TIMES):
        begin = clock()
        model.step(runs)
        times.append(clock() - begin)
    pace.stepped(min(times), num_rows, 0 if num_rows else chunk_tokens)
    for slot in slots:
        model.slots.release(slot)
