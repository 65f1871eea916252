"""Logits to tokens. The draw for a position depends on the seed and the position alone.

So the same request gives the same answer alone, in any batch, and after the engine was restarted.
This module does not know about conversations.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import torch

from server.engine.types import Sampling

_BLOCK = 128


class Chooser:
    """How one reply chooses its tokens: its sampling, its seed, and the ids a repetition is measured by."""

    __slots__ = ("_known", "_num_seen", "_seen", "num_chosen", "sampling", "seed")

    def __init__(
        self, sampling: Sampling, prompt: Iterable[int], num_chosen: int, device: torch.device
    ) -> None:
        """`prompt` includes what was generated before; `num_chosen` is how much of it was."""
        self.sampling = sampling
        self.seed = sampling.seed or 0
        self.num_chosen = num_chosen
        self._known = set(prompt) if self.penalised else set()
        self._num_seen = len(self._known)
        room = len(self._known) + sampling.max_tokens if self.penalised else 0
        self._seen = torch.zeros(room, dtype=torch.long, device=device)
        self._seen[: self._num_seen] = torch.tensor(sorted(self._known), dtype=torch.long)

    @property
    def penalised(self) -> bool:
        """Whether ids that were seen become less likely."""
        return self.sampling.repetition_penalty != 1.0

    @property
    def greedy(self) -> bool:
        """Whether the likeliest token is taken."""
        return self.sampling.temperature <= 0 or self.sampling.top_k == 1

    def penalise(self, logits: torch.Tensor) -> None:
        """Make the ids seen so far less likely, in place, in one row of logits."""
        seen = self._seen[: self._num_seen]
        scores = logits[seen]
        penalty = self.sampling.repetition_penalty
        logits[seen] = torch.where(scores > 0, scores / penalty, scores * penalty)

    def chose(self, token: int) -> None:
        """`token` is the next of the answer."""
        self.num_chosen += 1
        if self.penalised and token not in self._known and self._num_seen < len(self._seen):
            self._known.add(token)
            self._seen[self._num_seen] = token
            self._num_seen += 1

    def uniform(self) -> float:
        """The draw in [0, 1) for the next position."""
        key = f"{self.seed}:{self.num_chosen}".encode()
        return (int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "big") >> 11) / (1 << 53)


@torch.inference_mode()
def choose(logits: torch.Tensor, choosers: Sequence[Chooser]) -> list[int]:
    """The next token of each row. `logits` (fp32) is changed.

    The choosers are told; the order is that of transformers: penalty, temperature, top-k, top-p.
    """
    for row, chooser in enumerate(choosers):
        if chooser.penalised:
            chooser.penalise(logits[row])
    drawn = [row for row, chooser in enumerate(choosers) if not chooser.greedy]
    if not drawn:
        tokens = logits.argmax(-1).tolist()
    elif len(drawn) == len(choosers):
        tokens = _draw(logits, choosers).tolist()
    else:
        best = logits.argmax(-1)
        best[drawn] = _draw(logits[drawn], [choosers[row] for row in drawn])
        tokens = best.tolist()
    for chooser, token in zip(choosers, tokens, strict=True):
        chooser.chose(token)
    return tokens


def _draw(logits: torch.Tensor, choosers: Sequence[Chooser]) -> torch.Tensor:
    # Only the top k go through softmax: over the whole vocabulary it costs more than a layer.
    vocab = logits.shape[1]
    widths = [min(chooser.sampling.top_k, vocab) or vocab for chooser in choosers]

    def column(values: list[float]) -> torch.Tensor:
        return torch.tensor(values, device=logits.device).unsqueeze(1)

    scores, tokens = _top(logits, max(widths))
    scores = scores / column([chooser.sampling.temperature for chooser in choosers])
    ranks = torch.arange(scores.shape[1], device=logits.device)
    scores = scores.masked_fill(ranks >= column([float(width) for width in widths]), float("-inf"))
    shares = scores.softmax(-1)
    before = shares.cumsum(-1) - shares
    # The likeliest token always stays; the one that crosses top_p is the last to stay.
    kept = (before < column([chooser.sampling.top_p for chooser in choosers])) | (ranks == 0)
    sums = (shares * kept).cumsum(-1)
    target = column([chooser.uniform() for chooser in choosers]) * sums[:, -1:]
    place = (sums <= target).sum(-1, keepdim=True).minimum(kept.sum(-1, keepdim=True) - 1)
    return tokens.gather(1, place).squeeze(1)


def _top(logits: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """As `topk`, which looks at the vocabulary one number after the other: ten times slower on a CPU.

    The largest logits lie in the blocks that have the largest maxima.
    """
    num_rows, vocab = logits.shape
    if vocab % _BLOCK or count * 4 > vocab // _BLOCK:
        return logits.topk(count, dim=-1)
    blocks = logits.view(num_rows, -1, _BLOCK)
    best = blocks.amax(-1).topk(count, dim=-1).indices
    near = blocks.gather(1, best.unsqueeze(-1).expand(-1, -1, _BLOCK)).flatten(1)
    scores, places = near.topk(count, dim=-1)
    return scores, best.gather(1, places // _BLOCK) * _BLOCK + places % _BLOCK
