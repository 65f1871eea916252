"""An engine that knows nothing of itself practises while nobody asks, and tells waits from what it saw."""

from __future__ import annotations

import itertools

from server.engine.forecast import Work
from server.engine.practice import sizes
from tests.engine.tiny import Tiny, ended, request, run


def test_practice_goes_from_one_row_to_all_places_and_ends_with_a_prefill() -> None:
    """Each size once, whatever the number of places."""
    assert sizes(48) == [1, 2, 4, 8, 16, 32, 48, 0]
    assert sizes(1) == [1, 0]
    assert sizes(8) == [1, 2, 4, 8, 0]


def test_practised_steps_are_what_waits_rest_on(tiny: Tiny) -> None:
    """On a clock by which every look takes a second: so does a step of any size."""
    batch = tiny.batch(max_running=4, shared_chunk_tokens=16)
    batch._clock = itertools.count(0.0, 1.0).__next__
    for rows in batch.practice():
        batch.practise(rows)
    measured = batch.pace.measured
    assert measured.rows == (1, 2, 4)
    assert set(measured.step_seconds) == {1.0}
    assert measured.prefill_seconds == round(1 / 16, 6)
    (wait,) = batch.pace.waits([Work(1, 0, 10)], [Work(1, 0, 10)], 1)
    assert 1.0 <= wait <= 10.0, "ten tokens at a second each, at most"


def test_practice_leaves_nothing_behind(tiny: Tiny) -> None:
    """All slots are free afterwards, and a reply is what it would have been."""
    fresh, practised = tiny.batch(max_running=3), tiny.batch(max_running=3)
    for rows in practised.practice():
        practised.practise(rows)
    asked = [request(name, f"hello {name}") for name in "abc"]
    answers = [
        {name: ended(events).answer_ids for name, events in run(batch, *asked).items()}
        for batch in (fresh, practised)
    ]
    assert answers[0] == answers[1]
    assert practised.memory().kv_bytes == fresh.memory().kv_bytes
