"""Measures what 8 bits cost in quality: the same texts read by the engine in int8 and in bf16.

For every token of two fixed texts (`text_zh.txt`, `text_en.txt`), which no part of preparing a model looks
at, the distributions of the next one are compared. Says nothing about how good the model itself is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import torch
from tokenizers import Tokenizer

from server.engine.model import Model, Run
from server.engine.operators import choose_operator
from server.engine.shape import TOKENIZER_FILE, ModelShape
from server.engine.weights import load_weights

TEXTS: Final = ("zh", "en")
CHUNK_TOKENS: Final = 512

Logits = Callable[[list[int]], torch.Tensor]


@dataclass(slots=True)
class Divergence:
    """How far predictions are from those of a reference, summed up over the tokens so far."""

    total: float = 0.0
    agreeing: int = 0
    tokens: list[int] = field(default_factory=list)

    def add(self, ids: list[int], found: torch.Tensor, reference: torch.Tensor) -> None:
        """Count the predictions after each of `ids`: logits `[len(ids), vocabulary]` of both."""
        ours, theirs = found.float().log_softmax(-1), reference.float().log_softmax(-1)
        self.total += float((theirs.exp() * (theirs - ours)).sum())
        self.agreeing += int((ours.argmax(-1) == theirs.argmax(-1)).sum())
        self.tokens += ids

    def figures(self) -> dict[str, float]:
        """KL(reference ‖ found) in nats and the part of equal best tokens in percent, means over tokens."""
        count = max(len(self.tokens), 1)
        return {
            "mean_kl": self.total / count,
            "top1_agreement_percent": 100 * self.agreeing / count,
            "num_tokens": len(self.tokens),
        }


def quality(int8_folder: Path, bf16_folder: Path) -> dict[str, dict[str, float]]:
    """Compare two prepared folders of one model, the engine computing both.

    Returns:
        `mean_kl`, `top1_agreement_percent` and `num_tokens` of each text.
    """
    tokenizer = Tokenizer.from_file(str(bf16_folder / TOKENIZER_FILE))
    found, reference = engine_logits(int8_folder), engine_logits(bf16_folder)
    return {
        text: compare(tokenizer.encode(read_text(text)).ids, found, reference).figures() for text in TEXTS
    }


def read_text(name: str) -> str:
    """One of the fixed texts."""
    return Path(__file__).with_name(f"text_{name}.txt").read_text(encoding="utf-8")


def compare(ids: list[int], found: Logits, reference: Logits, chunk_tokens: int = CHUNK_TOKENS) -> Divergence:
    """Read a text in chunks that know nothing of each other.

    Args:
        ids: the text.
        found: gives the logits `[n, vocabulary]` after each of n ids.
        reference: the same, as it should be.
        chunk_tokens: the length of a chunk.
    """
    divergence = Divergence()
    for first in range(0, len(ids), chunk_tokens):
        chunk = ids[first : first + chunk_tokens]
        divergence.add(chunk, found(chunk), reference(chunk))
    return divergence


def engine_logits(folder: Path) -> Logits:
    """What the engine's own forward pass says, with the operator that it would choose on this machine."""
    shape = ModelShape.load(folder)
    operator = choose_operator()[0] if shape.dtype == "int8" else None
    weights = load_weights(folder, shape)
    model = Model(shape, weights, torch.device("cpu"), 1, CHUNK_TOKENS, operator)
    model.pack()
    return lambda ids: model.step([Run(0, 0, ids, "all")])
