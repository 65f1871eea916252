"""Rows of queries and keys are put where the engine wants them, and nothing of the model changes by it."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from server.sources.fuse import joined, paired, sources


def turned(heads: torch.Tensor, angles: torch.Tensor) -> torch.Tensor:
    """Rotary positions as transformers applies them: to a channel and the one half a head away."""
    cos, sin = angles.cos().repeat(2), angles.sin().repeat(2)
    one, other = heads.chunk(2, -1)
    return heads * cos + torch.cat((-other, one), -1) * sin


@given(heads=st.integers(1, 4), half=st.integers(1, 8), width=st.integers(1, 3))
def test_paired_rows_are_channels_that_turn_together(heads: int, half: int, width: int) -> None:
    """In each head row 2j was row j, row 2j + 1 was row j + head_dim / 2."""
    rows = torch.arange(heads * 2 * half * width).view(heads * 2 * half, width)
    made = paired(rows, 2 * half).view(heads, 2 * half, width)
    there = rows.view(heads, 2 * half, width)
    assert torch.equal(made[:, ::2], there[:, :half])
    assert torch.equal(made[:, 1::2], there[:, half:])


@given(seed=st.integers(0, 1000))
def test_paired_channels_turn_by_one_complex_product_to_the_same_scores(seed: int) -> None:
    """What queries and keys say to each other does not depend on the order of the channels."""
    random = torch.Generator().manual_seed(seed)
    queries, keys = torch.randn(2, 3, 8, generator=random, dtype=torch.float64)
    angles, more = torch.randn(2, 4, generator=random, dtype=torch.float64)
    wanted = turned(queries, angles) @ turned(keys, more).T

    def ours(heads: torch.Tensor, by: torch.Tensor) -> torch.Tensor:
        pairs = torch.view_as_complex(paired(heads.T, 8).T.contiguous().view(3, 4, 2))
        return torch.view_as_real(pairs * torch.polar(torch.ones_like(by), by)).flatten(-2)

    torch.testing.assert_close(ours(queries, angles) @ ours(keys, more).T, wanted)


def test_only_queries_and_keys_are_paired() -> None:
    """Values, and what is not attention, keep their order."""
    parts = [torch.arange(8), torch.arange(8, 12), torch.arange(12, 16)]
    assert joined("layers.0.qkv", parts, 4).tolist() == [0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 13, 14, 15]
    assert joined("layers.0.gate_up", parts[:2], 4).tolist() == list(range(12))
    assert sources("layers.3.gate_up") == ["model.layers.3.mlp.gate_proj", "model.layers.3.mlp.up_proj"]
