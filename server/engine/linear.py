"""How rows meet weights: projections and feed-forward layers, quantised or not, behind small interfaces.

Rows are `[n, in]`, weights `[out, in]`. This module does not know of attention, nor which operator
multiplies 8-bit weights best.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import torch
import torch.nn.functional as F

from server.engine.operators import Packed

_TINY = 1e-12  # a row of zeros has a largest value, too

# Rows up to which the 4-bit twin of a projection is the faster one: first reading the weights takes the
# time, then arithmetic does.
TWIN_ROWS = 1


class Projection(Protocol):
    """A projection; one that `normed` was called on norms its rows (RMS) first."""

    def normed(self, weight: torch.Tensor, eps: float) -> Projection:
        """The same with a norm of that weight `[in]` before it."""

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """The products `[n, out]`, bias included."""

    def onto(self, sums: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """`sums` (which may be changed) and the products added to them."""


class FeedForward(Protocol):
    """Norm, gate and up, their product, down, added to the rows it came from."""

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """The rows (which may be changed) and what the layer adds to them."""


class Packing:
    """A multiplication whose weights may be packed later; until then it is done by `meanwhile`, if at all.

    Args:
        pack: makes the real multiplication; takes a while.
        meanwhile: a slower one that needs no packing.
    """

    def __init__(self, pack: Callable[[], Packed], meanwhile: Packed | None = None) -> None:
        self._pack: Callable[[], Packed] | None = pack
        self.multiply = meanwhile

    def pack(self) -> None:
        """Pack now; from another thread, too. A second time does nothing."""
        if self._pack is not None:
            self.multiply, self._pack = self._pack(), None


class Plain:
    """A projection in the weight's own dtype."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None = None) -> None:
        self._weight = weight
        self._bias = bias
        self._norm: tuple[torch.Tensor, float] | None = None

    def normed(self, weight: torch.Tensor, eps: float) -> Plain:
        """See `Projection`."""
        made = Plain(self._weight, self._bias)
        made._norm = (weight, eps)
        return made

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """See `Projection`."""
        if self._norm is not None:
            weight, eps = self._norm
            rows = F.rms_norm(rows, weight.shape, weight, eps)
        return F.linear(rows, self._weight, self._bias)

    def onto(self, sums: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """See `Projection`."""
        return sums + self(rows)


class PlainFeedForward:
    """A feed-forward layer of plain projections; `gate_up` norms its rows."""

    def __init__(self, gate_up: Projection, down: Projection) -> None:
        self._gate_up = gate_up
        self._down = down

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """See `FeedForward`."""
        gate, up = self._gate_up(rows).chunk(2, -1)
        return self._down.onto(rows, F.silu(gate) * up)


class Int8:
    """A projection with 8-bit weights, a scale for each output, of rows in 8 bits, a scale for each.

    Args:
        packing: what multiplies rows in [-1, 1].
        smooth: `[in]`, multiplied into the rows first; the weights were divided by it, so that no column of
            the rows needs all of the 8 bits (SmoothQuant, arXiv 2211.10438).
        bias: `[out]` fp32.
        twin: multiplies a lone row faster, once it is packed, from the very 4 bits of the model's file; takes
            the rows as they are, without `smooth`.
    """

    def __init__(
        self,
        packing: Packing,
        smooth: torch.Tensor,
        bias: torch.Tensor | None = None,
        twin: Packing | None = None,
    ) -> None:
        self._packing = packing
        self._smooth = smooth
        self._bias = bias
        self._twin = twin
        self._norm: tuple[torch.Tensor, float] | None = None
        self._factors = smooth  # what rows are multiplied by: the norm's weight, too, where there is one

    def normed(self, weight: torch.Tensor, eps: float) -> Int8:
        """See `Projection`."""
        made = Int8(self._packing, self._smooth, self._bias, self._twin)
        made._norm, made._factors = (weight, eps), self._smooth * weight
        return made

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """See `Projection`."""
        product, peaks = self.product(rows)
        if peaks is None:
            return product if self._bias is None else product.add_(self._bias)
        return product.mul_(peaks) if self._bias is None else torch.addcmul(self._bias, product, peaks)

    def onto(self, sums: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """See `Projection`; without a bias."""
        product, peaks = self.product(rows)
        return sums.add_(product) if peaks is None else sums.addcmul_(product, peaks)

    def product(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        """The products without bias, and the numbers `[n, 1]` that they are still to be multiplied by."""
        if (
            rows.shape[0] <= TWIN_ROWS
            and self._twin is not None
            and (twin := self._twin.multiply) is not None
        ):
            if self._norm is not None:
                weight, eps = self._norm
                rows = F.rms_norm(rows, weight.shape, weight, eps)
            return twin(rows), None
        multiply = self._packing.multiply
        assert multiply is not None, "packed, or with something for the meanwhile"
        scaled = rows * self._factors
        peaks = scaled.abs().amax(-1, keepdim=True).clamp_min_(_TINY)
        product = multiply(scaled.div_(peaks))
        if self._norm is not None:
            # What the norm divides a row by does not change the scaled row: it is left for the end.
            size = torch.linalg.vector_norm(rows, 2, -1, keepdim=True)
            mean = size.square_().div_(rows.shape[-1])
            peaks.mul_(mean.add_(self._norm[1]).rsqrt_())
        return product, peaks


class Int8FeedForward:
    """A feed-forward layer with 8-bit weights; `gate_up` norms its rows."""

    def __init__(self, gate_up: Int8, down: Int8) -> None:
        self._gate_up = gate_up
        self._down = down

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """See `FeedForward`."""
        product, peaks = self._gate_up.product(rows)
        gate, up = product.chunk(2, -1)
        if peaks is None:
            return self._down.onto(rows, F.silu(gate).mul_(up))
        hidden = F.silu(gate.mul_(peaks), inplace=True).mul_(up)
        # `up` is not multiplied by its factor: it would not change the row that `down` scales anew.
        product, down_peaks = self._down.product(hidden)
        factor = peaks if down_peaks is None else down_peaks.mul_(peaks)
        return rows.addcmul_(product, factor)


def four_bit(nibbles: torch.Tensor, scales: torch.Tensor) -> Packed:
    """A multiplication with 4-bit weights in groups of 32 inputs.

    Args:
        nibbles: int32 `[out, in]`, 0 to 15.
        scales: bf16 `[in / 32, out, 2]`: scale and zero; the weight is (nibble - 8) * scale + zero.
    """
    packed = torch.ops.aten._convert_weight_to_int4pack_for_cpu(nibbles, 1)
    multiply = torch.ops.aten._weight_int4pack_mm_for_cpu.default
    return lambda rows: multiply(rows.bfloat16(), packed, 32, scales).float()
