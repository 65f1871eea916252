"""A few at once, the others in a fair queue that tells its order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.errors import SourceProblem
from server.sources.places import Places


def test_next_is_whoever_has_the_fewest_places() -> None:
    """Ten questions of one person do not stand before the first of another."""
    places = Places(2, 10)
    greedy = [places.enter("甲") for _ in range(5)]
    late = places.enter("乙")
    assert [ticket.position for ticket in [*greedy, late]] == [None, None, 1, 2, 3, 0]
    greedy[0].leave()
    assert [ticket.position for ticket in [*greedy[1:], late]] == [None, 0, 1, 2, None]


def test_full_queue_is_busy_and_leaving_makes_room() -> None:
    """Leaving twice gives one place away."""
    places = Places(1, 1)
    first, second = places.enter("甲"), places.enter("乙")
    with pytest.raises(SourceProblem) as caught:
        places.enter("丙")
    assert caught.value.code == "busy"
    first.leave()
    first.leave()
    assert (second.position, places.num_running, places.num_waiting) == (None, 1, 0)


@given(st.lists(st.tuples(st.sampled_from("甲乙丙"), st.booleans()), max_size=60))
def test_places_are_used_and_the_queue_is_numbered(steps: list[tuple[str, bool]]) -> None:
    """Whatever comes and goes: nobody waits while a place is free, and the numbers have no gap."""
    places = Places(3, 100)
    inside = []
    for user, leaves in steps:
        if leaves and inside:
            inside.pop(0).leave()
        else:
            inside.append(places.enter(user))
        positions = sorted(ticket.position for ticket in inside if ticket.position is not None)
        assert positions == list(range(len(inside) - places.num_running))
        assert places.num_running == min(3, len(inside))
