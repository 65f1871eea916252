"""The tensors of an int8 model, made of those of a bf16 one as they go by.

A sample text runs through the network at the same time, and tells what each projection must be fit for.
Does not know where the weights come from, nor how they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import torch

from server.engine.shape import ModelShape
from server.sources.four_bit import FourBit
from server.sources.sample import Sample
from server.sources.smoothing import find_smooth

_CHUNK_ROWS = 4096

Tensors = Iterator[tuple[str, torch.Tensor]]


def quantised(
    shape: ModelShape,
    tensors: Iterable[tuple[str, torch.Tensor]],
    texts: list[list[int]],
    twin: Callable[[str], FourBit],
) -> Tensors:
    """Quantise a model.

    Args:
        shape: the int8 model's.
        tensors: what `fused` gives for it.
        texts: ids of the sample.
        twin: the 4-bit values of a projection in `shape.twins`.

    Yields:
        what `expected` names, in its order.
    """
    coming = iter(tensors)
    name, embed = next(coming)
    yield name, embed
    sample = Sample(shape, texts, embed)
    if not shape.tied:
        del embed
    for i in range(shape.num_layers):
        layer = f"layers.{i}"
        held: dict[str, torch.Tensor] = {}
        while "down.weight" not in held:
            name, tensor = next(coming)
            held[name.removeprefix(f"{layer}.")] = tensor
        yield from _layer(shape, layer, held, sample, twin)
    name, norm = next(coming)
    yield name, norm.float()
    head = embed if shape.tied else next(coming)[1]
    yield from _projection(shape, "head", head, *sample.last(norm), twin)


def _layer(
    shape: ModelShape,
    layer: str,
    held: dict[str, torch.Tensor],
    sample: Sample,
    twin: Callable[[str], FourBit],
) -> Tensors:
    for part, rows, importance in sample.layer(held):
        norm = {"qkv": "norm1", "gate_up": "norm2"}.get(part)
        if norm:
            yield f"{layer}.{norm}", held[norm].float()
        yield from _projection(shape, f"{layer}.{part}", held[f"{part}.weight"], rows, importance, twin)
        if part == "qkv":
            for name in ("qkv.bias", "q_norm", "k_norm"):
                if name in held:
                    yield f"{layer}.{name}", held[name].float()


def _projection(
    shape: ModelShape,
    name: str,
    weight: torch.Tensor,
    rows: torch.Tensor,
    importance: torch.Tensor,
    twin: Callable[[str], FourBit],
) -> Tensors:
    smooth = find_smooth(weight, rows, importance)
    whole, scale = rounded(weight, smooth)
    yield f"{name}.weight", whole
    yield f"{name}.scale", scale
    yield f"{name}.smooth", smooth
    if name in shape.twins:
        found = twin(name)
        yield f"{name}.q4", found.nibbles[:, ::2] | found.nibbles[:, 1::2] << 4
        yield f"{name}.q4_scales", found.scales.bfloat16().transpose(0, 1).contiguous()


def rounded(weight: torch.Tensor, smooth: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Round a weight, divided by `smooth`, to 8 bits.

    Args:
        weight: `[out, in]`, of any floating dtype.
        smooth: fp32 `[in]`.

    Returns:
        int8 `[out, in]` and fp32 `[out]`: `weight / smooth` is about their product.
    """
    whole, scales = torch.empty(weight.shape, dtype=torch.int8), []
    for first in range(0, len(weight), _CHUNK_ROWS):
        part = weight[first : first + _CHUNK_ROWS].float() / smooth
        scale = part.abs().amax(1, keepdim=True).div_(127).clamp_min_(1e-12)
        whole[first : first + _CHUNK_ROWS] = part.div_(scale).round_()
        scales.append(scale.squeeze(1))
    return whole, torch.cat(scales)
