"""Keys and values of resting conversations on disk: slower than memory, much faster than computing again.

One file without a name, so that nothing of it stays when the process ends, however it ends. What does not
fit, or cannot be written, is left out: the ids are kept elsewhere, and a miss is slow and never wrong.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Extent:
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class _Entry:
    extent: _Extent
    sizes: tuple[int, ...]
    dtype: torch.dtype


class Spill:
    """Tensors by name in a file of at most `budget_bytes`; the least recently written leave first.

    Args:
        folder: where the file is made; None keeps nothing.
        budget_bytes: how large it may grow.
    """

    def __init__(self, folder: Path | None, budget_bytes: int) -> None:
        self._budget_bytes = budget_bytes if folder is not None else 0
        self._folder = folder
        self._file: int | None = None
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._holes: list[_Extent] = []  # by offset, none touching another
        self._end = 0

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    @property
    def num_bytes(self) -> int:
        """Bytes that are kept."""
        return sum(entry.extent.size for entry in self._entries.values())

    def put(self, name: str, tensor: torch.Tensor) -> bool:
        """Keep a contiguous tensor of the CPU. False when it could not be kept."""
        self.drop(name)
        data = _bytes(tensor)
        if not 0 < len(data) <= self._budget_bytes:
            return False
        extent = self._room(len(data))
        while extent is None:
            self.drop(next(iter(self._entries)))
            extent = self._room(len(data))
        try:
            self._write(data, extent.offset)
        except OSError as problem:  # the disk is full, say
            _LOG.warning("conversations are no longer kept on disk: %s", problem)
            self._free(extent)
            self._budget_bytes = 0
            return False
        self._entries[name] = _Entry(extent, tuple(tensor.shape), tensor.dtype)
        return True

    def take(self, name: str) -> torch.Tensor | None:
        """The tensor of that name, which is not kept any longer; None when there is none."""
        entry = self._entries.pop(name, None)
        if entry is None or self._file is None:
            return None
        tensor = torch.empty(entry.sizes, dtype=entry.dtype)
        data = _bytes(tensor)
        self._free(entry.extent)
        try:
            num_read = os.preadv(self._file, [data], entry.extent.offset)
        except OSError as problem:
            _LOG.warning("a conversation could not be read back: %s", problem)
            return None
        return tensor if num_read == len(data) else None

    def drop(self, name: str) -> None:
        """Forget a tensor, if it is there."""
        entry = self._entries.pop(name, None)
        if entry is not None:
            self._free(entry.extent)

    def _write(self, data: memoryview, offset: int) -> None:
        if self._file is None:
            with tempfile.TemporaryFile(dir=self._folder, prefix="kv-") as file:
                self._file = os.dup(file.fileno())
        while data:
            written = os.pwrite(self._file, data, offset)
            data, offset = data[written:], offset + written

    def _room(self, size: int) -> _Extent | None:
        """The first hole that is large enough, or the end of the file."""
        for place, hole in enumerate(self._holes):
            if hole.size >= size:
                rest = _Extent(hole.offset + size, hole.size - size)
                self._holes[place : place + 1] = [rest] if rest.size else []
                return _Extent(hole.offset, size)
        if self._end + size > self._budget_bytes:
            return None
        self._end += size
        return _Extent(self._end - size, size)

    def _free(self, extent: _Extent) -> None:
        holes = sorted([*self._holes, extent], key=lambda hole: hole.offset)
        joined: list[_Extent] = []
        for hole in holes:
            if joined and joined[-1].offset + joined[-1].size == hole.offset:
                hole = _Extent(joined[-1].offset, joined.pop().size + hole.size)
            joined.append(hole)
        if joined[-1].offset + joined[-1].size == self._end:
            self._end = joined.pop().offset
        self._holes = joined


def _bytes(tensor: torch.Tensor) -> memoryview:
    array: Any = tensor.view(torch.uint8).numpy()
    return memoryview(array).cast("B")
