"""A model as its publisher stores it, opened for preparing; and how a transformers folder is opened.

Knows `config.json`, safetensors (one file or several with an index) and `tokenizer.json`; knows nothing of
networks, nor of what the prepared folder looks like beyond its shape.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from tokenizers import Tokenizer

from server.engine.shape import Dtype, ModelShape
from server.errors import SourceProblem
from server.sources import tokenizer as tokenizers
from server.sources.four_bit import FourBit

ARCHITECTURES = ("qwen2", "qwen3")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """An opened model: everything that preparing needs, each tensor read when it is asked for.

    `tensor` takes transformers' Qwen names (`model.layers.0.mlp.up_proj.weight`) and raises `SourceProblem`.
    `four_bit` has those that the publisher stores in 4 bits, and opens them as they are.
    """

    shape: ModelShape
    tokenizer: Tokenizer
    chat_template: str | None
    tensor: Callable[[str], torch.Tensor]
    four_bit: Mapping[str, Callable[[], FourBit]] = field(default_factory=dict)


def unsupported(architecture: str) -> SourceProblem:
    """The problem of a model that the engine cannot run."""
    return SourceProblem(
        "bad_model",
        f"architecture {architecture!r} is not supported; this server runs {' and '.join(ARCHITECTURES)} "
        "(Qwen1.5, Qwen2, Qwen2.5 and Qwen3 instruct models)",
    )


def open_directory(folder: Path, model: str, dtype: Dtype, closing: ExitStack) -> Checkpoint:
    """Open a folder as `save_pretrained` writes it.

    Args:
        folder: holds config.json, tokenizer.json and *.safetensors.
        model: the name that the prepared model will be shown under.
        dtype: what the prepared weights will be.
        closing: closes the opened files.

    Raises:
        SourceProblem: `bad_model`, when something is missing, damaged or not supported.
    """
    config = _json(folder / "config.json", needed=True)
    tokenizer = tokenizers.from_file(folder / "tokenizer.json")
    marks = tokenizers.find_marks(tokenizer)
    tensors = _open_tensors(folder, closing)
    generation = _json(folder / "generation_config.json")
    stored_ends = [generation.get("eos_token_id"), config.get("eos_token_id")]
    ends = {number for entry in stored_ends for number in (entry if isinstance(entry, list) else [entry])}
    try:
        shape = _shape(config, tensors, model, dtype, marks, ends)
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise SourceProblem("bad_model", f"{folder / 'config.json'}: {error!r} is missing or wrong") from None

    def tensor(name: str) -> torch.Tensor:
        opened = tensors.get(name)
        if opened is None:
            raise SourceProblem("bad_model", f"{folder}: the tensor {name} is missing")
        try:
            found: torch.Tensor = opened.get_tensor(name)
        except (SafetensorError, OSError) as error:
            raise SourceProblem("bad_model", f"{folder}: {name}: {error}") from None
        return found

    return Checkpoint(shape, tokenizer, _template(folder), tensor)


def _shape(
    config: dict[str, Any],
    tensors: dict[str, Any],
    model: str,
    dtype: Dtype,
    marks: tokenizers.Marks,
    ends: set[Any],
) -> ModelShape:
    architecture = str(config.get("model_type"))
    if architecture not in ARCHITECTURES:
        raise unsupported(architecture)
    # Newer files keep rope together in `rope_parameters`, older ones apart.
    rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
    unknown = [
        what
        for what, there in (
            ("stretched rope", rope.get("rope_type", rope.get("type", "default")) != "default"),
            ("a sliding window", bool(config.get("use_sliding_window"))),
            (f"activation {config.get('hidden_act')!r}", config.get("hidden_act", "silu") != "silu"),
            ("quantised weights", "quantization_config" in config),
            ("attention bias", architecture == "qwen3" and bool(config.get("attention_bias"))),
        )
        if there
    ]
    if unknown:
        raise SourceProblem("bad_model", f"{model}: {', '.join(unknown)}: not supported")
    num_heads, hidden_size = int(config["num_attention_heads"]), int(config["hidden_size"])
    num_layers = int(config["num_hidden_layers"])
    if not 0 < num_layers <= len(tensors):
        raise SourceProblem("bad_model", f"{model}: {num_layers} layers in {len(tensors)} tensors")
    return ModelShape(
        model=model,
        vocab_size=int(config["vocab_size"]),
        hidden_size=hidden_size,
        num_layers=num_layers,
        num_heads=num_heads,
        num_kv_heads=int(config.get("num_key_value_heads") or num_heads),
        head_dim=int(config.get("head_dim") or hidden_size // num_heads),
        intermediate_size=int(config["intermediate_size"]),
        rope_theta=float(rope.get("rope_theta") or config.get("rope_theta") or 10000.0),
        norm_eps=float(config.get("rms_norm_eps", 1e-6)),
        # A file that stores its head uses it, whatever the configuration says.
        tied="lm_head.weight" not in tensors,
        max_positions=int(config["max_position_embeddings"]),
        qkv_bias=architecture == "qwen2",
        qk_norm=architecture == "qwen3",
        dtype=dtype,
        tokenizer="",
        start_id=marks.start_id,
        end_id=marks.end_id,
        endoftext_id=marks.endoftext_id,
        newline_id=marks.newline_id,
        end_ids=tuple(sorted({marks.end_id, marks.endoftext_id} | {n for n in ends if isinstance(n, int)})),
    )


def _open_tensors(folder: Path, closing: ExitStack) -> dict[str, Any]:
    """Every tensor's name with the opened file that holds it."""
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        files = sorted({str(file) for file in _json(index).get("weight_map", {}).values()})
    else:
        files = ["model.safetensors"]
    tensors: dict[str, Any] = {}
    for file in files:
        path = folder / file
        if path.parent != folder or not path.is_file():
            raise SourceProblem("bad_model", f"{path}: missing; a model folder needs safetensors weights")
        try:
            opened = closing.enter_context(safe_open(path, framework="pt", device="cpu"))
        except (SafetensorError, OSError) as error:
            raise SourceProblem("bad_model", f"{path}: not usable, perhaps truncated ({error})") from None
        tensors.update(dict.fromkeys(opened.keys(), opened))
    return tensors


def _template(folder: Path) -> str | None:
    apart = folder / "chat_template.jinja"
    if apart.is_file():
        return apart.read_text(encoding="utf-8")
    template = _json(folder / "tokenizer_config.json").get("chat_template")
    if isinstance(template, list):  # several named ones
        template = next((entry["template"] for entry in template if entry.get("name") == "default"), None)
    return template if isinstance(template, str) else None


def _json(path: Path, *, needed: bool = False) -> dict[str, Any]:
    if not path.is_file():
        if needed:
            raise SourceProblem(
                "bad_model", f"{path.parent}: there is no model here ({path.name} is missing)"
            )
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceProblem("bad_model", f"{path}: cannot be read ({error})") from None
    if not isinstance(found, dict):
        raise SourceProblem("bad_model", f"{path}: not a JSON object")
    return found
