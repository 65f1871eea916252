"""Projections in 8 bits against the weights that they were rounded from."""

from __future__ import annotations

import functools

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from server.engine.linear import (
    TWIN_ROWS,
    Int8,
    Int8FeedForward,
    Packing,
    Plain,
    PlainFeedForward,
    four_bit,
)
from server.engine.operators import OPERATORS, Packed

EPS = 1e-6
INPUTS = 64
num_rows = st.sampled_from([1, 2, 5, 16, 70])
seeds = st.integers(0, 999)


def rounded(weight: torch.Tensor, smooth: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """8-bit weights and their scales, of rows that are multiplied by `smooth`."""
    divided = weight / smooth
    scale = divided.abs().amax(1) / 127
    return (divided / scale.unsqueeze(1)).round().to(torch.int8), scale


def packed(multiply: Packed) -> Packing:
    """What multiplies so, and is packed already."""
    made = Packing(lambda: multiply)
    made.pack()
    return made


class Case:
    """Random weights `[out, in]` in both forms, and rows with a channel that is much larger than others."""

    def __init__(
        self, seed: int, num_outputs: int = 48, num_inputs: int = INPUTS, *, bias: bool = False
    ) -> None:
        self.random = torch.Generator().manual_seed(seed)
        weight = self.normal(num_outputs, num_inputs)
        self.smooth = self.normal(num_inputs).exp()
        whole, scale = rounded(weight, self.smooth)
        # What the 8 bits say, in fp32: all that is left is the rounding of the rows.
        self.weight = whole * scale.unsqueeze(1) * self.smooth
        self.bias = self.normal(num_outputs) if bias else None
        self.norm = 1 + self.normal(num_inputs) / 4
        self.packing = packed(OPERATORS["fbgemm"].pack(whole, scale))
        self.twin = packed(functools.partial(F.linear, weight=self.weight))
        self.int8 = Int8(self.packing, self.smooth, self.bias)

    def normal(self, *size: int) -> torch.Tensor:
        """Random numbers."""
        return torch.randn(size, generator=self.random)

    def rows(self, count: int, width: int = INPUTS) -> torch.Tensor:
        """Rows of very different sizes, one of them nothing but zeros where there are several."""
        made = self.normal(count, width) * self.normal(count, 1).mul(3).exp()
        made[:, 3] *= 20
        if count > 2:
            made[2] = 0
        return made

    def bound(self, rows: torch.Tensor) -> torch.Tensor:
        """How far half a step of the 8 bits of each row's largest value can carry a product."""
        scaled = rows * self.smooth
        steps = scaled.abs().amax(1, keepdim=True) / 127 * 0.51
        return steps * (self.weight / self.smooth).abs().sum(1) + 1e-4 * (
            1 + rows.abs().amax(1, keepdim=True)
        )


@settings(deadline=None)
@given(seed=seeds, count=num_rows, bias=st.booleans())
def test_products_are_those_of_the_rounded_weights(seed: int, count: int, bias: bool) -> None:
    """For every row within half a step of its own 8 bits, whatever the others are; zeros give the bias."""
    case = Case(seed, bias=bias)
    rows = case.rows(count)
    found = case.int8(rows.clone())
    wanted = F.linear(rows, case.weight, case.bias)
    assert ((found - wanted).abs() <= case.bound(rows)).all()


@settings(deadline=None)
@given(seed=seeds, count=num_rows, bias=st.booleans())
def test_a_norm_before_a_projection_is_part_of_it(seed: int, count: int, bias: bool) -> None:
    """As if the rows had been normed first; the projection without a norm stays as it was."""
    case = Case(seed, bias=bias)
    rows = case.rows(count)
    normed = F.rms_norm(rows, (INPUTS,), case.norm, EPS)
    found = case.int8.normed(case.norm, EPS)(rows.clone())
    assert ((found - F.linear(normed, case.weight, case.bias)).abs() <= case.bound(normed)).all()
    plain = Plain(case.weight, case.bias).normed(case.norm, EPS)(rows)
    torch.testing.assert_close(plain, F.linear(normed, case.weight, case.bias))
    assert ((case.int8(rows) - F.linear(rows, case.weight, case.bias)).abs() <= case.bound(rows)).all()


@settings(deadline=None)
@given(seed=seeds, count=num_rows)
def test_products_are_added_onto_sums(seed: int, count: int) -> None:
    """`onto` is the sum of both, with and without a norm, and in either form."""
    case = Case(seed)
    rows, sums = case.rows(count), case.normal(count, 48)
    for projection in (case.int8, case.int8.normed(case.norm, EPS), Plain(case.weight)):
        wanted = sums + projection(rows.clone())
        torch.testing.assert_close(projection.onto(sums.clone(), rows.clone()), wanted)


def test_company_does_not_change_a_row() -> None:
    """Each row has a scale of its own: alone and beside a much larger one it gives the same product."""
    case = Case(1)
    rows = case.rows(16)
    rows[7] *= 1e4
    found = case.int8.normed(case.norm, EPS)(rows)
    for place in range(16):
        alone = case.int8.normed(case.norm, EPS)(rows[place : place + 1])
        torch.testing.assert_close(found[place : place + 1], alone)


@pytest.mark.parametrize("twins", ["", "gate_up", "down", "gate_up down"])
@settings(deadline=None, max_examples=30)
@given(seed=seeds, count=num_rows)
def test_a_feed_forward_layer_is_the_sum_of_its_parts(twins: str, seed: int, count: int) -> None:
    """Factors are left out where the next rounding removes them, and nothing changes by that."""
    wide, narrow = Case(seed, 2 * 96), Case(seed + 1, INPUTS, 96)
    gate_up, down = (
        Int8(case.packing, case.smooth, None, case.twin if name in twins else None)
        for name, case in (("gate_up", wide), ("down", narrow))
    )
    gate_up = gate_up.normed(wide.norm, EPS)
    rows = wide.rows(count)
    found = Int8FeedForward(gate_up, down)(rows.clone())
    gate, up = gate_up(rows.clone()).chunk(2, -1)
    added = down(F.silu(gate) * up)
    # A number that lies between two of the 8 bits' steps may fall to either side.
    assert ((found - rows - added).norm(dim=1) <= 0.01 * added.norm(dim=1) + 1e-5 * rows.norm(dim=1)).all()
    if count == 1 and twins == "gate_up down":
        plain = PlainFeedForward(Plain(wide.weight).normed(wide.norm, EPS), Plain(narrow.weight))
        torch.testing.assert_close(found, plain(rows), rtol=1e-3, atol=1e-3)


@settings(deadline=None, max_examples=30)
@given(seed=seeds, count=st.integers(1, 4))
def test_four_bit_weights_are_their_nibbles_scales_and_zeros(seed: int, count: int) -> None:
    """(nibble - 8) * scale + zero, in groups of 32 inputs."""
    random = torch.Generator().manual_seed(seed)
    nibbles = torch.randint(0, 16, (48, INPUTS), generator=random, dtype=torch.int32)
    scales = torch.randn(INPUTS // 32, 48, 2, generator=random).bfloat16()
    grown = scales.float().transpose(0, 1).repeat_interleave(32, 1)
    weight = (nibbles - 8) * grown[..., 0] + grown[..., 1]
    rows = torch.randn(count, INPUTS, generator=random).bfloat16().float()
    wanted = F.linear(rows, weight)
    found = four_bit(nibbles, scales)(rows)
    assert found.dtype == torch.float32
    assert (found - wanted).norm() < 0.01 * wanted.norm()


def test_the_twin_is_for_a_lone_row() -> None:
    """It gets the rows without `smooth`, and normed where there is a norm; more rows go through 8 bits."""
    case = Case(3, bias=True)
    seen: list[torch.Tensor] = []

    def twin(rows: torch.Tensor) -> torch.Tensor:
        seen.append(rows.clone())
        return F.linear(rows, case.weight)

    both = Int8(case.packing, case.smooth, case.bias, packed(twin))
    one, more = case.rows(TWIN_ROWS), case.rows(TWIN_ROWS + 1)
    torch.testing.assert_close(both(one), F.linear(one, case.weight, case.bias))
    both.normed(case.norm, EPS)(one)
    both(more)
    assert len(seen) == 2
    torch.testing.assert_close(seen[0], one)
    torch.testing.assert_close(seen[1], F.rms_norm(one, (INPUTS,), case.norm, EPS))


def test_a_projection_multiplies_while_it_is_not_packed() -> None:
    """Slower, and the same; a twin that is not packed is not used; packing twice packs once."""
    case, times = Case(5), []

    def pack() -> Packed:
        times.append(1)
        return functools.partial(F.linear, weight=case.weight / case.smooth)

    def meanwhile(rows: torch.Tensor) -> torch.Tensor:
        return F.linear(rows, case.weight / case.smooth)

    packing = Packing(pack, meanwhile)
    both = Int8(packing, case.smooth, None, Packing(lambda: lambda rows: rows * 0))
    rows = case.rows(1)
    before = both(rows)
    assert not times
    packing.pack()
    packing.pack()
    assert len(times) == 1
    torch.testing.assert_close(both(rows), before)
    torch.testing.assert_close(before, F.linear(rows, case.weight))
