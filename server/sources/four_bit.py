"""The 4-bit values of a GGUF file's own blocks (Q4_K), so that a twin loses nothing but digits of its scales.

A Q4_K block holds 256 weights in eight groups of 32; a weight is `d * s * q - m * o` with q in 0 to 15, s
and o six bits a group, d and m half-precision a block. Does not know which tensors have such blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from server.engine.weights import GROUP

Raw = npt.NDArray[np.uint8]
_Floats = npt.NDArray[np.float32]

_BLOCK_BYTES = 144


@dataclass(frozen=True, slots=True)
class FourBit:
    """Rows in 4 bits: the weight is `(nibble - 8) * scale + zero`.

    `nibbles` uint8 `[rows, columns]`, 0 to 15; `scales` fp32 `[rows, columns / 32, 2]`: scale and zero.
    """

    nibbles: torch.Tensor
    scales: torch.Tensor


def open_blocks(raw: Raw, num_rows: int, width: int) -> FourBit:
    """Take Q4_K blocks apart.

    Args:
        raw: uint8, the bytes of whole rows.
        num_rows: how many rows they are.
        width: weights of a row, a multiple of 256.
    """
    blocks = raw.reshape(-1, _BLOCK_BYTES)
    wide = blocks[:, :4].copy().view(np.float16).astype(np.float32)  # d, m
    steps, offsets = _six_bits(blocks[:, 4:16])
    quants = blocks[:, 16:].reshape(-1, 4, 1, 32)
    nibbles = np.concatenate((quants & 15, quants >> 4), axis=2)
    scale = wide[:, :1] * steps
    zero = 8 * scale - wide[:, 1:] * offsets
    return FourBit(
        torch.from_numpy(nibbles.reshape(num_rows, width)),
        torch.from_numpy(np.stack((scale, zero), -1).reshape(num_rows, width // GROUP, 2)),
    )


def _six_bits(packed: Raw) -> tuple[_Floats, _Floats]:
    """The eight scales and eight offsets of each block, of 12 bytes: 4 + 4 whole ones, 4 + 4 in pieces."""
    low_scales, low_offsets, pieces = packed[:, :4], packed[:, 4:8], packed[:, 8:]
    scales = np.concatenate((low_scales & 63, (pieces & 15) | ((low_scales >> 6) << 4)), axis=1)
    offsets = np.concatenate((low_offsets & 63, (pieces >> 4) | ((low_offsets >> 6) << 4)), axis=1)
    return scales.astype(np.float32), offsets.astype(np.float32)
