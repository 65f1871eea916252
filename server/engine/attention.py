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
_FEW = 8  # rows of a slot that may be padded: those of ids guessed ahead
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
    """A call for the newest rows of the slots `low` to `high`: `depth` of each, padded to `total` tokens."""

    low: int
    high: int
    depth: int
    total: int
    padded: torch.Tensor | None  # which row stands in each place [slots * depth]; None: they are all in order
    places: torch.Tensor | None  # in which place each row stands
    rows: torch.Tensor | None  # which rows of the step they are; None: all
    mask: torch.Tensor  # [slots, 1, 1 or depth * heads of a group, total]


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
        limit = _longest_together([span for span in spans if span.count <= _FEW])
        near = {place for place, span in enumerate(spans) if span.count <= _FEW and span.total <= limit}
        self._together = self._padded([(firsts[place], spans[place]) for place in near]) if near else None
        self._apart = [
            _Apart(firsts[place], span, self._mask(span))
            for place, span in enumerate(spans)
            if place not in near
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
        if call.padded is not None:
            queries = queries[call.padded]
        held = pool[call.low : call.high, : call.total].transpose(1, 2)
        folded = queries.view(num_slots, call.depth, shape.num_kv_heads, self._group, shape.head_dim)
        seen = F.scaled_dot_product_attention(
            folded.permute(0, 2, 3, 1, 4).reshape(num_slots, shape.num_kv_heads, -1, shape.head_dim),
            held[:, : shape.num_kv_heads],
            held[:, shape.num_kv_heads :],
            attn_mask=call.mask,
        ).view(num_slots, shape.num_kv_heads, self._group, call.depth, shape.head_dim)
        rows = seen.permute(0, 3, 1, 2, 4).reshape(-1, shape.q_rows)
        return rows if call.places is None else rows[call.places]

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

    def _padded(self, spans: Sequence[tuple[int, Span]]) -> _Together:
        """One call for spans, each with the number of its first row."""
        low = min(span.slot for _, span in spans)
        high = max(span.slot for _, span in spans) + 1
        depth = max(span.count for _, span in spans)
        total = max(span.total for _, span in spans)
        # A place without a row sees one token, of whatever: its result is not read.
        padded, lengths = [0] * ((high - low) * depth), [1] * ((high - low) * depth)
        places, rows = [], []
        for first, span in sorted(spans):
            for number in range(span.count):
                place = (span.slot - low) * depth + number
                padded[place], lengths[place] = first + number, span.start + number + 1
                places.append(place)
                rows.append(first + number)
        in_order = places == list(range(len(padded))) and padded == list(range(self._num_rows))
        device = self._pool.device
        beyond = torch.arange(total, device=device) >= torch.tensor(lengths, device=device).unsqueeze(1)
        mask = torch.zeros(beyond.shape, dtype=self._pool.dtype, device=device)
        mask = mask.masked_fill_(beyond, float("-inf")).view(high - low, 1, depth, total)
        return _Together(
            low,
            high,
            depth,
            total,
            padded=None if in_order else torch.tensor(padded, device=device),
            places=None if in_order else torch.tensor(places, device=device),
            rows=None if len(rows) == self._num_rows else torch.tensor(rows, device=device),
            mask=mask if depth == 1 else mask.repeat(1, 1, self._group, 1),
        )


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
