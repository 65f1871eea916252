"""Who will wait how long: the engine's queue, played forward from what was measured. Pure arithmetic.

A step computes one token for every reply that decodes and at most one chunk of prefills, so time passes in
steps here, too. How long answers become is not known; it is drawn from the lengths seen, always in the same
way. This module knows neither requests nor clocks.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

_SCENARIOS = 9
_GOLDEN = 0.6180339887498949  # multiples of it, without their whole part, spread evenly
_BEYOND = 0.25  # an answer longer than all seen is expected to go on for this part of its length, in the mean
_ROW_SHARE = 0.04  # what a further row adds to a step, before two sizes were measured
_NEARLY_NOTHING = 1e-6  # of a step or an id: sums of parts are not exact


@dataclass(frozen=True, slots=True)
class Work:
    """What is left of a reply: ids to prefill (1 or none: it decodes), tokens generated, tokens allowed."""

    prefill: int
    generated: int
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Speed:
    """`step_seconds[n]`: a step in which n replies decode. `prefill_seconds`: what one id of a chunk adds."""

    step_seconds: Sequence[float]
    prefill_seconds: float
    chunk_tokens: int  # ids of prefills in one step …
    shared_chunk_tokens: int  # … in which others decode


class Lengths:
    """How long answers become, from those that ended and from those that are not over yet.

    Short answers end first: without the ones under way, a busy hour would look as if all were short. So each
    answer under way hands its weight on to the longer ones (the estimate of Kaplan and Meier).

    Args:
        ended: lengths of answers, in tokens; at least one.
        running: tokens of the answers under way so far.
    """

    def __init__(self, ended: Sequence[int], running: Sequence[int] = ()) -> None:
        # At one length those that end come first: those under way are known to be longer.
        everyone = sorted([(length, 0) for length in ended] + [(length, 1) for length in running])
        longer = 1.0
        self._longest = everyone[-1][0]
        self._lengths: list[int] = []
        self._shares: list[float] = []  # of all answers: those that are no longer than this
        for num_before, (length, is_running) in enumerate(everyone):
            if not is_running:
                longer *= 1 - 1 / (len(everyone) - num_before)
                self._lengths.append(length)
                self._shares.append(1 - longer)

    def left(self, generated: int, share: float) -> float:
        """What an answer still brings, in tokens, so that `share` of the answers that got so far bring less.

        Args:
            generated: tokens so far.
            share: from 0 to 1.
        """
        first = bisect_right(self._lengths, generated)
        gone = self._shares[first - 1] if first else 0.0
        at = bisect_right(self._shares, gone + share * (1 - gone), lo=first)
        if at < len(self._lengths):
            return float(self._lengths[at] - generated)
        reached = max(self._longest, generated)
        return reached * (1 + 2 * _BEYOND * share) - generated + 1


def step_table(measured: Mapping[int, float], size: int) -> list[float]:
    """The seconds of a step with 0, 1, … `size` rows, from the sizes that were measured (one at least).

    Between two sizes a line is drawn. A step with more rows takes no less, and no longer than as many steps
    would: where noise says otherwise, the smaller size is believed.
    """
    sizes = sorted(measured)
    table = [0.0]
    for rows in range(1, size + 1):
        at = bisect_right(sizes, rows)
        if at == 0:
            seconds = measured[sizes[0]] / (1 + _ROW_SHARE * (sizes[0] - rows))
        elif at == len(sizes):
            last = measured[sizes[-1]]
            slope = _ROW_SHARE * last
            if len(sizes) > 1:
                slope = max(0.0, last - measured[sizes[-2]]) / (sizes[-1] - sizes[-2])
            seconds = last + slope * (rows - sizes[-1])
        else:
            low, high = sizes[at - 1], sizes[at]
            part = (rows - low) / (high - low)
            seconds = measured[low] + part * (measured[high] - measured[low])
        if rows > 1:
            seconds = min(max(seconds, table[-1]), table[-1] * rows / (rows - 1))
        table.append(seconds)
    return table


def forecast(
    running: Sequence[Work], waiting: Sequence[Work], num_places: int, lengths: Lengths, speed: Speed
) -> list[float]:
    """Seconds until each waiting reply gets a place.

    Args:
        running: those that have one.
        waiting: the others, in the order in which they will be taken.
        num_places: how many are computed at once.
        lengths: what is known of answers.
        speed: of this machine and model; a step for every number of places.
    """
    everyone = [*running, *waiting]
    drawn = []
    for scenario in range(_SCENARIOS):
        shares = [(place * _GOLDEN + (scenario + 0.5) / _SCENARIOS) % 1.0 for place in range(len(everyone))]
        tokens = [
            min(lengths.left(work.generated, share), float(max(1, work.max_tokens - work.generated)))
            for work, share in zip(everyone, shares, strict=True)
        ]
        drawn.append(play(running, waiting, tokens, num_places, speed))
    # The middle of what may happen. Each scenario keeps the order of the queue, so the medians do.
    return [median(waits) for waits in zip(*drawn, strict=True)]


def play(
    running: Sequence[Work], waiting: Sequence[Work], tokens: Sequence[float], num_places: int, speed: Speed
) -> list[float]:
    """The same, where the tokens that each will bring are known: of `running` first, then of `waiting`."""
    seconds = steps = 0.0  # since the beginning
    ends: list[float] = []  # of those that decode, in steps
    prefills: list[tuple[float, int]] = []  # ids left, and whose: the shortest first, as in the engine
    everyone = [*running, *waiting]
    waits: list[float] = []
    num_entered = 0
    while len(waits) < len(waiting):
        if num_entered < len(running) or len(ends) + len(prefills) < num_places:
            if num_entered >= len(running):
                waits.append(seconds)
            if (num_ids := everyone[num_entered].prefill) > 1:
                heapq.heappush(prefills, (float(num_ids), num_entered))
            else:
                heapq.heappush(ends, steps + tokens[num_entered])
            num_entered += 1
            continue
        # To the next moment at which something changes.
        chunk_tokens = speed.shared_chunk_tokens if ends else speed.chunk_tokens
        num_steps = min([end - steps for end in ends[:1]] + [ids / chunk_tokens for ids, _ in prefills[:1]])
        seconds += num_steps * speed.step_seconds[len(ends)]
        steps += num_steps
        if prefills:
            ids_left, place = prefills[0]
            seconds += num_steps * chunk_tokens * speed.prefill_seconds
            ids_left -= num_steps * chunk_tokens
            if ids_left > _NEARLY_NOTHING:
                heapq.heapreplace(prefills, (ids_left, place))
            else:  # the last id brings the first token
                heapq.heappop(prefills)
                heapq.heappush(ends, steps + tokens[place] - 1)
        while ends and ends[0] <= steps + _NEARLY_NOTHING:
            heapq.heappop(ends)
    return waits
