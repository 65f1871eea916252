"""All layers of a network with torch's operators, whatever the arithmetic and the device.

This module does not know about embeddings, logits or conversations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from server.engine.attention import Attention, Span
from server.engine.cache import Slots
from server.engine.linear import FeedForward, Int8, Int8FeedForward, PlainFeedForward, Projection
from server.engine.shape import ModelShape
from server.engine.weights import TORCH_DTYPES, Weights


@dataclass(frozen=True, slots=True)
class _Layer:
    qkv: Projection
    q_norm: torch.Tensor | None
    k_norm: torch.Tensor | None
    o: Projection
    feed_forward: FeedForward


class TorchBody:
    """The layers of a model.

    Args:
        shape: its sizes.
        weights: as `load_weights` gives them.
        slots: where keys and values lie.
        turns: a complex number for each position and pair of channels `[positions, head_dim / 2]`.
        projection: makes the projection of a name.
    """

    def __init__(
        self,
        shape: ModelShape,
        weights: Weights,
        slots: Slots,
        turns: torch.Tensor,
        projection: Callable[[str], Projection],
    ) -> None:
        self._shape = shape
        self._slots = slots
        self._turns = turns
        # Activations: in fp32 between 8-bit projections, which take and give it.
        self._dtype = torch.float32 if shape.dtype == "int8" else TORCH_DTYPES[shape.dtype]
        self._layers = [_layer(shape, weights, f"layers.{i}", projection) for i in range(shape.num_layers)]

    def __call__(self, rows: torch.Tensor, spans: Sequence[Span]) -> torch.Tensor:
        """Store keys and values of the rows, and compute all layers.

        Args:
            rows: embeddings `[n, hidden]`; they may be changed.
            spans: whose they are, in order.
        """
        shape = self._shape
        attention = Attention(shape, self._slots, spans)
        turns = self._turns[attention.positions].unsqueeze(1)
        num_turned = shape.num_heads + shape.num_kv_heads
        widths = [shape.num_heads, 2 * shape.num_kv_heads]
        rows = rows.to(self._dtype)
        for place, layer in enumerate(self._layers):
            heads = layer.qkv(rows).view(-1, sum(widths), shape.head_dim)
            if layer.q_norm is not None and layer.k_norm is not None:
                heads = _normed(heads, layer.q_norm, layer.k_norm, shape)
            heads[:, :num_turned] = _turned(heads[:, :num_turned], turns)
            queries, keys_values = torch.split(heads, widths, 1)
            rows = layer.o.onto(rows, attention(place, queries, keys_values).to(self._dtype))
            rows = layer.feed_forward(rows)
        return rows


def _layer(shape: ModelShape, weights: Weights, name: str, projection: Callable[[str], Projection]) -> _Layer:
    eps = shape.norm_eps
    gate_up = projection(f"{name}.gate_up").normed(weights[f"{name}.norm2"], eps)
    down = projection(f"{name}.down")
    feed_forward: FeedForward = PlainFeedForward(gate_up, down)
    if isinstance(gate_up, Int8) and isinstance(down, Int8):
        feed_forward = Int8FeedForward(gate_up, down)
    return _Layer(
        qkv=projection(f"{name}.qkv").normed(weights[f"{name}.norm1"], eps),
        q_norm=weights.get(f"{name}.q_norm"),
        k_norm=weights.get(f"{name}.k_norm"),
        o=projection(f"{name}.o"),
        feed_forward=feed_forward,
    )


def _normed(
    heads: torch.Tensor, q_norm: torch.Tensor, k_norm: torch.Tensor, shape: ModelShape
) -> torch.Tensor:
    """Qwen3: queries and keys are normed per head."""
    queries, keys, values = torch.split(heads, [shape.num_heads, shape.num_kv_heads, shape.num_kv_heads], 1)
    size, eps = (shape.head_dim,), shape.norm_eps
    normed = (F.rms_norm(queries, size, q_norm, eps), F.rms_norm(keys, size, k_norm, eps), values)
    return torch.cat(normed, 1)


def _turned(heads: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
    """Rotary positions: the channels of a pair lie side by side, so that one complex product turns them."""
    pairs = heads.float().view(*heads.shape[:-1], -1, 2)
    return torch.view_as_real(torch.view_as_complex(pairs) * turns).flatten(-2).to(heads.dtype)
