"""Attention of a step's rows over the slots they belong to.

Built once a step, called once a layer: what does not depend on the layer is computed in advance. The heads
of a group share keys and values; they are folded into the rows of one head, so that each key is read once
and no head is repeated: on a CPU 3 to 10 times faster for a lone row than `enable_gqa`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from server.engine.cache import Slots
from server.engine.shape import ModelShape

# Microseconds a layer, fixed and for each cached token, of a conversation in a call for many and in a call
# of its own (bench/LOG.md): they only decide which long conversations are computed apart.
_TOGETHER = (5.0, 0.085)
_APART = (25.0, 0.065)


@dataclass(frozen=True, slots=True)
class Span:
    """`count` rows of a step: new tokens of a slot, after its first `start`."""

    slot: int
    start: int
    count: int

    @property
    def total(self) -> int:
        """Tokens of the slot when the step is done."""
        return self.start + self.count


@dataclass(frozen=True, slots=True)
class _Apart:
    """A call for one slot. `mask` tells the rows of a chunk apart, once for every head of a group."""

    first: int
    span: Span
    mask: torch.Tensor | None


@dataclass(frozen=True, slots=True)
class _Together:
    """A call for the last rows of neighbouring slots `low` to `high`, padded to `total` tokens."""

    rows: list[int]
    low: int
    high: int
    total: int
    places: list[int]  # of the rows' slots, counted from `low`
    mask: torch.Tensor  # [slots, 1, 1, total]


class Attention:
    """What one step attends to.

    Args:
        shape: sizes of the heads.
        slots: where keys and values lie.
        spans: the rows of the step, in order.
    """

    def __init__(self, shape: ModelShape, slots: Slots, spans: Sequence[Span]) -> None:
        self._shape = shape
        self._pool = slots.pool
        self._group = shape.num_heads // shape.num_kv_heads
        device = slots.pool.device
        self.positions = torch.tensor(
            [place for span in spans for place in range(span.start, span.total)], device=device
        )
        starts = [slots.num_tokens * span.slot for span in spans for _ in range(span.count)]
        self._places = torch.tensor(starts, device=device).add_(self.positions)
        firsts, first = [], 0
        for span in spans:
            firsts.append(first)
            first += span.count
        self._num_rows = first
        limit = _longest_together([span for span in spans if span.count == 1])
        near = [place for place, span in enumerate(spans) if span.count == 1 and span.total <= limit]
        self._together = self._padded([spans[place] for place in near], [firsts[place] for place in near])
        self._apart = [
            _Apart(firsts[place], span, self._mask(span))
            for place, span in enumerate(spans)
            if place not in set(near)
        ]

    def __call__(self, layer: int, queries: torch.Tensor, keys_values: torch.Tensor) -> torch.Tensor:
        """Store the rows' keys and values, and look at all that each row may see.

        Args:
            layer: which.
            queries: `[rows, heads, head_dim]`.
            keys_values: `[rows, 2 * key heads, head_dim]`.

        Returns:
            `[rows, heads * head_dim]`, in the dtype of the slots.
        """
        pool = self._pool[layer]
        pool.flatten(0, 1).index_copy_(0, self._places, keys_values.to(pool.dtype))
        queries = queries.to(pool.dtype)
        seen = [(self._alone(pool, one, queries), one.first, one.span.count) for one in self._apart]
        if self._together is None:
            if len(seen) == 1:
                return seen[0][0]
            return torch.cat([rows for rows, _, _ in seen])
        near = self._near(pool, self._together, queries)
        if not seen:
            return near
        found = near.new_empty((self._num_rows, self._shape.q_rows))
        found[self._together.rows] = near
        for rows, first, count in seen:
            found[first : first + count] = rows
        return found

    def _near(self, pool: torch.Tensor, call: _Together, queries: torch.Tensor) -> torch.Tensor:
        shape, num_slots = self._shape, call.high - call.low
        if len(call.rows) < self._num_rows:
            queries = queries[call.rows]
        in_order = len(call.places) == num_slots
        if not in_order:  # a slot between them is free, or computes a chunk
            padded = queries.new_zeros((num_slots, shape.num_heads, shape.head_dim))
            padded[call.places] = queries
            queries = padded
        held = pool[call.low : call.high, : call.total].transpose(1, 2)
        seen = F.scaled_dot_product_attention(
            queries.reshape(num_slots, shape.num_kv_heads, self._group, shape.head_dim),
            held[:, : shape.num_kv_heads],
            held[:, shape.num_kv_heads :],
            attn_mask=call.mask,
        ).reshape(num_slots, shape.q_rows)
        return seen if in_order else seen[call.places]

    def _alone(self, pool: torch.Tensor, call: _Apart, queries: torch.Tensor) -> torch.Tensor:
        shape, span, group = self._shape, call.span, self._group
        held = pool[span.slot, : span.total].transpose(0, 1).unsqueeze(0)
        own = queries[call.first : call.first + span.count]
        folded = own.view(span.count, shape.num_kv_heads, group, shape.head_dim).permute(1, 2, 0, 3)
        seen = F.scaled_dot_product_attention(
            folded.reshape(1, shape.num_kv_heads, group * span.count, shape.head_dim),
            held[:, : shape.num_kv_heads],
            held[:, shape.num_kv_heads :],
            attn_mask=call.mask,
        )
        unfolded = seen.view(shape.num_kv_heads, group, span.count, shape.head_dim).permute(2, 0, 1, 3)
        return unfolded.reshape(span.count, shape.q_rows)

    def _mask(self, span: Span) -> torch.Tensor | None:
        """What each row of a chunk may not see; a lone row sees all."""
        if span.count == 1:
            return None
        hidden = torch.full(
            (span.count, span.total), float("-inf"), dtype=self._pool.dtype, device=self._pool.device
        )
        return hidden.triu_(span.start + 1).repeat(self._group, 1)

    def _padded(self, spans: Sequence[Span], rows: list[int]) -> _Together | None:
        if not spans:
            return None
        order = sorted(range(len(spans)), key=lambda place: spans[place].slot)
        spans, rows = [spans[place] for place in order], [rows[place] for place in order]
        low, high = spans[0].slot, spans[-1].slot + 1
        total = max(span.total for span in spans)
        # A slot that has no row here sees one token, of whatever: its result is not read.
        lengths = [1] * (high - low)
        places = [span.slot - low for span in spans]
        for span, place in zip(spans, places, strict=True):
            lengths[place] = span.total
        device = self._pool.device
        beyond = torch.arange(total, device=device) >= torch.tensor(lengths, device=device).unsqueeze(1)
        mask = torch.zeros((high - low, total), dtype=self._pool.dtype, device=device)
        mask.masked_fill_(beyond, float("-inf"))
        return _Together(rows, low, high, total, places, mask[:, None, None])


def _longest_together(spans: Sequence[Span]) -> int:
    """Up to which length lone rows are computed in one padded call: 0 when each is better off alone."""
    if len(spans) < 2:
        return 0
    num_slots = max(span.slot for span in spans) + 1 - min(span.slot for span in spans)
    lengths = sorted(span.total for span in spans)
    alone = [_APART[0] + _APART[1] * length for length in lengths]
    best, cheapest, apart = 0, sum(alone), sum(alone)
    for length, cost in zip(lengths, alone, strict=True):
        apart -= cost
        together = num_slots * (_TOGETHER[0] + _TOGETHER[1] * length) + apart
        if together < cheapest:
            best, cheapest = length, together
    return best
