"""Tiny models of the right architecture, written to disk in every form that can be prepared."""

from __future__ import annotations

import json
from pathlib import Path

import gguf
import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from tokenizers.pre_tokenizers import ByteLevel

from server.engine.shape import ModelShape
from server.engine.weights import Weights, load_weights, projections
from server.sources.four_bit import Raw
from server.sources.fuse import fused

HIDDEN, WIDE, LAYERS, HEADS, KV_HEADS = 256, 512, 2, 4, 2
MARKS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
BYTES = sorted(ByteLevel.alphabet())
WORDS = ["h e", "l l", "he ll", "hell o"]
TOKENS = [*BYTES, *(merge.replace(" ", "") for merge in WORDS), *MARKS]
CHATML = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def tensors(*, tied: bool = False, architecture: str = "qwen2", seed: int = 0) -> dict[str, torch.Tensor]:
    """Random weights under transformers' names."""
    generator = torch.Generator().manual_seed(seed)

    def some(*size: int) -> torch.Tensor:
        return torch.randn(*size, generator=generator) / 8

    head_dim = HIDDEN // HEADS
    made = {"model.embed_tokens.weight": some(len(TOKENS), HIDDEN), "model.norm.weight": some(HIDDEN)}
    for i in range(LAYERS):
        layer = f"model.layers.{i}"
        for part, rows in (("q", HIDDEN), ("k", KV_HEADS * head_dim), ("v", KV_HEADS * head_dim)):
            made[f"{layer}.self_attn.{part}_proj.weight"] = some(rows, HIDDEN)
            if architecture == "qwen2":
                made[f"{layer}.self_attn.{part}_proj.bias"] = some(rows)
            elif part != "v":
                made[f"{layer}.self_attn.{part}_norm.weight"] = some(head_dim)
        made[f"{layer}.self_attn.o_proj.weight"] = some(HIDDEN, HIDDEN)
        made[f"{layer}.mlp.gate_proj.weight"] = some(WIDE, HIDDEN)
        made[f"{layer}.mlp.up_proj.weight"] = some(WIDE, HIDDEN)
        made[f"{layer}.mlp.down_proj.weight"] = some(HIDDEN, WIDE)
        made[f"{layer}.input_layernorm.weight"] = some(HIDDEN)
        made[f"{layer}.post_attention_layernorm.weight"] = some(HIDDEN)
    if not tied:
        made["lm_head.weight"] = some(len(TOKENS), HIDDEN)
    return made


def config(architecture: str = "qwen2", **more: object) -> dict[str, object]:
    """The config.json of the tiny model."""
    return {
        "model_type": architecture,
        "vocab_size": len(TOKENS),
        "hidden_size": HIDDEN,
        "intermediate_size": WIDE,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": KV_HEADS,
        "max_position_embeddings": 512,
        "rms_norm_eps": 1e-6,
        "rope_theta": 1e6,
        "eos_token_id": TOKENS.index("<|im_end|>"),
        **more,
    }


def write_gguf(
    path: Path,
    *,
    architecture: str = "qwen2",
    tied: bool = False,
    template: str = CHATML,
    extra: bool = False,
    pre: str = "qwen2",
    four_bit: tuple[str, ...] = (),
) -> Path:
    """Write a GGUF file with the reference writer, its tensors in several quantised types.

    Those that `four_bit` names, such as `blk.0.ffn_down.weight`, are Q4_K with random blocks.
    """
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_block_count(LAYERS)
    writer.add_context_length(512)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(WIDE)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_freq_base(1e6)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(TOKENS)
    writer.add_token_types([3 if token in MARKS else 1 for token in TOKENS])
    writer.add_token_merges(WORDS)
    writer.add_eos_token_id(TOKENS.index("<|im_end|>"))
    writer.add_chat_template(template)
    kinds = [gguf.GGMLQuantizationType[name] for name in ("Q8_0", "Q5_0", "Q4_0", "F16", "BF16")]
    stems = {"q": "attn_q", "k": "attn_k", "v": "attn_v", "o": "attn_output"}
    for place, (name, tensor) in enumerate(tensors(tied=tied, architecture=architecture).items()):
        there = name.replace("model.layers.", "blk.").replace("model.embed_tokens", "token_embd")
        for short, stem in stems.items():
            there = there.replace(f"self_attn.{short}_proj", stem).replace(
                f"self_attn.{short}_norm", f"{stem}_norm"
            )
        for part in ("gate", "up", "down"):
            there = there.replace(f"mlp.{part}_proj", f"ffn_{part}")
        there = there.replace("input_layernorm", "attn_norm").replace("post_attention_layernorm", "ffn_norm")
        there = there.replace("lm_head", "output").replace("model.norm", "output_norm")
        if there in four_bit:
            kind = gguf.GGMLQuantizationType.Q4_K
            writer.add_tensor(there, four_bit_blocks(tensor.shape[0], tensor.shape[1], place), raw_dtype=kind)
            continue
        values = tensor.numpy().astype(np.float32)
        kind = kinds[place % len(kinds)] if values.ndim == 2 else gguf.GGMLQuantizationType.F32
        writer.add_tensor(there, gguf.quants.quantize(values, kind), raw_dtype=kind)
    if extra:
        writer.add_tensor("blk.0.attn_sinks.weight", np.zeros(4, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def four_bit_blocks(rows: int, width: int, seed: int) -> Raw:
    """Random Q4_K blocks, the bytes of a row in each row."""
    random = np.random.default_rng(seed)
    blocks = random.integers(0, 256, (rows, width // 256, 144), dtype=np.uint8)
    wide = random.uniform(1e-5, 1e-3, (rows, width // 256, 2)).astype(np.float16)
    blocks[:, :, :4] = wide.view(np.uint8)
    return blocks.reshape(rows, -1)


def write_directory(
    folder: Path,
    *,
    architecture: str = "qwen2",
    tied: bool = False,
    shards: int = 1,
    template: str | None = CHATML,
    **more: object,
) -> Path:
    """Write a folder as `save_pretrained` does."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config(architecture, **more)), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": template}), encoding="utf-8")
    (folder / "tokenizer.json").write_text(tokenizer_json(), encoding="utf-8")
    weights = {
        name: tensor.bfloat16() for name, tensor in tensors(tied=tied, architecture=architecture).items()
    }
    if shards == 1:
        save_file(weights, folder / "model.safetensors")
        return folder
    where = {}
    for shard in range(shards):
        file = f"model-{shard + 1:05}-of-{shards:05}.safetensors"
        part = dict(list(weights.items())[shard::shards])
        save_file(part, folder / file)
        where |= dict.fromkeys(part, file)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": where}), encoding="utf-8")
    return folder


def tokenizer_json() -> str:
    """The tiny tokenizer as a publisher writes it, with truncation left in by training."""
    merges = [(left, right) for left, right in (merge.split(" ") for merge in WORDS)]
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(TOKENS)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(mark, special=True, normalized=False) for mark in MARKS])
    tokenizer.enable_truncation(4)
    return tokenizer.to_str()


def same_weights(made: Path, *, tied: bool = False, architecture: str = "qwen2") -> None:
    """The prepared weights are the tiny model's, fused and rounded once."""
    shape = ModelShape.load(made)
    source = tensors(tied=tied, architecture=architecture)
    wanted = dict(fused(shape, lambda name: source[name].bfloat16().to(torch.float32)))
    found = load_weights(made, shape)
    if shape.dtype == "int8":
        found = unrounded(found, shape, wanted)
    assert found.keys() == wanted.keys()
    assert all(torch.equal(found[name], wanted[name].to(found[name].dtype)) for name in wanted)


def unrounded(found: Weights, shape: ModelShape, plain: Weights) -> Weights:
    """The tensors of an int8 model under the names of a plain one.

    Projections that are within half a step of `plain`, as they must be, are given as in `plain`.
    """
    made = {name: tensor for name, tensor in found.items() if not name.startswith(tuple(projections(shape)))}
    for name in projections(shape):
        if f"{name}.bias" in found:
            made[f"{name}.bias"] = found[f"{name}.bias"]
        whole, scale, smooth = (found[f"{name}.{part}"] for part in ("weight", "scale", "smooth"))
        there = name if name == "head" else f"{name}.weight"
        wanted = plain["embed" if there == "head" and shape.tied else there]
        off = (whole * scale.unsqueeze(1) - wanted.float() / smooth).abs()
        assert (off <= 0.5001 * scale.unsqueeze(1)).all(), name
        if there in plain:
            made[there] = wanted
    return made
