"""Quick starts after the first deaths, single trials after many."""

from __future__ import annotations

from server.engine.restarts import Restarts
from server.engine.types import Patience

PATIENCE = Patience(first_pause_seconds=1.0, max_deaths=3, window_seconds=100.0, rest_seconds=60.0)


def test_pauses_double_until_it_rests() -> None:
    """The third death in the window is the one after which nobody waits for the next start."""
    restarts = Restarts(PATIENCE)
    assert [restarts.died(now, now - 1) for now in (10.0, 20.0)] == [1.0, 2.0]
    assert not restarts.resting
    assert restarts.died(30.0, 29.0) == 60.0
    assert restarts.resting


def test_a_failed_trial_is_followed_by_another_rest_however_long_ago_the_others_were() -> None:
    """The deaths before it have left the window: it still does not start in quick succession again."""
    restarts = Restarts(PATIENCE)
    for now in (10.0, 20.0, 30.0, 500.0, 1000.0):
        pause_seconds = restarts.died(now, now - 1)
    assert (pause_seconds, restarts.resting) == (60.0, True)


def test_an_engine_that_outlives_the_window_is_trusted_again() -> None:
    """Its death is a first one."""
    restarts = Restarts(PATIENCE)
    for now in (10.0, 20.0, 30.0):
        restarts.died(now, now - 1)
    assert restarts.died(500.0, 90.0) == 1.0
    assert not restarts.resting


def test_rare_deaths_are_forgotten() -> None:
    """One every hour is never too many."""
    restarts = Restarts(PATIENCE)
    assert {restarts.died(3600.0 * hour, 3600.0 * (hour - 1)) for hour in range(1, 10)} == {1.0}
