"""The forward pass of a Qwen-shaped network over a ragged batch.

One call computes rows of several conversations: a row each for those that decode, a chunk for one that
prefills. This module does not know about requests, sampling or text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from server.engine.cache import Cache
from server.engine.linear import Linear, linear
from server.engine.shape import ModelShape
from server.engine.weights import TORCH_DTYPES, Weights


@dataclass(frozen=True, slots=True)
class Run:
    """The next ids of one conversation; its cache has room for them. `wants_logits`: of the last id."""

    cache: Cache
    ids: Sequence[int]
    wants_logits: bool


@dataclass(frozen=True, slots=True)
class _Layer:
    norm1: torch.Tensor
    qkv: Linear
    q_norm: torch.Tensor | None
    k_norm: torch.Tensor | None
    o: Linear
    norm2: torch.Tensor
    gate_up: Linear
    down: Linear


class Model:
    """The network, ready to step. `device` is where its weights and caches lie."""

    def __init__(self, shape: ModelShape, weights: Weights, device: torch.device, max_positions: int) -> None:
        self.shape = shape
        self.device = device
        if device.type != "cpu":
            weights = {name: tensor.to(device) for name, tensor in weights.items()}
        self._embed = weights["embed"]
        self._layers = [_layer(weights, f"layers.{i}") for i in range(shape.num_layers)]
        self._norm = weights["norm"]
        self._head = linear(weights["embed" if shape.tied else "head"])
        self._cos, self._sin = _rope(shape, min(max_positions, shape.max_positions), device)

    @torch.inference_mode()
    def step(self, runs: Sequence[Run]) -> torch.Tensor:
        """Cache the ids of every run.

        Returns:
            logits in fp32, a row for each run that wants them, in order.
        """
        shape = self.shape
        counts = [len(run.ids) for run in runs]
        ids = torch.tensor([token for run in runs for token in run.ids], device=self.device)
        positions = torch.tensor(
            [place for run in runs for place in range(run.cache.length, run.cache.length + len(run.ids))],
            device=self.device,
        )
        cos, sin = self._cos[positions].unsqueeze(1), self._sin[positions].unsqueeze(1)
        masks = [self._mask(run) for run in runs]
        widths = [shape.num_heads, shape.num_kv_heads, shape.num_kv_heads]
        eps, size = shape.norm_eps, (shape.hidden_size,)

        rows = F.embedding(ids, self._embed)
        for place, layer in enumerate(self._layers):
            heads = layer.qkv(F.rms_norm(rows, size, layer.norm1, eps)).view(-1, sum(widths), shape.head_dim)
            queries, keys, values = torch.split(heads, widths, 1)
            if layer.q_norm is not None and layer.k_norm is not None:
                queries = F.rms_norm(queries, (shape.head_dim,), layer.q_norm, eps)
                keys = F.rms_norm(keys, (shape.head_dim,), layer.k_norm, eps)
            queries, keys = _rotated(queries, cos, sin), _rotated(keys, cos, sin)
            seen = [
                self._attend(place, run, mask, q, k, v)
                for run, mask, q, k, v in zip(
                    runs,
                    masks,
                    torch.split(queries, counts),
                    torch.split(keys, counts),
                    torch.split(values, counts),
                    strict=True,
                )
            ]
            rows = rows + layer.o(seen[0] if len(seen) == 1 else torch.cat(seen))
            gate, up = layer.gate_up(F.rms_norm(rows, size, layer.norm2, eps)).chunk(2, -1)
            rows = rows + layer.down(F.silu(gate) * up)
        for run in runs:
            run.cache.advance(len(run.ids))
        return self._logits(rows, runs, counts)

    def _logits(self, rows: torch.Tensor, runs: Sequence[Run], counts: Sequence[int]) -> torch.Tensor:
        wanted, end = [], 0
        for run, count in zip(runs, counts, strict=True):
            end += count
            if run.wants_logits:
                wanted.append(end - 1)
        if not wanted:
            return rows.new_empty((0, self.shape.vocab_size), dtype=torch.float32)
        if len(wanted) < rows.shape[0]:
            rows = rows[wanted]
        rows = F.rms_norm(rows, (self.shape.hidden_size,), self._norm, self.shape.norm_eps)
        return self._head(rows).float()

    def _mask(self, run: Run) -> torch.Tensor | None:
        """What each row of a chunk may not see, once for every head of a group; a lone row sees all."""
        count = len(run.ids)
        if count == 1:
            return None
        total = run.cache.length + count
        hidden = torch.full(
            (count, total), float("-inf"), dtype=TORCH_DTYPES[self.shape.dtype], device=self.device
        ).triu_(run.cache.length + 1)
        return hidden.repeat(self.shape.num_heads // self.shape.num_kv_heads, 1)

    def _attend(
        self,
        layer: int,
        run: Run,
        mask: torch.Tensor | None,
        queries: torch.Tensor,
        keys: torch.Tensor,
        values: torch.Tensor,
    ) -> torch.Tensor:
        # The heads of a group share keys and values: folded into the rows, each is read once and no
        # head is repeated. On CPU this is 3 to 10 times faster for a lone row than enable_gqa.
        shape, count = self.shape, queries.shape[0]
        all_keys, all_values = run.cache.write(layer, keys, values)
        group = shape.num_heads // shape.num_kv_heads
        folded = queries.view(count, shape.num_kv_heads, group, shape.head_dim).permute(1, 2, 0, 3)
        seen = F.scaled_dot_product_attention(
            folded.reshape(1, shape.num_kv_heads, group * count, shape.head_dim),
            all_keys.unsqueeze(0),
            all_values.unsqueeze(0),
            attn_mask=mask,
        )
        unfolded = seen.view(shape.num_kv_heads, group, count, shape.head_dim).permute(2, 0, 1, 3)
        return unfolded.reshape(count, shape.q_rows)


def _layer(weights: Weights, name: str) -> _Layer:
    return _Layer(
        norm1=weights[f"{name}.norm1"],
        qkv=linear(weights[f"{name}.qkv.weight"], weights.get(f"{name}.qkv.bias")),
        q_norm=weights.get(f"{name}.q_norm"),
        k_norm=weights.get(f"{name}.k_norm"),
        o=linear(weights[f"{name}.o.weight"]),
        norm2=weights[f"{name}.norm2"],
        gate_up=linear(weights[f"{name}.gate_up.weight"]),
        down=linear(weights[f"{name}.down.weight"]),
    )


def _rope(shape: ModelShape, max_positions: int, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Cosines and sines of every position `[positions, head_dim / 2]`, computed in fp32."""
    steps = torch.arange(0, shape.head_dim, 2, dtype=torch.int64).float() / shape.head_dim
    angles = torch.outer(torch.arange(max_positions).float(), 1.0 / shape.rope_theta**steps)
    dtype = TORCH_DTYPES[shape.dtype]
    return angles.cos().to(device, dtype), angles.sin().to(device, dtype)


def _rotated(heads: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    one, other = heads.chunk(2, -1)
    return torch.cat((one * cos - other * sin, other * cos + one * sin), -1)
