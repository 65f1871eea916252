"""A GGUF file opened for preparing: names and shapes mapped, tensors dequantised when asked for.

A tensor is read and dequantised a few hundred rows at a time on all cores, so that memory stays near
the size of the result. Does not know how the prepared folder is written.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from math import prod
from pathlib import Path

import gguf
import numpy as np
import torch
from gguf.constants import GGML_QUANT_SIZES
from gguf.quants import dequantize

from server.engine.shape import Dtype, ModelShape
from server.engine.weights import GROUP, TORCH_DTYPES
from server.errors import SourceProblem
from server.sources import tokenizer as tokenizers
from server.sources.checkpoint import ARCHITECTURES, Checkpoint, unsupported
from server.sources.four_bit import FourBit, Raw, open_blocks
from server.sources.fuse import fused
from server.sources.gguf_header import Header, Slot, read_header

_CHUNK_WEIGHTS = 1 << 18  # dequantised at once by one thread; fits the cache

# transformers' names → GGUF's, `{}` standing for the layer.
_NAMES = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


def gguf_name(name: str) -> str:
    """The GGUF name of a tensor that transformers calls `name`."""
    if name in _NAMES:
        return _NAMES[name]
    _, _, layer, part = name.split(".", 3)
    stem, _, ending = part.rpartition(".")
    return f"blk.{layer}.{_NAMES[stem]}.{ending}"


def open_gguf(path: Path, model: str, dtype: Dtype, closing: ExitStack) -> Checkpoint:
    """Open a GGUF file.

    Args:
        path: the file.
        model: the name that the prepared model will be shown under.
        dtype: what `tensor` returns.
        closing: closes the file and ends the threads.

    Raises:
        SourceProblem: `bad_model`, when the file is damaged, truncated or of an unsupported architecture.
    """
    header = read_header(path)
    architecture = header.text("general.architecture")
    if architecture not in ARCHITECTURES:
        raise unsupported(architecture)
    _check_length(path, header)
    tokenizer = tokenizers.from_gguf(header)
    shape = _shape(header, architecture, model, dtype, tokenizers.find_marks(tokenizer))
    names = {gguf_name(name): name for name in _known_names(shape)}
    if strange := sorted(header.slots.keys() - names):
        raise SourceProblem("bad_model", f"{path}: {len(strange)} unknown tensors, such as {strange[0]}")

    file = os.open(path, os.O_RDONLY)
    closing.callback(os.close, file)
    threads = closing.enter_context(ThreadPoolExecutor(os.cpu_count()))
    four_bit = {
        names[name]: partial(_read_four_bit, file, slot, threads)
        for name, slot in header.slots.items()
        if slot.type_number == gguf.GGMLQuantizationType.Q4_K
    }

    def tensor(name: str) -> torch.Tensor:
        slot = header.slots.get(gguf_name(name))
        if slot is None:
            raise SourceProblem("bad_model", f"{path}: the tensor {gguf_name(name)} is missing")
        return _read(file, slot, TORCH_DTYPES[dtype], threads)

    return Checkpoint(shape, tokenizer, header.text("tokenizer.chat_template") or None, tensor, four_bit)


def _shape(
    header: Header, architecture: str, model: str, dtype: Dtype, marks: tokenizers.Marks
) -> ModelShape:
    a = architecture
    if "rope_freqs.weight" in header.slots or header.text(f"{a}.rope.scaling.type", "none") != "none":
        raise SourceProblem("bad_model", f"{model}: stretched rope is not supported")
    if "token_embd.weight" not in header.slots:
        raise SourceProblem("bad_model", f"{model}: the tensor token_embd.weight is missing")
    num_layers = header.integer(f"{a}.block_count")
    if not 0 < num_layers <= len(header.slots):  # a damaged number must not be counted up to
        raise SourceProblem("bad_model", f"{model}: {num_layers} layers in {len(header.slots)} tensors")
    num_heads = header.integer(f"{a}.attention.head_count")
    hidden_size = header.integer(f"{a}.embedding_length")
    end_id = header.integer("tokenizer.ggml.eos_token_id")
    return ModelShape(
        model=model,
        vocab_size=header.slots["token_embd.weight"].shape[0],
        hidden_size=hidden_size,
        num_layers=num_layers,
        num_heads=num_heads,
        num_kv_heads=int(header.number(f"{a}.attention.head_count_kv", num_heads)),
        head_dim=int(header.number(f"{a}.attention.key_length", hidden_size // max(num_heads, 1))),
        intermediate_size=header.integer(f"{a}.feed_forward_length"),
        rope_theta=header.number(f"{a}.rope.freq_base", 10000.0),
        # Stored in single precision: 1e-06 comes back as 9.99999997e-07.
        norm_eps=float(f"{header.number(f'{a}.attention.layer_norm_rms_epsilon'):.6g}"),
        tied="output.weight" not in header.slots,
        max_positions=header.integer(f"{a}.context_length"),
        qkv_bias="blk.0.attn_q.bias" in header.slots,
        qk_norm="blk.0.attn_q_norm.weight" in header.slots,
        dtype=dtype,
        tokenizer="",
        start_id=marks.start_id,
        end_id=marks.end_id,
        endoftext_id=marks.endoftext_id,
        newline_id=marks.newline_id,
        end_ids=tuple(sorted({marks.end_id, marks.endoftext_id, end_id})),
    )


def _known_names(shape: ModelShape) -> set[str]:
    names: set[str] = set()

    def note(name: str) -> torch.Tensor:
        names.add(name)
        return torch.empty(shape.head_dim)  # what has to do with heads is taken apart by them

    for _ in fused(shape, note):
        pass
    return names


def _sizes(slot: Slot) -> tuple[gguf.GGMLQuantizationType, int]:
    """The type of a tensor and the bytes of one of its rows."""
    try:
        kind = gguf.GGMLQuantizationType(slot.type_number)
        block_weights, block_bytes = GGML_QUANT_SIZES[kind]
    except (ValueError, KeyError):
        raise SourceProblem("bad_model", f"GGUF tensor type {slot.type_number} is not supported") from None
    if slot.shape[-1] % block_weights:
        raise SourceProblem("bad_model", f"a GGUF tensor of shape {slot.shape} cannot be {kind.name}")
    return kind, slot.shape[-1] // block_weights * block_bytes


def _check_length(path: Path, header: Header) -> None:
    there = path.stat().st_size
    for name, slot in header.slots.items():
        end = slot.start_byte + prod(slot.shape[:-1]) * _sizes(slot)[1]
        if end > there:
            raise SourceProblem(
                "bad_model", f"{path}: truncated; {name} should end at byte {end}, the file ends at {there}"
            )


def _read(file: int, slot: Slot, dtype: torch.dtype, threads: ThreadPoolExecutor) -> torch.Tensor:
    kind, _ = _sizes(slot)
    num_rows, width = prod(slot.shape[:-1]), slot.shape[-1]
    result = torch.empty(num_rows, width, dtype=dtype)

    def fill(first: int, rows: int, raw: Raw) -> None:
        try:
            # One long row: the library would otherwise go sixteen rows at a time, in Python.
            values = dequantize(raw.reshape(1, -1), kind)
        except NotImplementedError:
            raise SourceProblem("bad_model", f"GGUF tensors of type {kind.name} are not supported") from None
        result[first : first + rows] = torch.from_numpy(values).view(rows, width)

    _each_chunk(file, slot, threads, fill)
    return result.reshape(slot.shape)


def _read_four_bit(file: int, slot: Slot, threads: ThreadPoolExecutor) -> FourBit:
    num_rows, width = slot.shape
    result = FourBit(
        torch.empty(num_rows, width, dtype=torch.uint8), torch.empty(num_rows, width // GROUP, 2)
    )

    def fill(first: int, rows: int, raw: Raw) -> None:
        found = open_blocks(raw, rows, width)
        result.nibbles[first : first + rows] = found.nibbles
        result.scales[first : first + rows] = found.scales

    _each_chunk(file, slot, threads, fill)
    return result


def _each_chunk(
    file: int, slot: Slot, threads: ThreadPoolExecutor, fill: Callable[[int, int, Raw], None]
) -> None:
    """Call `fill` in the threads with the first row, the number of rows and the bytes of every chunk."""
    row_bytes = _sizes(slot)[1]
    num_rows = prod(slot.shape[:-1])
    step = max(1, _CHUNK_WEIGHTS // slot.shape[-1])

    def work(first: int) -> None:
        rows = min(step, num_rows - first)
        raw = np.empty(rows * row_bytes, np.uint8)
        if os.preadv(file, [raw.data], slot.start_byte + first * row_bytes) != raw.nbytes:
            raise SourceProblem("bad_model", "the GGUF file ended while it was read")
        fill(first, rows, raw)

    for _ in threads.map(work, range(0, num_rows, step)):
        pass  # what a thread raised is raised here
