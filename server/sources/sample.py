"""The network run over a small text while its weights go by, to see what its projections are given.

Works a layer at a time on weights as `fuse` makes them. The engine's own forward pass is another
matter: it has caches and a step's ragged rows, and needs the whole model.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from server.engine.shape import ModelShape

_BETWEEN = "%%\n"
# Words of the vocabulary, out of order: some channels become large on one word only, and no text has all.
_WORD = re.compile(r"[\u4e00-\u9fff，。、：；！？]+| ?[A-Za-z]{2,}")
_NUM_TOKENS_SEEN, _NUM_WORDS, _WORDS_OF_A_TEXT = 112_000, 1024, 256


def sample_ids(tokenizer: Tokenizer) -> list[list[int]]:
    """The ids of some texts.

    Those of `calibration.txt`, conversations in the model's own marks among them; then the vocabulary's
    words, the commoner ones, evenly taken and shuffled always in the same way.
    """
    text = files("server.sources").joinpath("calibration.txt").read_text(encoding="utf-8")
    texts = [tokenizer.encode(part.strip(), add_special_tokens=False).ids for part in text.split(_BETWEEN)]
    size = min(tokenizer.get_vocab_size(), _NUM_TOKENS_SEEN)
    words = [token for token in range(size) if _WORD.fullmatch(tokenizer.decode([token]))]
    random.Random(0).shuffle(words)  # noqa: S311 (no secret)
    words = words[:_NUM_WORDS]
    return texts + [words[at : at + _WORDS_OF_A_TEXT] for at in range(0, len(words), _WORDS_OF_A_TEXT)]


class Sample:
    """The rows of some texts on their way through the network.

    Args:
        shape: the network's.
        texts: the ids of each.
        embed: `[vocabulary, hidden]`.
    """

    def __init__(self, shape: ModelShape, texts: list[list[int]], embed: torch.Tensor) -> None:
        self._shape = shape
        self._lengths = [min(len(text), shape.max_positions) for text in texts]
        ids = [token for text, length in zip(texts, self._lengths, strict=True) for token in text[:length]]
        self.rows = F.embedding(torch.tensor(ids), embed).float()
        steps = torch.arange(0, shape.head_dim, 2).float() / shape.head_dim
        angles = torch.outer(torch.arange(max(self._lengths)).float(), 1.0 / shape.rope_theta**steps)
        self._turns = torch.polar(torch.ones_like(angles), angles)

    def layer(self, tensors: Mapping[str, torch.Tensor]) -> Iterator[tuple[str, torch.Tensor, torch.Tensor]]:
        """Go through one layer.

        Args:
            tensors: its tensors, `qkv.weight` and so on.

        Yields:
            each projection's name (`qkv`, `o`, `gate_up`, `down`), the rows `[n, in]` that it is given, and
            what an error in each row's products counts `[n]`: the less, the larger the row is that they
            are added to.
        """
        held = {name: tensor.float() for name, tensor in tensors.items() if not name.endswith("weight")}
        given = self._normed(held["norm1"])
        yield "qkv", given, torch.ones(len(given))
        heads = _product(given, tensors["qkv.weight"])
        seen = self._attend(heads + held["qkv.bias"] if "qkv.bias" in held else heads, held)
        self.rows = self.rows + _product(seen, tensors["o.weight"])
        yield "o", seen, self._importance()
        given = self._normed(held["norm2"])
        yield "gate_up", given, torch.ones(len(given))
        gate, up = _product(given, tensors["gate_up.weight"]).chunk(2, -1)
        inner = F.silu(gate) * up
        self.rows = self.rows + _product(inner, tensors["down.weight"])
        yield "down", inner, self._importance()

    def last(self, norm: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """What the head is given, and what its errors count; see `layer`."""
        given = self._normed(norm.float())
        return given, torch.ones(len(given))

    def _importance(self) -> torch.Tensor:
        return 1 / self.rows.square().mean(1).clamp_min(1e-12)

    def _normed(self, weight: torch.Tensor) -> torch.Tensor:
        return F.rms_norm(self.rows, self.rows.shape[-1:], weight, self._shape.norm_eps)

    def _attend(self, heads: torch.Tensor, held: Mapping[str, torch.Tensor]) -> torch.Tensor:
        shape, size = self._shape, (self._shape.head_dim,)
        counts = [shape.num_heads, shape.num_kv_heads, shape.num_kv_heads]
        seen = []
        for text in torch.split(heads.view(len(heads), -1, shape.head_dim), self._lengths):
            queries, keys, values = torch.split(text, counts, 1)
            if shape.qk_norm:
                queries = F.rms_norm(queries, size, held["q_norm"], shape.norm_eps)
                keys = F.rms_norm(keys, size, held["k_norm"], shape.norm_eps)
            found = F.scaled_dot_product_attention(
                self._turned(queries).transpose(0, 1),
                self._turned(keys).transpose(0, 1),
                values.transpose(0, 1),
                is_causal=True,
                enable_gqa=True,
            )
            seen.append(found.transpose(0, 1).flatten(1))
        return torch.cat(seen)

    def _turned(self, heads: torch.Tensor) -> torch.Tensor:
        pairs = torch.view_as_complex(heads.reshape(*heads.shape[:-1], -1, 2))
        return torch.view_as_real(pairs * self._turns[: len(heads)].unsqueeze(1)).flatten(-2)


def _product(rows: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """`rows @ weight.T` in fp32, computed in the weight's dtype where the processor is fast in it."""
    dtype = weight.dtype if torch.ops.mkldnn._is_mkldnn_bf16_supported() else torch.float32
    return F.linear(rows.to(dtype), weight.to(dtype)).float()
