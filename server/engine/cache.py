"""Keys and values: slots for the conversations that are computed, compact copies for those that rest.

All slots are one tensor, so that the rows of a step are stored by one operator a layer and attention reads
many conversations in one call. This module does not know which ids they belong to (`ledger`).
"""

from __future__ import annotations

import heapq
import mmap
import sys

import torch

from server.engine.shape import ModelShape


class Slots:
    """Room for some conversations at a time, each up to the window's length.

    `pool` is `[layers, slots, tokens, keys and values, head_dim]`: a token's key heads, then its value heads.
    On a CPU it is address space; a page takes memory once it is written, and gives it back with its slot.
    """

    def __init__(self, shape: ModelShape, device: torch.device, num_slots: int, num_tokens: int) -> None:
        self.num_tokens = num_tokens
        sizes = (shape.num_layers, num_slots, num_tokens, 2 * shape.num_kv_heads, shape.head_dim)
        dtype = torch.float32 if shape.dtype == "fp32" else torch.bfloat16
        self._map: mmap.mmap | None = None
        self._free = list(range(num_slots))
        if device.type == "cpu" and sys.platform == "linux":
            num_bytes = dtype.itemsize
            for size in sizes:
                num_bytes *= size
            self._map = mmap.mmap(-1, num_bytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _NORESERVE)
            # Huge pages would give every slot of a short conversation megabytes in each layer.
            self._map.madvise(mmap.MADV_NOHUGEPAGE)
            self.pool = torch.frombuffer(self._map, dtype=dtype).view(sizes)
        else:
            self.pool = torch.zeros(sizes, dtype=dtype, device=device)

    def take(self) -> int:
        """The lowest free slot: low ones lie together, and are read together."""
        return heapq.heappop(self._free)

    def release(self, slot: int) -> None:
        """Give a slot back."""
        heapq.heappush(self._free, slot)
        if self._map is None:
            return
        # What was written stays finite: attention multiplies what lies behind a conversation by zero.
        size, page = self.pool[0, 0].nbytes, mmap.PAGESIZE
        for layer in range(self.pool.shape[0]):
            start = self.pool[0].nbytes * layer + size * slot
            first, end = -(-start // page) * page, (start + size) // page * page
            if end > first:
                self._map.madvise(mmap.MADV_DONTNEED, first, end - first)

    def load(self, slot: int, kept: torch.Tensor) -> None:
        """Begin a slot with keys and values that were computed before, as `save` returned them."""
        self.pool[:, slot, : kept.shape[1]] = kept

    def save(self, slot: int, num_tokens: int) -> torch.Tensor:
        """The first tokens of a slot `[layers, tokens, keys and values, head_dim]`, as a copy."""
        return self.pool[:, slot, :num_tokens].clone(memory_format=torch.contiguous_format)


_NORESERVE = getattr(mmap, "MAP_NORESERVE", 0x4000)  # named in Python 3.13
