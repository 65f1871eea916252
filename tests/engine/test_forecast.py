"""Waits are those of the engine's own steps, played forward."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engine.forecast import Lengths, Speed, Work, forecast, play, step_table

works = st.builds(Work, st.integers(0, 4000), st.integers(0, 500), st.integers(1, 1000))
lengths_seen = st.lists(st.integers(1, 900), min_size=1, max_size=30)


def speed(num_places: int, row_share: float = 0.1) -> Speed:
    """Steps of 0.1 s and a little more for every further row; 0.01 s an id of prefill."""
    table = [0.0, *(0.1 * (1 + row_share * rows) for rows in range(num_places))]
    return Speed(table, 0.01, 100, 100)


def decoding(generated: int = 0) -> Work:
    return Work(1, generated, 1000)


def test_the_first_free_place_is_for_the_first_who_waits() -> None:
    """Two places whose replies end after 10 and 30 steps, and waiting ones of 10 steps each."""
    even = Speed([0.0, 0.1, 0.1], 0.01, 100, 100)
    waits = play([decoding()] * 2, [decoding()] * 3, [10, 30, 10, 10, 10], 2, even)
    assert waits == pytest.approx([1.0, 2.0, 3.0])


def test_a_step_of_more_rows_takes_longer_for_everyone() -> None:
    """Two that decode together take steps of two rows; when one has ended, steps of one."""
    both = Speed([0.0, 0.1, 0.15], 0.01, 100, 100)
    assert play([decoding()] * 2, [decoding()], [10, 30, 5], 1, both) == pytest.approx([10 * 0.15 + 20 * 0.1])


def test_a_prefill_delays_those_that_decode() -> None:
    """300 ids in three chunks: three steps of the other's answer take as much longer."""
    one = Speed([0.0, 0.1, 0.1], 0.01, 100, 100)
    waits = play([decoding(), Work(300, 0, 1000)], [decoding()], [10, 50, 5], 2, one)
    assert waits == pytest.approx([10 * 0.1 + 300 * 0.01])


def test_free_places_are_taken_at_once() -> None:
    """Nobody waits where there is room."""
    assert forecast([], [decoding()] * 3, 4, Lengths([100]), speed(4)) == [0.0] * 3


@given(st.lists(works, max_size=8), st.lists(works, max_size=20), st.integers(1, 8), lengths_seen)
def test_waits_never_shrink_down_the_queue(
    running: list[Work], waiting: list[Work], num_places: int, seen: list[int]
) -> None:
    """Whoever comes later is never promised an earlier place, and nobody one in the past."""
    waits = forecast(running[:num_places], waiting, num_places, Lengths(seen), speed(num_places))
    assert waits == sorted(waits)
    assert len(waits) == len(waiting)
    assert all(wait >= 0 for wait in waits)


@given(st.lists(st.integers(1, 500), min_size=1, max_size=20), st.integers(1, 6))
def test_more_places_never_mean_a_longer_wait(tokens: list[int], num_places: int) -> None:
    """Where a further row costs nothing. (Where it costs as much as the first, four short answers on three
    places end later than on two.)"""
    waiting = [decoding()] * len(tokens)
    waits = play([], waiting, tokens, num_places, speed(num_places, row_share=0))
    with_one_more = play([], waiting, tokens, num_places + 1, speed(num_places + 1, row_share=0))
    assert all(more <= wait + 1e-6 for more, wait in zip(with_one_more, waits, strict=True))


@given(st.lists(works, min_size=1, max_size=8), lengths_seen)
def test_a_slower_machine_never_means_a_shorter_wait(running: list[Work], seen: list[int]) -> None:
    """Twice the time for everything is twice the wait."""
    places = len(running)
    quick = speed(places)
    slow = Speed([2 * each for each in quick.step_seconds], 2 * quick.prefill_seconds, 100, 100)
    waits = [forecast(running, [decoding()] * 3, places, Lengths(seen), each) for each in (quick, slow)]
    assert waits[1] == pytest.approx([2 * wait for wait in waits[0]])


def test_four_in_five_estimates_are_within_30_percent_when_lengths_are_known_from_a_sample() -> None:
    """Forty ask for sixteen places: told from sixty answers seen before, held against answers drawn anew.

    Lengths are as skewed as those of real answers: most are short, some are ten times as long.
    """
    dice = random.Random(7)

    def answers(number: int) -> list[int]:
        return [1 + round(dice.expovariate(1 / 85)) for _ in range(number)]

    running, waiting, places = [Work(60, 0, 1024)] * 16, [Work(60, 0, 1024)] * 24, speed(16, row_share=0.03)
    good = []
    for _ in range(40):
        told = forecast(running, waiting, 16, Lengths(answers(60)), places)
        real = play(running, waiting, answers(40), 16, places)
        good += [abs(wait - mine) <= 0.3 * wait for mine, wait in zip(told, real, strict=True)]
    assert sum(good) / len(good) > 0.8


def test_a_long_queue_is_played_forward_in_milliseconds() -> None:
    """A hundred who wait for sixteen places cost the engine less than a step."""
    begin = time.process_time()
    for _ in range(5):
        forecast([decoding(9)] * 16, [Work(60, 0, 1000)] * 100, 16, Lengths(range(1, 200)), speed(16))
    assert (time.process_time() - begin) / 5 < 0.1


def test_answers_under_way_count_as_long_ones() -> None:
    """Three short answers have ended and nine long ones go on: the next one is not expected to be short."""
    only_ended, all_known = Lengths([10, 12, 14]), Lengths([10, 12, 14], [60] * 9)
    assert only_ended.left(0, 0.5) == 12
    assert all_known.left(0, 0.5) > 60


def test_what_is_left_is_that_of_answers_that_got_so_far() -> None:
    """At 20 tokens the short ones no longer count; beyond all that were seen it goes on for a while."""
    lengths = Lengths([10, 10, 10, 30, 40])
    assert {lengths.left(20, share) for share in (0.1, 0.4, 0.6, 0.9)} == {10.0, 20.0}
    assert 0 < lengths.left(400, 0.5) < 200


@given(lengths_seen, st.lists(st.integers(1, 900), max_size=20), st.integers(0, 1000))
def test_more_than_nothing_is_left_and_grows_with_the_share(
    ended: list[int], running: list[int], generated: int
) -> None:
    """Drawn at any share, an answer that goes on brings at least one more token."""
    lengths = Lengths(ended, running)
    drawn = [lengths.left(generated, share / 10) for share in range(10)]
    assert drawn == sorted(drawn)
    assert drawn[0] >= 1


@given(st.dictionaries(st.integers(1, 64), st.floats(0.001, 5), min_size=1), st.integers(1, 64))
def test_a_step_table_has_no_step_that_noise_makes_absurd(measured: dict[int, float], size: int) -> None:
    """More rows never take less time, and never more than in as many steps."""
    table = step_table(measured, size)
    assert len(table) == size + 1
    for rows in range(2, size + 1):
        assert table[rows - 1] <= table[rows] <= table[rows - 1] * rows / (rows - 1) + 1e-9


def test_between_two_measured_sizes_a_line_is_drawn() -> None:
    """And beyond them it goes on."""
    table = step_table({4: 0.1, 8: 0.12}, 10)
    assert table[6] == pytest.approx(0.11)
    assert table[10] == pytest.approx(0.13)
