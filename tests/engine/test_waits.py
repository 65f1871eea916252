"""What the waiting are told, against what happens: the real batch on a scripted model and clock."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch

from server.engine.batch import Batch
from server.engine.model import Model, Run
from server.engine.pace import Pace
from server.engine.types import Begun, EngineOptions, Measured, Sampling, Waiting
from tests.engine.tiny import Tiny, request

PLACES, PUPILS = 16, 40
LETTER = 65  # an id that is no end
LONG = Sampling(temperature=0.0, repetition_penalty=1.0, max_tokens=400)


class Scripted:
    """A model whose steps take time on a clock of its own, and whose answers have lengths that it draws."""

    def __init__(self, model: Model, end_id: int, draw: Callable[[], int]) -> None:
        self.now = 0.0
        self._model = model
        self._end_id = end_id
        self._draw = draw
        self._left: dict[int, int] = {}  # slot → tokens

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def step(self, runs: Sequence[Run]) -> torch.Tensor:
        num_decode = sum(len(run.ids) == 1 for run in runs)
        num_prefill = sum(len(run.ids) for run in runs if len(run.ids) > 1)
        self.now += 0.03 + 0.001 * num_decode + 0.002 * num_prefill
        wanting = [run for run in runs if run.logits != "none"]
        logits = torch.zeros(len(wanting), self._model.shape.vocab_size)
        for row, run in enumerate(wanting):
            left = self._draw() if len(run.ids) > 1 else self._left[run.slot]
            self._left[run.slot] = left - 1
            logits[row, LETTER if left else self._end_id] = 1.0
        return logits


def told_and_real(tiny: Tiny, seed: int, measured: Measured) -> list[tuple[float, float]]:
    """Forty ask within a second: for each who waits, what was told first, and the wait that it was."""
    dice = random.Random(seed)
    model = Model(tiny.shape, tiny.weights, torch.device("cpu"), PLACES, 512)
    scripted = Scripted(model, tiny.shape.end_id, lambda: 1 + round(dice.expovariate(1 / 85)))
    options = EngineOptions(tiny.folder, window_tokens=512, max_running=PLACES, guess=False)
    batch = Batch(scripted, tiny.text, options, clock=lambda: scripted.now)  # type: ignore[arg-type]
    batch.pace = Pace(measured, options.chunk_tokens, options.shared_chunk_tokens)
    told: dict[str, tuple[float, float]] = {}
    found = []
    num_asked = 0
    while num_asked < PUPILS or not batch.idle:
        events = []
        while num_asked < PUPILS and scripted.now >= num_asked / PUPILS:
            events += batch.ask(request(f"{num_asked}", "x" * 30, sampling=LONG))
            num_asked += 1
        if batch.idle:
            scripted.now += 0.01
        for event in [*events, *batch.step(), *batch.remind()]:
            if isinstance(event, Waiting):
                told.setdefault(event.id, (scripted.now, event.eta_seconds))
            elif isinstance(event, Begun) and event.id in told:
                at, eta_seconds = told[event.id]
                found.append((eta_seconds, scripted.now - at))
    return found


@pytest.fixture(scope="module")
def measured() -> Measured:
    """What `bench capacity` writes: step times, and sixty lengths."""
    dice = random.Random(99)
    lengths = tuple(1 + round(dice.expovariate(1 / 85)) for _ in range(60))
    return Measured((1, 16), (0.031, 0.046), 0.002, lengths)


def test_four_in_five_who_wait_are_told_a_wait_within_30_percent(tiny: Tiny, measured: Measured) -> None:
    """Forty on sixteen places with answers as skewed as real ones: already the first estimate is good."""
    pairs = [pair for seed in range(5) for pair in told_and_real(tiny, seed, measured)]
    assert len(pairs) >= 5 * (PUPILS - PLACES) // 2, "most who do not find a place at once have to wait"
    good = [abs(eta_seconds - real) <= 0.3 * real for eta_seconds, real in pairs]
    assert sum(good) / len(good) >= 0.8
