"""Tiny random models in the prepared form, and the same weights inside transformers."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from tokenizers.pre_tokenizers import ByteLevel
from transformers import Qwen2Config, Qwen2ForCausalLM, Qwen3Config, Qwen3ForCausalLM

from server.engine.batch import Batch
from server.engine.model import Model
from server.engine.shape import Dtype, ModelShape, fingerprint
from server.engine.text import Text
from server.engine.types import Begun, Ended, EngineOptions, EngineRequest, Event, Sampling, Tokens, Turn
from server.engine.weights import Weights, expected, save_weights
from server.sources.four_bit import FourBit
from server.sources.quantise import quantised

MERGES = [("h", "e"), ("l", "l"), ("he", "ll"), ("hell", "o"), ("Ġ", "hello"), ("ä", "½"), ("ä½", "ł")]
MARKS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
KINDS = ("qwen1.5", "qwen2.5", "qwen3")
GREEDY = Sampling(temperature=0.0, repetition_penalty=1.0, max_tokens=12)
CHATML = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def write_tokenizer(folder: Path) -> Path:
    """A byte-level tokenizer with Qwen's marks, and one added token that is not special."""
    vocabulary = [*sorted(ByteLevel.alphabet()), *(left + right for left, right in MERGES)]
    tokenizer = Tokenizer(models.BPE({token: place for place, token in enumerate(vocabulary)}, MERGES))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(mark, special=True, normalized=False) for mark in MARKS])
    tokenizer.add_tokens([AddedToken("<tool_call>", special=False, normalized=False)])
    path = folder / "tokenizer.json"
    tokenizer.save(str(path))
    return path


def tiny_shape(folder: Path, kind: str = "qwen2.5") -> ModelShape:
    """The shape of a tiny model of one family, with the tokenizer that `write_tokenizer` wrote."""
    tokenizer = folder / "tokenizer.json"
    ids = {token["content"]: token["id"] for token in json.loads(tokenizer.read_text())["added_tokens"]}
    newline = sorted(ByteLevel.alphabet()).index("Ċ")
    return ModelShape(
        model=f"tiny {kind}",
        vocab_size=len(ByteLevel.alphabet()) + len(MERGES) + len(MARKS) + 1 + 4,  # some rows too many
        hidden_size=48,
        num_layers=2,
        num_heads=4,
        num_kv_heads=4 if kind == "qwen1.5" else 2,
        head_dim=16 if kind == "qwen3" else 12,
        intermediate_size=80,
        rope_theta=1e6 if kind == "qwen1.5" else 1e4,
        norm_eps=1e-6,
        tied=kind != "qwen1.5",
        max_positions=512,
        qkv_bias=kind != "qwen3",
        qk_norm=kind == "qwen3",
        dtype="fp32",
        tokenizer=fingerprint(tokenizer),
        start_id=ids["<|im_start|>"],
        end_id=ids["<|im_end|>"],
        endoftext_id=ids["<|endoftext|>"],
        newline_id=newline,
        end_ids=(ids["<|im_end|>"], ids["<|endoftext|>"]),
    )


def random_weights(shape: ModelShape, seed: int = 0) -> Weights:
    """Weights large enough that the model does not say the same token for ever; in int8 those, rounded."""
    generator = torch.Generator().manual_seed(seed)
    plain = {
        name: 1 + torch.randn(size, generator=generator) / 10
        if "norm" in name
        else torch.randn(size, generator=generator) * (1.0 if name in {"embed", "head"} else 0.35)
        for name, (size, _) in expected(replace(shape, dtype="fp32")).items()
    }
    if shape.dtype == "fp32":
        return plain
    half = {name: tensor.bfloat16() for name, tensor in plain.items()}
    if shape.dtype == "bf16":
        return half
    text = torch.randint(shape.vocab_size, (40,), generator=generator).tolist()
    return dict(quantised(shape, half.items(), [text], no_twin))


def no_twin(name: str) -> FourBit:
    """A random model has no file whose 4 bits it could keep."""
    raise AssertionError(f"{name} has no twin")


def halves(rows: torch.Tensor, head_dim: int) -> torch.Tensor:
    """Rows as transformers has them: in each head, the first of all rotary pairs before the second."""
    return rows.unflatten(0, (-1, head_dim // 2, 2)).transpose(1, 2).flatten(0, 2)


def write_prepared(folder: Path, kind: str = "qwen2.5", seed: int = 0, dtype: Dtype = "fp32") -> ModelShape:
    """A whole prepared folder."""
    write_tokenizer(folder)
    shape = replace(tiny_shape(folder, kind), dtype=dtype)
    shape.save(folder)
    save_weights(folder, random_weights(shape, seed).items())
    (folder / "complete").touch()
    return shape


def in_transformers(shape: ModelShape, weights: Weights) -> Any:
    """The reference: transformers' own modules around the same tensors."""
    sizes: dict[str, Any] = {
        "vocab_size": shape.vocab_size,
        "hidden_size": shape.hidden_size,
        "intermediate_size": shape.intermediate_size,
        "num_hidden_layers": shape.num_layers,
        "num_attention_heads": shape.num_heads,
        "num_key_value_heads": shape.num_kv_heads,
        "head_dim": shape.head_dim,
        "max_position_embeddings": shape.max_positions,
        "rms_norm_eps": shape.norm_eps,
        "rope_parameters": {"rope_type": "default", "rope_theta": shape.rope_theta},
        "tie_word_embeddings": shape.tied,
        "dtype": torch.float32,
        "bos_token_id": None,
        "eos_token_id": None,
        "pad_token_id": None,
    }
    model = (
        Qwen3ForCausalLM(Qwen3Config(**sizes)) if shape.qk_norm else Qwen2ForCausalLM(Qwen2Config(**sizes))
    )
    state = {"model.embed_tokens.weight": weights["embed"], "model.norm.weight": weights["norm"]}
    state["lm_head.weight"] = weights["embed" if shape.tied else "head"]
    for i in range(shape.num_layers):
        here, there = f"layers.{i}", f"model.layers.{i}"
        rows = [shape.q_rows, shape.kv_rows, shape.kv_rows]
        for kind in ("weight", "bias")[: 1 + shape.qkv_bias]:
            for part, tensor in zip("qkv", weights[f"{here}.qkv.{kind}"].split(rows), strict=True):
                state[f"{there}.self_attn.{part}_proj.{kind}"] = (
                    tensor if part == "v" else halves(tensor, shape.head_dim)
                )
        if shape.qk_norm:
            for norm in ("q_norm", "k_norm"):
                state[f"{there}.self_attn.{norm}.weight"] = halves(weights[f"{here}.{norm}"], shape.head_dim)
        gate, up = weights[f"{here}.gate_up.weight"].chunk(2)
        state[f"{there}.mlp.gate_proj.weight"], state[f"{there}.mlp.up_proj.weight"] = gate, up
        state[f"{there}.mlp.down_proj.weight"] = weights[f"{here}.down.weight"]
        state[f"{there}.self_attn.o_proj.weight"] = weights[f"{here}.o.weight"]
        state[f"{there}.input_layernorm.weight"] = weights[f"{here}.norm1"]
        state[f"{there}.post_attention_layernorm.weight"] = weights[f"{here}.norm2"]
    model.load_state_dict(state, strict=True, assign=True)
    return model.eval()


class Tiny:
    """A tiny model: batches of it, and what transformers says."""

    def __init__(self, folder: Path, kind: str = "qwen2.5", seed: int = 0) -> None:
        write_tokenizer(folder)
        self.folder = folder
        self.shape = tiny_shape(folder, kind)
        self.text = Text(folder)
        self.weights = random_weights(self.shape, seed)

    @functools.cached_property
    def reference(self) -> Any:
        """The same weights in transformers."""
        return in_transformers(self.shape, self.weights)

    def batch(self, **options: Any) -> Batch:
        """A fresh engine without a process; small chunks, so that every prompt needs several."""
        wanted = EngineOptions(
            self.folder, **{"chunk_tokens": 16, "shared_chunk_tokens": 16, "window_tokens": 512, **options}
        )
        return Batch(self.model(wanted.max_running), self.text, wanted)

    def model(self, num_slots: int = 1) -> Model:
        """The network with slots of its own."""
        return Model(self.shape, self.weights, torch.device("cpu"), num_slots, 512)

    def turn(self, question: str, ended: Ended) -> Turn:
        """The past turn that an ended reply leaves behind."""
        return Turn(
            question,
            self.text.decode(ended.answer_ids),
            ended.question_ids,
            ended.answer_ids,
            self.shape.tokenizer,
        )

    def generate(self, ids: Sequence[int], max_tokens: int = 12, penalty: float = 1.0) -> tuple[int, ...]:
        """transformers' greedy answer to a prompt, without the end token."""
        return generate(self.reference, self.shape, ids, max_tokens, penalty)


@torch.inference_mode()
def generate(
    reference: Any, shape: ModelShape, ids: Sequence[int], max_tokens: int, penalty: float = 1.0
) -> tuple[int, ...]:
    """Greedy ids of `generate`, without the end token."""
    prompt = torch.tensor([list(ids)])
    whole = reference.generate(
        prompt,
        attention_mask=torch.ones_like(prompt),
        do_sample=False,
        max_new_tokens=max_tokens,
        repetition_penalty=penalty,
        eos_token_id=list(shape.end_ids),
        pad_token_id=shape.endoftext_id,
    )[0].tolist()
    answer = whole[len(ids) :]
    return tuple(answer[:-1] if answer and answer[-1] in shape.end_ids else answer)


def request(name: str, question: str = "hello", **more: Any) -> EngineRequest:
    """A greedy request of a conversation of the same name, unless told otherwise."""
    wanted: dict[str, Any] = {"conversation": name, "user": name, "system": "Be brief.", "sampling": GREEDY}
    return EngineRequest(id=name, question=question, **{**wanted, **more})


def run(batch: Batch, *requests: EngineRequest) -> dict[str, list[Event]]:
    """Ask all at once and step to the end. Returns the events by request."""
    events = [event for one in requests for event in batch.ask(one)]
    while not batch.idle:
        events += batch.step()
    return {one.id: [event for event in events if event.id == one.id] for one in requests}


def ended(events: Sequence[Event]) -> Ended:
    """The one end of a reply, which is its last event."""
    assert [event for event in events if isinstance(event, Ended)] == [events[-1]]
    last = events[-1]
    assert isinstance(last, Ended)
    return last


def begun(events: Sequence[Event]) -> Begun:
    """The last beginning of a reply."""
    return [event for event in events if isinstance(event, Begun)][-1]


def spoken(events: Sequence[Event]) -> tuple[int, ...]:
    """All ids of a reply; `answer_ids` leaves out those of a character that stayed open."""
    return tuple(token for event in events if isinstance(event, Tokens) for token in event.ids)


def shown(events: Sequence[Event]) -> str:
    """The text of a reply."""
    return "".join(event.text for event in events if isinstance(event, Tokens))
