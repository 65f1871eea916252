"""The tensors of a prepared model: their names, how checkpoint tensors are fused into them, how they open.

Opening maps the file into memory and copies nothing: pages come in as they are touched.
This module does not know where a checkpoint comes from.
"""

from __future__ import annotations

import ctypes
import mmap
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from server.engine.shape import WEIGHTS_FILE, Dtype, ModelShape
from server.errors import SourceProblem

TORCH_DTYPES: dict[Dtype, torch.dtype] = {"bf16": torch.bfloat16, "fp32": torch.float32}

Weights = dict[str, torch.Tensor]

_MADV_POPULATE_READ = 22  # not in Python's mmap module


def expected(shape: ModelShape) -> dict[str, tuple[int, ...]]:
    """Names and sizes of every tensor that `weights.safetensors` of this shape holds."""
    hidden, wide = shape.hidden_size, shape.intermediate_size
    sizes: dict[str, tuple[int, ...]] = {"embed": (shape.vocab_size, hidden)}
    for i in range(shape.num_layers):
        layer = f"layers.{i}"
        sizes[f"{layer}.qkv.weight"] = (shape.q_rows + 2 * shape.kv_rows, hidden)
        if shape.qkv_bias:
            sizes[f"{layer}.qkv.bias"] = (shape.q_rows + 2 * shape.kv_rows,)
        if shape.qk_norm:
            sizes[f"{layer}.q_norm"] = (shape.head_dim,)
            sizes[f"{layer}.k_norm"] = (shape.head_dim,)
        sizes[f"{layer}.o.weight"] = (hidden, shape.q_rows)
        sizes[f"{layer}.gate_up.weight"] = (2 * wide, hidden)
        sizes[f"{layer}.down.weight"] = (hidden, wide)
        sizes[f"{layer}.norm1"] = (hidden,)
        sizes[f"{layer}.norm2"] = (hidden,)
    sizes["norm"] = (hidden,)
    if not shape.tied:
        sizes["head"] = (shape.vocab_size, hidden)
    return sizes


def fused(shape: ModelShape, get: Callable[[str], torch.Tensor]) -> Iterator[tuple[str, torch.Tensor]]:
    """Turn a checkpoint with transformers' Qwen names into prepared tensors, one at a time.

    Args:
        shape: what to make, `dtype` included.
        get: returns the checkpoint's tensor of a name such as `model.layers.0.mlp.up_proj.weight`.
    """
    dtype = TORCH_DTYPES[shape.dtype]

    def joined(*names: str) -> torch.Tensor:
        parts = [get(name).to(dtype) for name in names]
        return (parts[0] if len(parts) == 1 else torch.cat(parts)).contiguous()

    yield "embed", joined("model.embed_tokens.weight")
    for i in range(shape.num_layers):
        there, here = f"model.layers.{i}", f"layers.{i}"
        qkv = [f"{there}.self_attn.{part}_proj" for part in "qkv"]
        yield f"{here}.qkv.weight", joined(*(f"{name}.weight" for name in qkv))
        if shape.qkv_bias:
            yield f"{here}.qkv.bias", joined(*(f"{name}.bias" for name in qkv))
        if shape.qk_norm:
            yield f"{here}.q_norm", joined(f"{there}.self_attn.q_norm.weight")
            yield f"{here}.k_norm", joined(f"{there}.self_attn.k_norm.weight")
        yield f"{here}.o.weight", joined(f"{there}.self_attn.o_proj.weight")
        yield (
            f"{here}.gate_up.weight",
            joined(f"{there}.mlp.gate_proj.weight", f"{there}.mlp.up_proj.weight"),
        )
        yield f"{here}.down.weight", joined(f"{there}.mlp.down_proj.weight")
        yield f"{here}.norm1", joined(f"{there}.input_layernorm.weight")
        yield f"{here}.norm2", joined(f"{there}.post_attention_layernorm.weight")
    yield "norm", joined("model.norm.weight")
    if not shape.tied:
        yield "head", joined("lm_head.weight")


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
    dtype = TORCH_DTYPES[shape.dtype]
    for name, size in expected(shape).items():
        tensor = weights.get(name)
        if tensor is None or tuple(tensor.shape) != size or tensor.dtype != dtype:
            found = "missing" if tensor is None else f"{tensor.dtype} {tuple(tensor.shape)}"
            raise SourceProblem("bad_model", f"{path}: {name} is {found}, wanted {dtype} {size}")
    return weights


def touch(weights: Weights) -> None:
    """Map every page of the weights now, not one by one in the first answer (needs Linux 5.14).

    Takes 0.2 s for each GB that lies in the page cache, without Python's lock.
    """
    start = min(tensor.data_ptr() for tensor in weights.values()) & -mmap.PAGESIZE
    end = max(tensor.data_ptr() + tensor.nbytes for tensor in weights.values())
    if sys.platform == "linux":
        madvise = ctypes.CDLL(None).madvise
        madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
        madvise(start, end - start, _MADV_POPULATE_READ)  # an older kernel refuses: then it is only slower
