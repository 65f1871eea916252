"""The keys and values of one conversation, growing in blocks.

This module does not know which ids they belong to (`ledger`), nor who asks.
"""

from __future__ import annotations

import torch

from server.engine.shape import ModelShape
from server.engine.weights import TORCH_DTYPES

BLOCK_TOKENS = 128


class Cache:
    """One buffer `[layers, keys|values, heads, capacity, head_dim]`, of which `length` tokens are filled."""

    __slots__ = ("_shape", "buffer", "length")

    def __init__(self, shape: ModelShape, device: torch.device) -> None:
        self._shape = shape
        self.buffer = torch.empty(
            (shape.num_layers, 2, shape.num_kv_heads, 0, shape.head_dim),
            dtype=TORCH_DTYPES[shape.dtype],
            device=device,
        )
        self.length = 0

    @property
    def capacity(self) -> int:
        """Tokens that fit without growing."""
        return self.buffer.shape[3]

    @property
    def num_bytes(self) -> int:
        """Bytes held, filled or not."""
        return self.capacity * self._shape.kv_bytes_per_token

    def growth_bytes(self, num_tokens: int) -> int:
        """Bytes that `reserve(num_tokens)` would add."""
        return max(0, _blocks(num_tokens) - self.capacity) * self._shape.kv_bytes_per_token

    def reserve(self, num_tokens: int) -> None:
        """Make room for `num_tokens` in all."""
        wanted = _blocks(num_tokens)
        if wanted <= self.capacity:
            return
        sizes = list(self.buffer.shape)
        sizes[3] = wanted
        grown = self.buffer.new_empty(sizes)
        grown[:, :, :, : self.length] = self.buffer[:, :, :, : self.length]
        self.buffer = grown

    def crop(self, length: int) -> None:
        """Forget every token after the first `length`."""
        self.length = min(self.length, length)

    def put(self, prefix: torch.Tensor) -> None:
        """Begin with keys and values that were computed before, as `copy` returned them."""
        num_tokens = prefix.shape[3]
        self.reserve(num_tokens)
        self.buffer[:, :, :, :num_tokens] = prefix
        self.length = num_tokens

    def copy(self, num_tokens: int) -> torch.Tensor:
        """The first `num_tokens`, independent of this buffer."""
        return self.buffer[:, :, :, :num_tokens].clone()

    def write(
        self, layer: int, keys: torch.Tensor, values: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Store new keys and values `[tokens, heads, head_dim]` of a layer after the filled part.

        Returns:
            all keys and all values of the layer, the new ones included: `[heads, tokens, head_dim]`.
        """
        end = self.length + keys.shape[0]
        held = self.buffer[layer, :, :, :end]
        held[0, :, self.length :] = keys.transpose(0, 1)
        held[1, :, self.length :] = values.transpose(0, 1)
        return held[0], held[1]

    def advance(self, num_tokens: int) -> None:
        """Every layer has written `num_tokens` more."""
        self.length += num_tokens


def _blocks(num_tokens: int) -> int:
    return -(-num_tokens // BLOCK_TOKENS) * BLOCK_TOKENS
