"""A projection with 8-bit weights, laid out for the compiled functions."""

from __future__ import annotations

import ctypes
import mmap

import torch

from server.engine.native.library import Matrix, library

_PANEL, _LANES, _QUAD = 32, 16, 4
_CACHE_LINE = 64


class Packed:
    """A matrix, and the tensors that it points to.

    Args:
        weight: int8 `[out, in]`.
        scale: fp32 `[out]`.
        factors: fp32 `[in]`, multiplied into the rows first; None: ones.
        bias: fp32 `[out]`.
        paired: the first half of the outputs are gates, the second half what they gate.
        depth: 8-bit rows that stand for one row; with 2, next to nothing is lost by rounding it.
        threads: that pack and multiply.
    """

    def __init__(
        self,
        weight: torch.Tensor,
        scale: torch.Tensor,
        factors: torch.Tensor | None = None,
        bias: torch.Tensor | None = None,
        paired: bool = False,
        depth: int = 1,
        threads: int = 1,
    ) -> None:
        self._threads = threads
        self.outputs, self.inputs = weight.shape
        if paired and self.outputs % 2:
            raise ValueError(f"{self.outputs} outputs are no pairs")
        panels = -(-self.outputs // _PANEL)
        if paired:
            panels = -(-self.outputs // 2 // _LANES)
        weights = _pages(panels * _PANEL * -(-self.inputs // _QUAD) * _QUAD)
        library().dayi_pack(
            weight.contiguous().data_ptr(),
            *(self.outputs, self.inputs, int(paired), weights.data_ptr(), threads),
        )
        self._weights = weights
        self._scale = _in_panels(scale, panels, paired)
        self._bias = None if bias is None else _in_panels(bias, panels, paired)
        self._factors = torch.ones(self.inputs) if factors is None else factors.contiguous().clone()
        self.matrix = Matrix(
            self._weights.data_ptr(),
            self._scale.data_ptr(),
            None if self._bias is None else self._bias.data_ptr(),
            self._factors.data_ptr(),
            self.inputs,
            self.outputs,
            depth,
        )
        self.reference = ctypes.byref(self.matrix)

    @property
    def scratch_bytes(self) -> int:
        """What each row rounded takes."""
        return int(self.matrix.depth) * (-(-self.inputs // _CACHE_LINE) * _CACHE_LINE + 8)

    def __call__(self, rows: torch.Tensor, scratch: Scratch, norm: float = -1.0) -> torch.Tensor:
        """Rows `[n, in]` in fp32, normed (RMS) first if `norm` is not negative, to `[n, out]`."""
        rows = rows.float().contiguous()
        products = rows.new_empty(len(rows), self.outputs)
        place = scratch.bytes(len(rows) * self.scratch_bytes)
        library().dayi_project(
            *(rows.data_ptr(), len(rows), self.reference, norm, products.data_ptr(), place, self._threads)
        )
        return products


class Scratch:
    """Memory for what a function computes in between: kept, and grown when more is needed."""

    def __init__(self) -> None:
        self._tensor = torch.empty(0, dtype=torch.uint8)

    def bytes(self, num_bytes: int) -> int:
        """The address of at least so many bytes, at the beginning of a cache line."""
        wanted = num_bytes + 16 * _CACHE_LINE  # each part begins with a line of its own
        if len(self._tensor) < wanted:
            self._tensor = torch.empty(wanted, dtype=torch.uint8)
        return -(-self._tensor.data_ptr() // _CACHE_LINE) * _CACHE_LINE


def _in_panels(values: torch.Tensor, panels: int, paired: bool) -> torch.Tensor:
    """fp32 values of the outputs as the panels have them, zeros behind."""
    if paired:
        rooms = values.new_zeros(2, panels * _LANES, dtype=torch.float32)
        rooms[:, : len(values) // 2] = values.view(2, -1)
        return rooms.view(2, panels, _LANES).transpose(0, 1).flatten().contiguous()
    room = values.new_zeros(panels * _PANEL, dtype=torch.float32)
    room[: len(values)] = values
    return room


def _pages(num_bytes: int) -> torch.Tensor:
    """Memory in large pages where the system has them: weights are read from end to end in every step."""
    pages = mmap.mmap(-1, num_bytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    pages.madvise(mmap.MADV_HUGEPAGE)
    return torch.frombuffer(pages, dtype=torch.uint8)
