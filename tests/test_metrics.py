"""The numbers come out as Prometheus text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.metrics import LongestStall, Metrics


def test_metrics_show_what_was_counted() -> None:
    """Counters, histograms, watched numbers and the build all stand in the text."""
    metrics = Metrics()
    metrics.question_ended("answered")
    metrics.first_token(0.3)
    metrics.tokens(prompt=10, reused=7, generated=5)
    metrics.verdict("mask", "answer")
    metrics.journal_committed(0.002, 4)
    metrics.watch("dayi_running", "Replies under way.", lambda: 2)
    metrics.watch("dayi_engine_restarts", "Restarts.", lambda: 1, kind="counter")
    metrics.build(version="1", model="m")
    lines = metrics.text().decode().splitlines()
    for line in (
        'dayi_questions_total{outcome="answered"} 1.0',
        'dayi_first_token_seconds_bucket{le="0.4"} 1.0',
        'dayi_tokens_total{kind="reused"} 7.0',
        'dayi_verdicts_total{action="mask",direction="answer"} 1.0',
        "dayi_journal_frames_total 4.0",
        "dayi_running 2.0",
        "dayi_engine_restarts_total 1.0",
        'dayi_build{model="m",version="1"} 1.0',
    ):
        assert line in lines


def test_metrics_of_two_servers_do_not_mix() -> None:
    """Nothing is global: each server counts for itself."""
    one, other = Metrics(), Metrics()
    one.question_ended("answered")
    assert b'outcome="answered"' not in other.text()


@given(
    st.lists(
        st.tuples(st.floats(0, 10, allow_nan=False), st.floats(0, 5, allow_nan=False)),
        min_size=1,
        max_size=50,
    )
)
def test_longest_stall_is_the_longest_of_the_window(steps: list[tuple[float, float]]) -> None:
    """Law: it equals the maximum over the last minute, however the stalls come."""
    stalls = LongestStall(window_seconds=10.0)
    seen: list[tuple[float, float]] = []
    now = 0.0
    for pause, stall in steps:
        now += pause
        stalls.note(now, stall)
        seen.append((now, stall))
        assert stalls.longest_seconds == max(stall for at, stall in seen if at >= now - 10.0)


def test_estimates_and_stalls_are_counted_where_they_fall() -> None:
    """A wait told as 5 s that took 10 counts as half; a stall of 45 ms is above 40 and below 50."""
    metrics = Metrics()
    metrics.waited(5.0, 10.0)
    metrics.event_loop_late(1.0, 0.045)
    lines = metrics.text().decode().splitlines()
    assert 'dayi_wait_told_to_real_bucket{le="0.25"} 0.0' in lines
    assert 'dayi_wait_told_to_real_bucket{le="0.5"} 1.0' in lines
    assert 'dayi_event_loop_late_seconds_bucket{le="0.04"} 0.0' in lines
    assert 'dayi_event_loop_late_seconds_bucket{le="0.05"} 1.0' in lines
    assert "dayi_event_loop_stall_seconds 0.045" in lines
