"""Writes `weights.safetensors` one tensor after the other, so that a model never lies in memory as a whole.

The format (eight bytes of header length, a JSON header, the tensors back to back) is safetensors' own; its
library writes only what is all in memory. Does not know where tensors come from.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable, Iterable, Mapping
from math import prod
from pathlib import Path

import torch

from server.engine.weights import Stored
from server.errors import SourceProblem

_KINDS = {torch.bfloat16: "BF16", torch.float32: "F32", torch.int8: "I8", torch.uint8: "U8"}
# The tensors begin at a page: the format allows spaces after the JSON, and mapped rows are then well aligned.
_PAGE_BYTES = 4096
_SLICE_BYTES = 8 << 20


def stored_bytes(wanted: Mapping[str, Stored]) -> int:
    """Bytes that these tensors take in the file, without its header."""
    return sum(prod(size) * dtype.itemsize for size, dtype in wanted.values())


def write_weights(
    path: Path,
    wanted: Mapping[str, Stored],
    tensors: Iterable[tuple[str, torch.Tensor]],
    told: Callable[[int], None],
) -> None:
    """Write the file and have it on the disk.

    Args:
        path: the file; made or replaced.
        wanted: what all tensors are, in the order in which they come.
        tensors: the tensors.
        told: is called with the bytes written so far.

    Raises:
        SourceProblem: `bad_model`, when a tensor is not what `wanted` says.
        OSError: the disk is full, say.
    """
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, (size, dtype) in wanted.items():
        start, end = end, end + prod(size) * dtype.itemsize
        header[name] = {"dtype": _KINDS[dtype], "shape": list(size), "data_offsets": [start, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 8) % _PAGE_BYTES)
    awaited = iter(wanted.items())
    written = 0
    with path.open("wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for name, tensor in tensors:
            if next(awaited, None) != (name, (tuple(tensor.shape), tensor.dtype)):
                raise SourceProblem(
                    "bad_model", f"{name} has the shape {tuple(tensor.shape)}, which does not fit the model"
                )
            raw = tensor.contiguous().view(-1).view(torch.uint8).numpy().data
            for at in range(0, len(raw), _SLICE_BYTES):
                written += out.write(raw[at : at + _SLICE_BYTES])
                told(written)
        if next(awaited, None) is not None:
            raise SourceProblem("bad_model", "tensors are missing")
        out.flush()
        os.fsync(out.fileno())
