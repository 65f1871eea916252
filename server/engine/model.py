"""The forward pass of a Qwen-shaped network over a ragged batch.

One call computes rows of several conversations: one or few for each that decodes, chunks for those that
prefill. This module does not know about requests, sampling or text.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F

from server.engine.attention import Attention, Span
from server.engine.cache import Slots
from server.engine.linear import (
    FeedForward,
    Int8,
    Int8FeedForward,
    Packing,
    Plain,
    PlainFeedForward,
    Projection,
    four_bit,
)
from server.engine.operators import Operator, unpacked
from server.engine.shape import ModelShape
from server.engine.weights import TORCH_DTYPES, Weights, nibbles


@dataclass(frozen=True, slots=True)
class Run:
    """The next ids of one conversation, after `start` tokens of its slot; and whose logits to return."""

    slot: int
    start: int
    ids: Sequence[int]
    logits: Literal["none", "last", "all"] = "last"


@dataclass(frozen=True, slots=True)
class _Layer:
    qkv: Projection
    q_norm: torch.Tensor | None
    k_norm: torch.Tensor | None
    o: Projection
    feed_forward: FeedForward


class Model:
    """The network, ready to step.

    Args:
        shape: its sizes.
        weights: as `load_weights` gives them. Int8 ones are multiplied where they lie until `pack` is called.
        device: where weights and slots lie.
        num_slots: conversations computed at once.
        window_tokens: the longest of them.
        operator: what multiplies int8 weights; not needed for other ones.
    """

    def __init__(
        self,
        shape: ModelShape,
        weights: Weights,
        device: torch.device,
        num_slots: int,
        window_tokens: int,
        operator: Operator | None = None,
    ) -> None:
        self.shape = shape
        self.device = device
        self.operator = operator
        if device.type != "cpu":
            weights = {name: tensor.to(device) for name, tensor in weights.items()}
        num_tokens = min(window_tokens, shape.max_positions)
        self.slots = Slots(shape, device, num_slots, num_tokens)
        self._embed = weights["embed"]
        self._packings: list[Packing] = []
        self._twins: list[Packing] = []
        self._layers = [self._layer(weights, f"layers.{i}") for i in range(shape.num_layers)]
        self._head = self._projection(weights, "head").normed(weights["norm"], shape.norm_eps)
        # Activations: in fp32 between 8-bit projections, which take and give it.
        self._dtype = torch.float32 if shape.dtype == "int8" else TORCH_DTYPES[shape.dtype]
        self._turns = _rope(shape, num_tokens, device)

    def pack(self) -> None:
        """Pack int8 weights, while other threads compute or not: steps become faster as it goes on.

        From then on only the embedding is read from the weights that the model was made with.
        """
        packings, self._packings, self._twins = [*self._packings, *self._twins], [], []
        # Native work of one thread each, without Python's lock.
        with ThreadPoolExecutor(torch.get_num_threads()) as threads:
            for done in [threads.submit(packing.pack) for packing in packings]:
                done.result()

    @torch.inference_mode()
    def step(self, runs: Sequence[Run]) -> torch.Tensor:
        """Store the keys and values of every run's ids.

        Returns:
            logits in fp32, rows of the runs that want them, in order.
        """
        shape = self.shape
        attention = Attention(shape, self.slots, [Span(run.slot, run.start, len(run.ids)) for run in runs])
        ids = torch.tensor([token for run in runs for token in run.ids], device=self.device)
        turns = self._turns[attention.positions].unsqueeze(1)
        num_turned = shape.num_heads + shape.num_kv_heads
        widths = [shape.num_heads, 2 * shape.num_kv_heads]

        rows = F.embedding(ids, self._embed).to(self._dtype)
        for place, layer in enumerate(self._layers):
            heads = layer.qkv(rows).view(-1, sum(widths), shape.head_dim)
            if layer.q_norm is not None and layer.k_norm is not None:
                heads = _normed(heads, layer.q_norm, layer.k_norm, shape)
            heads[:, :num_turned] = _turned(heads[:, :num_turned], turns)
            queries, keys_values = torch.split(heads, widths, 1)
            rows = layer.o.onto(rows, attention(place, queries, keys_values).to(self._dtype))
            rows = layer.feed_forward(rows)
        return self._logits(rows, runs)

    def _logits(self, rows: torch.Tensor, runs: Sequence[Run]) -> torch.Tensor:
        wanted: list[int] = []
        end = 0
        for run in runs:
            first, end = end, end + len(run.ids)
            if run.logits != "none":
                wanted += range(first if run.logits == "all" else end - 1, end)
        if not wanted:
            return rows.new_empty((0, self.shape.vocab_size), dtype=torch.float32)
        if len(wanted) < rows.shape[0]:
            rows = rows[wanted]
        return self._head(rows).float()

    def _layer(self, weights: Weights, name: str) -> _Layer:
        eps = self.shape.norm_eps
        gate_up = self._projection(weights, f"{name}.gate_up").normed(weights[f"{name}.norm2"], eps)
        down = self._projection(weights, f"{name}.down")
        feed_forward: FeedForward = PlainFeedForward(gate_up, down)
        if isinstance(gate_up, Int8) and isinstance(down, Int8):
            feed_forward = Int8FeedForward(gate_up, down)
        return _Layer(
            qkv=self._projection(weights, f"{name}.qkv").normed(weights[f"{name}.norm1"], eps),
            q_norm=weights.get(f"{name}.q_norm"),
            k_norm=weights.get(f"{name}.k_norm"),
            o=self._projection(weights, f"{name}.o"),
            feed_forward=feed_forward,
        )

    def _projection(self, weights: Weights, name: str) -> Projection:
        bias = weights.get(f"{name}.bias")
        if self.shape.dtype != "int8":
            if name == "head":
                return Plain(self._embed if self.shape.tied else weights[name])
            return Plain(weights[f"{name}.weight"], weights.get(f"{name}.bias"))
        assert self.operator is not None, "int8 weights need an operator"
        operator, weight, scale = self.operator, weights[f"{name}.weight"], weights[f"{name}.scale"]
        packing = Packing(lambda: operator.pack(weight, scale), unpacked(weight, scale))
        self._packings.append(packing)
        twin = None
        if name in self.shape.twins:
            packed, scales = weights[f"{name}.q4"], weights[f"{name}.q4_scales"]
            twin = Packing(lambda: four_bit(nibbles(packed), scales.clone()))
            self._twins.append(twin)
        return Int8(packing, weights[f"{name}.smooth"], bias, twin)


def _normed(
    heads: torch.Tensor, q_norm: torch.Tensor, k_norm: torch.Tensor, shape: ModelShape
) -> torch.Tensor:
    """Qwen3: queries and keys are normed per head."""
    queries, keys, values = torch.split(heads, [shape.num_heads, shape.num_kv_heads, shape.num_kv_heads], 1)
    size, eps = (shape.head_dim,), shape.norm_eps
    normed = (F.rms_norm(queries, size, q_norm, eps), F.rms_norm(keys, size, k_norm, eps), values)
    return torch.cat(normed, 1)


def _rope(shape: ModelShape, num_positions: int, device: torch.device) -> torch.Tensor:
    """A complex number of length 1 for every position and pair of channels `[positions, head_dim / 2]`."""
    steps = torch.arange(0, shape.head_dim, 2, dtype=torch.int64).float() / shape.head_dim
    angles = torch.outer(torch.arange(num_positions).float(), 1.0 / shape.rope_theta**steps)
    return torch.polar(torch.ones_like(angles), angles).to(device)


def _turned(heads: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
    """Rotary positions: the channels of a pair lie side by side, so that one complex product turns them."""
    pairs = heads.float().view(*heads.shape[:-1], -1, 2)
    return torch.view_as_real(torch.view_as_complex(pairs) * turns).flatten(-2).to(heads.dtype)
