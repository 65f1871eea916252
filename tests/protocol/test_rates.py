"""Token buckets: how often is too often."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.protocol.rates import BucketShelf, TokenBucket, take_from_all


def test_a_bucket_lets_a_burst_through_and_then_says_when_to_come_again() -> None:
    """Six a minute: six at once, and the seventh after ten seconds."""
    bucket = TokenBucket(6)
    assert [bucket.take(0) for _ in range(7)] == [True] * 6 + [False]
    assert bucket.wait_seconds(0) == 10
    assert not bucket.take(9_900)
    assert bucket.take(10_000)


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    """An hour back: the bucket goes on from there."""
    bucket = TokenBucket(1)
    assert bucket.take(3_600_000)
    assert not bucket.take(0)
    assert bucket.take(60_000)


def test_a_question_is_taken_from_both_buckets_or_from_none() -> None:
    """Who is stopped by the address does not lose a question of their own."""
    person, address = TokenBucket(2), TokenBucket(1)
    assert take_from_all((person, address), 0) == 0
    assert take_from_all((person, address), 0) == 60
    assert person.take(0)
    assert take_from_all((), 0) == 0


def test_a_shelf_forgets_whom_it_has_not_seen_longest() -> None:
    """However many addresses come, the memory is bounded."""
    shelf = BucketShelf(1, max_keys=2)
    first = shelf.bucket("a")
    shelf.bucket("b")
    assert shelf.bucket("a") is first
    shelf.bucket("c")
    assert len(shelf) == 2
    assert shelf.bucket("a") is first


@given(st.integers(1, 600), st.lists(st.integers(-1000, 20_000), max_size=200))
def test_no_minute_lets_more_through_than_the_burst_and_the_pace(per_minute: int, steps: list[int]) -> None:
    """Law: in time t at most burst + pace · t pass, whatever the clock does."""
    bucket, now_ms, forward_ms, num_taken = TokenBucket(per_minute), 0, 0, 0
    for step in steps:
        now_ms += step
        forward_ms += max(0, step)
        num_taken += bucket.take(now_ms)
    assert num_taken <= per_minute + per_minute * forward_ms / 60_000 + 1e-6
