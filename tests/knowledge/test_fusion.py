"""Words and nearness together: neither takes away what the other is sure of."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.knowledge.fusion import order, relief, strengths

scores = st.floats(0, 40)
fits = st.floats(0, 1)
nears = st.floats(-1, 2)
found = st.lists(st.tuples(scores, fits, nears), min_size=1, max_size=24)


@given(found)
def test_without_vectors_the_order_is_that_of_words(found: list[tuple[float, float, float]]) -> None:
    """Law: nothing changes where there is no model, or as long as nothing has a vector."""
    by_words = sorted(found, key=lambda each: -each[0])
    its = [each[0] for each in by_words]
    strength = strengths(its, [None] * len(its))
    assert order(its, [each[1] for each in by_words], strength) == list(range(len(its)))
    assert relief(None) == 0


@given(found, st.integers(0, 23))
def test_what_words_find_exactly_stays_first(found: list[tuple[float, float, float]], place: int) -> None:
    """Law: a passage that is first by words and has all that is rare in the question is first, however near
    others are; only one that has as much may come before it."""
    place %= len(found)
    found[place] = (50.0, 1.0, found[place][2])
    its = [each[0] for each in found]
    fits = [each[1] for each in found]
    first = order(its, fits, strengths(its, [each[2] for each in found]))[0]
    assert fits[first] == 1.0


@given(nears, nears)
def test_relief_grows_with_nearness_and_has_a_limit(one: float, other: float) -> None:
    """Law: vectors never make a passage fit less, and never let one fit whose words say nothing."""
    assert 0 <= relief(min(one, other)) <= relief(max(one, other)) <= 0.2


@given(found)
def test_nearest_comes_first_where_words_say_nothing(found: list[tuple[float, float, float]]) -> None:
    """Law: a question in words that no passage has is ranked by nearness."""
    nearness = [each[2] for each in found]
    places = order([0.0] * len(found), [0.0] * len(found), strengths([0.0] * len(found), nearness))
    assert [nearness[place] for place in places] == sorted(nearness, reverse=True)
