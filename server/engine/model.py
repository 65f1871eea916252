"""The forward pass of a Qwen-shaped network over a ragged batch.

One call computes rows of several conversations: one or few for each that decodes, chunks for those that
prefill. This module does not know about requests, sampling or text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal, Protocol

import torch
import torch.nn.functional as F

from server.engine.attention import Span
from server.engine.body import TorchBody
from server.engine.cache import Slots
from server.engine.linear import Int8, Packing, Plain, Projection, four_bit
from server.engine.native.body import NativeBody, NativeHead, fits
from server.engine.operators import NATIVE, Operator, unpacked
from server.engine.shape import ModelShape
from server.engine.weights import Weights, nibbles


@dataclass(frozen=True, slots=True)
class Run:
    """The next ids of one conversation, after `start` tokens of its slot; and whose logits to return."""

    slot: int
    start: int
    ids: Sequence[int]
    logits: Literal["none", "last", "all"] = "last"


class Body(Protocol):
    """All layers of a network."""

    def __call__(self, rows: torch.Tensor, spans: Sequence[Span]) -> torch.Tensor:
        """Rows `[n, hidden]`, which may be changed, through all layers; keys and values are stored."""


class Model:
    """The network, ready to step.

    Args:
        shape: its sizes.
        weights: as `load_weights` gives them. Int8 ones are multiplied where they lie until `pack` is called;
            or copied at once, by the native operator.
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
        turns = _rope(shape, num_tokens, device)

        def projection(name: str) -> Projection:
            return self._projection(weights, name)

        self._body: Body
        self._head: Callable[[torch.Tensor], torch.Tensor]
        if operator is not None and operator.name == NATIVE and fits(shape):
            self._body = NativeBody(shape, weights, self.slots, turns)
            self._head = NativeHead(shape, weights)
        else:
            self._body = TorchBody(shape, weights, self.slots, turns, projection)
            self._head = projection("head").normed(weights["norm"], shape.norm_eps)

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
        ids = torch.tensor([token for run in runs for token in run.ids], device=self.device)
        spans = [Span(run.slot, run.start, len(run.ids)) for run in runs]
        return self._logits(self._body(F.embedding(ids, self._embed), spans), runs)

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


def _rope(shape: ModelShape, num_positions: int, device: torch.device) -> torch.Tensor:
    """A complex number of length 1 for every position and pair of channels `[positions, head_dim / 2]`."""
    steps = torch.arange(0, shape.head_dim, 2, dtype=torch.int64).float() / shape.head_dim
    angles = torch.outer(torch.arange(num_positions).float(), 1.0 / shape.rope_theta**steps)
    return torch.polar(torch.ones_like(angles), angles).to(device)
