"""A checkpoint's tensors made into the prepared ones: joined, and their rows put in the engine's order.

Knows the names of both; knows neither files nor numbers' formats beyond rounding to bf16.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import torch

from server.engine.shape import ModelShape
from server.engine.weights import TORCH_DTYPES, expected


def paired(rows: torch.Tensor, head_dim: int) -> torch.Tensor:
    """Bring the two channels of each rotary pair together.

    Args:
        rows: `[heads * head_dim, …]`, the channels of a head's second half belonging to those of its first.

    Returns:
        the same rows; in each head row 2j was row j, and row 2j + 1 was row j + head_dim / 2.
    """
    heads = rows.reshape(-1, 2, head_dim // 2, *rows.shape[1:])
    return heads.transpose(1, 2).reshape(rows.shape)


def sources(name: str) -> list[str]:
    """transformers' names, without their endings, of what is fused into the projection `name`."""
    if name == "head":
        return ["lm_head"]
    _, layer, part = name.split(".")
    parts = {
        "qkv": ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
        "o": ["self_attn.o_proj"],
        "gate_up": ["mlp.gate_proj", "mlp.up_proj"],
        "down": ["mlp.down_proj"],
    }
    return [f"model.layers.{layer}.{part}" for part in parts[part]]


def joined(name: str, parts: Sequence[torch.Tensor], head_dim: int) -> torch.Tensor:
    """Fuse the parts `[out, …]` of the projection `name`, each as its publisher stores it."""
    if name.endswith("qkv"):
        queries, keys, values = parts
        parts = [paired(queries, head_dim), paired(keys, head_dim), values]
    return (parts[0] if len(parts) == 1 else torch.cat(list(parts))).contiguous()


def fused(shape: ModelShape, get: Callable[[str], torch.Tensor]) -> Iterator[tuple[str, torch.Tensor]]:
    """Turn a checkpoint with transformers' Qwen names into the tensors of a bf16 or fp32 model, one by one.

    Args:
        shape: what to make; of an int8 model the weights before they are quantised.
        get: returns the checkpoint's tensor of a name such as `model.layers.0.mlp.up_proj.weight`.
    """
    dtype = TORCH_DTYPES[shape.dtype]
    others = {"embed": "model.embed_tokens", "norm": "model.norm"}
    for i in range(shape.num_layers):
        others[f"layers.{i}.norm1"] = f"model.layers.{i}.input_layernorm"
        others[f"layers.{i}.norm2"] = f"model.layers.{i}.post_attention_layernorm"
        for part in ("q_norm", "k_norm"):
            others[f"layers.{i}.{part}"] = f"model.layers.{i}.self_attn.{part}"
    plain = replace(shape, dtype="fp32" if shape.dtype == "fp32" else "bf16", twins=())
    for name in expected(plain):
        if name in others:
            tensor = get(f"{others[name]}.weight").to(dtype)
            yield name, paired(tensor, shape.head_dim) if name.endswith(("q_norm", "k_norm")) else tensor
            continue
        stem, _, ending = ("head", "", "weight") if name == "head" else name.rpartition(".")
        yield (
            name,
            joined(stem, [get(f"{part}.{ending}").to(dtype) for part in sources(stem)], shape.head_dim),
        )
