"""What rows are multiplied by before they are rounded to 8 bits (SmoothQuant, arXiv 2211.10438).

A row is rounded in steps of 1/127 of its largest value, so one large channel costs all others their digits.
Multiplying channels by `smooth` and dividing the weights' columns by it moves the trouble to the weights,
which have their own steps. How far is best is searched for each projection. Knows nothing of models.
"""

from __future__ import annotations

import torch

_TINY = 1e-6
_PARTS = [part / 20 for part in range(21)]
# What the search looks at: more changes nothing that can be measured.
_NUM_OUTPUTS, _NUM_ROWS = 1024, 384


def find_smooth(weight: torch.Tensor, rows: torch.Tensor, importance: torch.Tensor) -> torch.Tensor:
    """Search the multipliers that keep the error of the products least.

    Args:
        weight: `[out, in]`, of any floating dtype.
        rows: fp32 `[n, in]`, what the projection is given.
        importance: fp32 `[n]`, what a squared error in the products of each row counts.

    Returns:
        fp32 `[in]`, positive.
    """
    outputs = weight[:: -(-weight.shape[0] // _NUM_OUTPUTS)].float().abs()
    lengths = outputs.square().sum(0)
    activity = (rows.abs() * importance.sqrt().unsqueeze(1)).amax(0).clamp_min(_TINY).log()
    chosen = slice(None, None, -(-rows.shape[0] // _NUM_ROWS))
    rows, importance = rows[chosen].abs(), importance[chosen]
    energy = (rows.square() * importance.unsqueeze(1)).sum(0)
    best, least = torch.ones_like(activity), float("inf")
    for heights in (outputs.amax(0), lengths.sqrt()):
        for part in _PARTS:
            logarithm = (1 - part) * heights.clamp_min(_TINY).log() - part * activity
            smooth = (logarithm - logarithm.mean()).exp()
            error = _error(smooth, outputs, lengths, rows, importance, energy)
            if error < least:
                best, least = smooth, error
    return best


def _error(
    smooth: torch.Tensor,
    outputs: torch.Tensor,
    lengths: torch.Tensor,
    rows: torch.Tensor,
    importance: torch.Tensor,
    energy: torch.Tensor,
) -> float:
    """The expected squared error of all products, up to a factor: rounding is taken as independent noise."""
    row_peaks = (rows * smooth).amax(1).square()
    of_rows = (row_peaks * importance).sum() * (lengths / smooth.square()).sum()
    of_weights = (outputs / smooth).amax(1).square().sum() * (energy * smooth.square()).sum()
    return float(of_rows + of_weights)
