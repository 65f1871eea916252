"""The tensors of a prepared model: their names, what they mean, how they are opened.

Opening maps the file into memory and copies nothing: pages come in as they are touched.
This module does not know where a checkpoint comes from.
"""

from __future__ import annotations

import ctypes
import mmap
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from server.engine.shape import WEIGHTS_FILE, Dtype, ModelShape
from server.errors import SourceProblem

# What tensors that are not quantised are stored as; keys and values, too.
TORCH_DTYPES: dict[Dtype, torch.dtype] = {
    "int8": torch.bfloat16,
    "bf16": torch.bfloat16,
    "fp32": torch.float32,
}

Weights = dict[str, torch.Tensor]

# Inputs that share a scale in a 4-bit twin.
GROUP = 32

_MADV_DONTNEED = 4
_MADV_POPULATE_READ = 22  # not in Python's mmap module


class Stored(NamedTuple):
    """What a tensor in the file is."""

    size: tuple[int, ...]
    dtype: torch.dtype


def projections(shape: ModelShape) -> dict[str, tuple[int, int]]:
    """Names and sizes `(out, in)` of all projections in the order of their use, the head the last."""
    hidden, wide = shape.hidden_size, shape.intermediate_size
    sizes: dict[str, tuple[int, int]] = {}
    for i in range(shape.num_layers):
        sizes[f"layers.{i}.qkv"] = (shape.q_rows + 2 * shape.kv_rows, hidden)
        sizes[f"layers.{i}.o"] = (hidden, shape.q_rows)
        sizes[f"layers.{i}.gate_up"] = (2 * wide, hidden)
        sizes[f"layers.{i}.down"] = (hidden, wide)
    sizes["head"] = (shape.vocab_size, hidden)
    return sizes


def expected(shape: ModelShape) -> dict[str, Stored]:
    """Every tensor that `weights.safetensors` of this shape holds, in the order in which they are written.

    In bf16 and fp32 a projection P is `P.weight` `[out, in]` (the head's plainly `head`, absent where it is
    the embedding). In int8 it is

    - `P.weight` int8 `[out, in]`, `P.scale` fp32 `[out]` and `P.smooth` fp32 `[in]`: rows are multiplied by
      `smooth`, and `weight * scale[:, None]` are the model's weights divided by it;
    - for those in `shape.twins` also `P.q4` uint8 `[out, in / 2]` (`nibbles` opens it) and `P.q4_scales` bf16
      `[in / 32, out, 2]`: the model's weights are `(nibble - 8) * scale + zero`. For rows without `smooth`.

    The rows of queries and keys (and their norms) lie so that the two channels that rotary positions turn
    together are neighbours. In int8 biases and norms are fp32.
    """
    plain = TORCH_DTYPES[shape.dtype]
    small = torch.float32 if shape.dtype == "int8" else plain
    hidden = shape.hidden_size
    sizes = projections(shape)
    tensors = {"embed": Stored((shape.vocab_size, hidden), plain)}

    def projection(name: str) -> None:
        rows, columns = sizes[name]
        if shape.dtype != "int8":
            tensors[name if name == "head" else f"{name}.weight"] = Stored((rows, columns), plain)
            return
        tensors[f"{name}.weight"] = Stored((rows, columns), torch.int8)
        tensors[f"{name}.scale"] = Stored((rows,), torch.float32)
        tensors[f"{name}.smooth"] = Stored((columns,), torch.float32)
        if name in shape.twins:
            tensors[f"{name}.q4"] = Stored((rows, columns // 2), torch.uint8)
            tensors[f"{name}.q4_scales"] = Stored((columns // GROUP, rows, 2), torch.bfloat16)

    for i in range(shape.num_layers):
        layer = f"layers.{i}"
        tensors[f"{layer}.norm1"] = Stored((hidden,), small)
        projection(f"{layer}.qkv")
        if shape.qkv_bias:
            tensors[f"{layer}.qkv.bias"] = Stored((sizes[f"{layer}.qkv"][0],), small)
        if shape.qk_norm:
            tensors[f"{layer}.q_norm"] = Stored((shape.head_dim,), small)
            tensors[f"{layer}.k_norm"] = Stored((shape.head_dim,), small)
        projection(f"{layer}.o")
        tensors[f"{layer}.norm2"] = Stored((hidden,), small)
        projection(f"{layer}.gate_up")
        projection(f"{layer}.down")
    tensors["norm"] = Stored((hidden,), small)
    if not shape.tied or shape.dtype == "int8":
        projection("head")
    return tensors


def nibbles(packed: torch.Tensor) -> torch.Tensor:
    """Open a stored 4-bit twin.

    Args:
        packed: uint8 `[out, in / 2]`; of each byte the lower half is the column to the left.

    Returns:
        int32 `[out, in]`, 0 to 15, as `_convert_weight_to_int4pack_for_cpu` takes them. (What that gives
        depends on the processor, so that it cannot be stored.)
    """
    return torch.stack((packed & 15, packed >> 4), -1).flatten(-2).to(torch.int32)


def save_weights(folder: Path, tensors: Iterable[tuple[str, torch.Tensor]]) -> None:
    """Write `weights.safetensors` into `folder`; the caller makes the folder appear as a whole."""
    # Tensors that share memory (tied heads) are refused by safetensors: prepared ones never do.
    save_file(dict(tensors), folder / WEIGHTS_FILE)


def load_weights(folder: Path, shape: ModelShape) -> Weights:
    """Open the weights by mmap.

    Raises:
        SourceProblem: `bad_model`, when the file is missing, truncated or does not fit the shape.
    """
    path = folder / WEIGHTS_FILE
    try:
        with safe_open(path, framework="pt", device="cpu") as opened:
            weights = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 (no mapping)
    except (OSError, SafetensorError) as error:
        raise SourceProblem("bad_model", f"{path}: {error}") from None
    for name, wanted in expected(shape).items():
        tensor = weights.get(name)
        if tensor is None or (tuple(tensor.shape), tensor.dtype) != wanted:
            found = "missing" if tensor is None else f"{tensor.dtype} {tuple(tensor.shape)}"
            raise SourceProblem(
                "bad_model", f"{path}: {name} is {found}, wanted {wanted.dtype} {wanted.size}"
            )
    return weights


def touch(weights: Weights) -> None:
    """Map every page of the weights now, not one by one in the first answer (needs Linux 5.14).

    Takes 0.2 s for each GB that lies in the page cache, without Python's lock.
    """
    _advise(weights, _MADV_POPULATE_READ)  # an older kernel refuses: then it is only slower


def let_go(weights: Weights) -> None:
    """Give the memory of mapped weights back to the file cache: what is read again is mapped again."""
    _advise(weights, _MADV_DONTNEED)


def _advise(weights: Weights, advice: int) -> None:
    start = min(tensor.data_ptr() for tensor in weights.values()) & -mmap.PAGESIZE
    end = max(tensor.data_ptr() + tensor.nbytes for tensor in weights.values())
    if sys.platform == "linux":
        madvise = ctypes.CDLL(None).madvise
        madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
        madvise(start, end - start, advice)
