"""Draws depend on seed and position alone, and keep to the distribution that was asked for."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from server.engine.sampler import Chooser, _top, choose
from server.engine.types import Sampling

CPU = torch.device("cpu")
PLAIN = Sampling(temperature=1.0, top_p=1.0, top_k=0, repetition_penalty=1.0, seed=1)


def one(logits: list[float], sampling: Sampling, num_chosen: int = 0, prompt: tuple[int, ...] = ()) -> int:
    """One token of one row."""
    return choose(torch.tensor([logits]), [Chooser(sampling, prompt, num_chosen, CPU)])[0]


samplings = st.builds(
    Sampling,
    temperature=st.sampled_from([0.0, 0.3, 1.0, 2.0]),
    top_p=st.sampled_from([0.1, 0.8, 1.0]),
    top_k=st.sampled_from([0, 1, 3, 20, 500]),
    repetition_penalty=st.sampled_from([1.0, 1.3]),
    seed=st.integers(0, 2**63 - 1),
)


@given(
    rows=st.lists(st.tuples(samplings, st.integers(0, 50)), min_size=1, max_size=6), seed=st.integers(0, 99)
)
def test_a_draw_does_not_depend_on_the_batch(rows: list[tuple[Sampling, int]], seed: int) -> None:
    """Each row chooses in company what it chooses alone."""
    logits = torch.randn(len(rows), 40, generator=torch.Generator().manual_seed(seed)) * 3
    alone = [
        choose(logits[place : place + 1].clone(), [Chooser(sampling, (1, 2), num, CPU)])[0]
        for place, (sampling, num) in enumerate(rows)
    ]
    assert choose(logits.clone(), [Chooser(sampling, (1, 2), num, CPU) for sampling, num in rows]) == alone


def test_a_seed_repeats_and_positions_differ() -> None:
    """The same seed gives the same tokens; different positions and seeds give others."""
    logits = [0.0] * 50
    first = [one(logits, PLAIN, place) for place in range(20)]
    assert first == [one(logits, PLAIN, place) for place in range(20)]
    assert len(set(first)) > 5
    assert first != [one(logits, dataclasses.replace(PLAIN, seed=2), place) for place in range(20)]


def test_temperature_zero_and_top_k_one_are_greedy() -> None:
    """Both take the likeliest."""
    logits = [0.0, 1.0, 3.0, 2.9]
    assert one(logits, dataclasses.replace(PLAIN, temperature=0.0)) == 2
    assert {one(logits, dataclasses.replace(PLAIN, top_k=1), place) for place in range(50)} == {2}


def test_top_k_and_top_p_cut_the_unlikely() -> None:
    """Only the top k, and of them only up to the one that crosses top p."""
    logits = torch.tensor([0.5, 0.3, 0.15, 0.05]).log().tolist()

    def seen(sampling: Sampling) -> set[int]:
        return {one(logits, sampling, place) for place in range(300)}

    assert seen(PLAIN) == {0, 1, 2, 3}
    assert seen(dataclasses.replace(PLAIN, top_k=2)) == {0, 1}
    assert seen(dataclasses.replace(PLAIN, top_p=0.6)) == {0, 1}
    assert seen(dataclasses.replace(PLAIN, top_p=0.0)) == {0}
    assert seen(dataclasses.replace(PLAIN, top_p=0.9)) == {0, 1, 2}


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_draws_follow_the_distribution(temperature: float) -> None:
    """Frequencies over many positions are the softmax's."""
    logits = torch.tensor([1.0, 0.0, -1.0])
    sampling = dataclasses.replace(PLAIN, temperature=temperature)
    choosers = [Chooser(sampling, (), place, CPU) for place in range(4000)]
    counts = Counter(choose(logits.repeat(4000, 1), choosers))
    for token, share in enumerate((logits / temperature).softmax(0).tolist()):
        assert abs(counts[token] / 4000 - share) < 0.03


@given(
    num_blocks=st.integers(1, 60),
    count=st.integers(1, 20),
    num_rows=st.integers(1, 4),
    kind=st.sampled_from(["random", "one block", "falling", "few values"]),
    seed=st.integers(0, 99),
)
def test_the_top_of_blocks_is_the_top_of_all(
    num_blocks: int, count: int, num_rows: int, kind: str, seed: int
) -> None:
    """Block maxima first, then the numbers in those blocks: the same scores as `topk`, and places of them."""
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(num_rows, num_blocks * 128, generator=generator)
    if kind == "one block":
        logits[:, -128:] += 100
    elif kind == "falling":
        logits = logits.sort(-1, descending=True).values
    elif kind == "few values":
        logits = logits.round()
    scores, places = _top(logits, count)
    assert torch.equal(scores, logits.topk(count, dim=-1).values)
    assert torch.equal(logits.gather(1, places), scores)
    assert all(len(set(row)) == count for row in places.tolist())


def test_seen_tokens_become_less_likely() -> None:
    """The penalty divides what is above zero, multiplies what is below, and grows with the answer."""
    sampling = Sampling(temperature=0.0, repetition_penalty=2.0)
    assert one([3.0, 2.0, 1.0], sampling, prompt=(0,)) == 1
    assert one([-1.0, -1.5, -4.0], sampling, prompt=(0,)) == 1
    chooser = Chooser(sampling, (), 0, CPU)
    assert [choose(torch.tensor([[4.0, 3.0, 2.5]]), [chooser])[0] for _ in range(4)] == [0, 1, 2, 0]
