"""All layers of a network in two calls each: attention, then feed-forward.

It does the same as `server.engine.layers`, with 8-bit weights and rows, and keys and values in bf16.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import torch

from server.engine.attention import Span
from server.engine.cache import Slots
from server.engine.native.library import Heads, library
from server.engine.native.matrix import Packed, Scratch
from server.engine.shape import ModelShape
from server.engine.weights import Weights

_MOST_QUERIES = 64  # of one head of keys, at a time
_MOST_DIM, _DIM_STEP = 128, 32
# docs/decisions/0006-layers-in-c.md has what each depth costs and gains.
_FINE = 2


def fits(shape: ModelShape) -> bool:
    """Whether heads of this size can be computed here."""
    group = shape.num_heads // shape.num_kv_heads
    return shape.head_dim <= _MOST_DIM and shape.head_dim % _DIM_STEP == 0 and group <= _MOST_QUERIES


class NativeBody:
    """The layers of an int8 model, computed by as many threads as torch has when it is made.

    Args:
        shape: its sizes, such as `fits`.
        weights: as `load_weights` gives them. They are copied.
        slots: where keys and values lie, in bf16.
        turns: a complex number for each position and pair of channels `[positions, head_dim / 2]`.
        fine: 8-bit rows that stand for one row, in the projections that lose most by rounding it.
    """

    def __init__(
        self, shape: ModelShape, weights: Weights, slots: Slots, turns: torch.Tensor, fine: int = _FINE
    ) -> None:
        self._shape = shape
        self._slots = slots
        self._turns = torch.view_as_real(turns).flatten(1).contiguous()
        self._scratch = Scratch()
        self._threads = torch.get_num_threads()
        self._layers = [_Layer(shape, weights, f"layers.{place}", fine) for place in range(shape.num_layers)]
        wide = self._layers[0]
        attending = wide.qkv.scratch_bytes + wide.o.scratch_bytes
        attending += 4 * (wide.qkv.outputs + shape.q_rows) + 2 * shape.q_rows
        feeding = wide.gate_up.scratch_bytes + wide.down.scratch_bytes + 4 * shape.intermediate_size
        self._row_bytes = max(attending, feeding)

    def __call__(self, rows: torch.Tensor, spans: Sequence[Span]) -> torch.Tensor:
        """Store keys and values of the rows, and compute all layers.

        Args:
            rows: embeddings `[n, hidden]`; they are changed.
            spans: whose they are, in order.
        """
        shape, eps, threads = self._shape, self._shape.norm_eps, self._threads
        rows = rows.float().contiguous()
        positions = [place for span in spans for place in range(span.start, span.total)]
        turns = self._turns[torch.tensor(positions)]
        pieces = _pieces(spans, max(1, _MOST_QUERIES // (shape.num_heads // shape.num_kv_heads)))
        scratch = self._scratch.bytes(len(rows) * self._row_bytes)
        pool, count = self._slots.pool, len(rows)
        address, layer_bytes = pool.data_ptr(), pool.stride(0) * pool.element_size()
        functions = library()
        for place, layer in enumerate(self._layers):
            functions.dayi_attend(
                *(rows.data_ptr(), count, layer.qkv.reference, layer.o.reference, layer.heads, eps),
                *(turns.data_ptr(), pieces.data_ptr(), len(pieces)),
                *(address + place * layer_bytes, self._slots.num_tokens, scratch, threads),
            )
            functions.dayi_feed_forward(
                *(rows.data_ptr(), count, layer.gate_up.reference, layer.down.reference, eps),
                *(scratch, threads),
            )
        return rows


class NativeHead:
    """The last norm and the logits."""

    def __init__(self, shape: ModelShape, weights: Weights) -> None:
        factors = weights["head.smooth"] * weights["norm"]
        self._packed = Packed(
            weights["head.weight"], weights["head.scale"], factors, threads=torch.get_num_threads()
        )
        self._norm = shape.norm_eps
        self._scratch = Scratch()

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """Rows `[n, hidden]` to logits `[n, vocabulary]`."""
        return self._packed(rows, self._scratch, self._norm)


class _Layer:
    """Four matrices, and how heads are normed."""

    def __init__(self, shape: ModelShape, weights: Weights, name: str, fine: int) -> None:
        threads = torch.get_num_threads()

        def packed(part: str, norm: str | None = None, paired: bool = False, depth: int = 1) -> Packed:
            projection = f"{name}.{part}"
            factors = weights[f"{projection}.smooth"]
            if norm is not None:
                factors = factors * weights[f"{name}.{norm}"]
            bias = weights.get(f"{projection}.bias")
            return Packed(
                weights[f"{projection}.weight"],
                weights[f"{projection}.scale"],
                factors,
                bias,
                paired,
                depth,
                threads,
            )

        self.qkv = packed("qkv", "norm1", depth=fine)
        self.o = packed("o")
        self.gate_up = packed("gate_up", "norm2", paired=True)
        self.down = packed("down", depth=fine)
        self._norms = [weights.get(f"{name}.q_norm"), weights.get(f"{name}.k_norm")]
        addresses = [None if norm is None else norm.data_ptr() for norm in self._norms]
        self.heads = ctypes.byref(
            Heads(shape.num_heads, shape.num_kv_heads, shape.head_dim, shape.norm_eps, *addresses)
        )


def _pieces(spans: Sequence[Span], most: int) -> torch.Tensor:
    """Spans of at most so many rows `[n, 4]`: slot, start, first row, count. The longest come first."""
    pieces: list[tuple[int, int, int, int]] = []
    first = 0
    for span in spans:
        pieces += [
            (span.slot, span.start + done, first + done, min(most, span.count - done))
            for done in range(0, span.count, most)
        ]
        first += span.count
    return torch.tensor(sorted(pieces, key=lambda piece: -piece[1]))
