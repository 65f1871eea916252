"""However the rows of a step are computed, together or apart, each sees what naive attention sees."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from server.engine.attention import Attention, Span
from server.engine.cache import Slots
from server.engine.shape import Dtype, ModelShape
from tests.engine.tiny import Tiny

NUM_SLOTS, NUM_TOKENS = 7, 400
GARBAGE = 1e4  # what lies behind a conversation is finite: nothing else was ever written there


@st.composite
def steps(draw: st.DrawFn) -> list[Span]:
    """Spans of different slots in any order: lone rows, guesses, chunks, short and long conversations."""
    slots = draw(st.lists(st.integers(0, NUM_SLOTS - 1), unique=True, min_size=1))
    counts = st.sampled_from([1, 1, 1, 2, 4, 8, 9, 30])
    starts = st.sampled_from([0, 1, 5, 17, 40]) | st.integers(0, 300)
    return [Span(slot, draw(starts), draw(counts)) for slot in slots]


def filled(shape: ModelShape, spans: Sequence[Span], seed: int) -> Slots:
    """Slots with the tokens that the spans come after; beyond them and in free slots there is garbage."""
    generator = torch.Generator().manual_seed(seed)
    slots = Slots(shape, torch.device("cpu"), NUM_SLOTS, NUM_TOKENS)
    slots.pool.copy_(torch.randn(slots.pool.shape, generator=generator) * GARBAGE)
    for span in spans:
        known = slots.pool[:, span.slot, : span.start]
        known.copy_(torch.randn(known.shape, generator=generator))
    return slots


def naive(shape: ModelShape, held: torch.Tensor, queries: torch.Tensor, span: Span) -> torch.Tensor:
    """Attention row by row and head by head, in fp32; `held` is the slot `[tokens, heads, head_dim]`."""
    rows = []
    for number in range(span.count):
        seen = held[: span.start + number + 1].float()
        for head in range(shape.num_heads):
            group = head // (shape.num_heads // shape.num_kv_heads)
            keys, values = seen[:, group], seen[:, shape.num_kv_heads + group]
            scores = keys @ queries[number, head].float() / shape.head_dim**0.5
            rows.append(scores.softmax(0) @ values)
    return torch.stack(rows).view(span.count, -1)


def check(shape: ModelShape, spans: Sequence[Span], seed: int, tolerance: float) -> None:
    """Every row of a step, in the second layer; what other slots hold stays as it was."""
    slots = filled(shape, spans, seed)
    before = slots.pool.clone()
    num_rows = sum(span.count for span in spans)
    generator = torch.Generator().manual_seed(seed + 1)
    queries = torch.randn(num_rows, shape.num_heads, shape.head_dim, generator=generator)
    keys_values = torch.randn(num_rows, 2 * shape.num_kv_heads, shape.head_dim, generator=generator)
    attention = Attention(shape, slots, spans)
    found = attention(1, queries, keys_values)
    first = 0
    for span in spans:
        own = slice(first, first + span.count)
        first += span.count
        before[1, span.slot, span.start : span.total] = keys_values[own]
        wanted = naive(shape, before[1, span.slot], queries[own].to(before.dtype), span)
        torch.testing.assert_close(found[own].float(), wanted, rtol=tolerance, atol=tolerance)
        assert attention.positions[own].tolist() == list(range(span.start, span.total))
    assert torch.equal(slots.pool, before)


@given(spans=steps(), seed=st.integers(0, 99))
def test_rows_see_what_naive_attention_sees(tiny: Tiny, spans: list[Span], seed: int) -> None:
    """Any slots with holes between them, any lengths and chunks, with garbage behind every conversation."""
    check(tiny.shape, spans, seed, 1e-4)


@pytest.mark.parametrize(("dtype", "heads"), [("bf16", (4, 2)), ("fp32", (4, 4)), ("fp32", (6, 1))])
def test_any_grouping_of_heads_and_bf16_slots_agree_too(
    tiny: Tiny, dtype: Dtype, heads: tuple[int, int]
) -> None:
    """Heads of their own, one for all, and keys and values in bf16 as they are served."""
    shape = dataclasses.replace(tiny.shape, dtype=dtype, num_heads=heads[0], num_kv_heads=heads[1])
    spans = [Span(5, 20, 1), Span(0, 3, 1), Span(2, 30, 4), Span(6, 0, 20), Span(1, 300, 1)]
    check(shape, spans, 5, 0.03 if dtype == "bf16" else 1e-4)


def test_a_long_conversation_is_computed_apart_from_short_ones(tiny: Tiny) -> None:
    """Nobody is padded to a length ten times their own; conversations of like length share one call."""
    slots = Slots(tiny.shape, torch.device("cpu"), 17, 4096)
    like = [Span(slot, 200 + slot, 1) for slot in range(16)]
    together = Attention(tiny.shape, slots, like)
    assert not together._apart
    mixed = Attention(tiny.shape, slots, [*like, Span(16, 4000, 1)])
    assert [one.span.slot for one in mixed._apart] == [16]
    alone = Attention(tiny.shape, slots, like[:1])
    assert alone._together is None
    chunk = Attention(tiny.shape, slots, [*like, Span(16, 0, 64)])
    assert [one.span.slot for one in chunk._apart] == [16]


def test_a_slot_that_was_given_back_begins_empty(tiny: Tiny) -> None:
    """Low slots are taken first; what one conversation wrote is not kept for the next."""
    slots = Slots(tiny.shape, torch.device("cpu"), 3, 4096)
    assert [slots.take() for _ in range(3)] == [0, 1, 2]
    slots.pool.fill_(1.0)
    slots.release(1)
    slots.release(0)
    # Pages that a slot shares with its neighbour stay; they are finite.
    share = slots.pool[:, :2].count_nonzero() / slots.pool[:, :2].numel()
    assert share < 0.05
    assert (slots.pool[:, 2] == 1).all(), "a neighbour in use loses nothing"
    assert (slots.take(), slots.take()) == (0, 1)


def test_saved_keys_and_values_are_loaded_into_any_slot(tiny: Tiny) -> None:
    """As a copy: what is written afterwards does not change it."""
    slots = Slots(tiny.shape, torch.device("cpu"), 2, 64)
    slots.pool[:, 0, :9].normal_()
    kept = slots.save(0, 9)
    wanted = kept.clone()
    slots.pool[:, 0].zero_()
    slots.load(1, kept)
    assert torch.equal(slots.pool[:, 1, :9], wanted)
    assert torch.equal(kept, wanted)
