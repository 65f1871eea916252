"""What rows are multiplied by before they are rounded to 8 bits (SmoothQuant, arXiv 2211.10438).

A row is rounded in steps of 1/127 of its largest value, so one large channel costs all others their digits.
Multiplying channels by `smooth` and dividing the weights' columns by it moves the trouble to the weights,
which have their own steps. How far is best is searched for each projection. Knows nothing of models.
"""

from __future__ import annotations

import torch

_TINY = 1e-6
# How much of the trouble the weights take. What is best is nowhere outside.
_PARTS = [part / 20 for part in range(5, 16)]
# Outputs that the search looks at: more changes nothing that can be measured.
_NUM_OUTPUTS = 1024
# What a channel's largest value is taken to be: seen, or as the 8th power mean has it, which says less
# about the one row that is unlike all others.
_POWERS = (float("inf"), 8.0)


def find_smooth(weight: torch.Tensor, rows: torch.Tensor, importance: torch.Tensor) -> torch.Tensor:
    """Search the multipliers that keep the error of the products least.

    Channels become large on few tokens, and on other ones in other texts. So candidates are made from one
    half of the rows and judged on the other, or the search would trust what it has seen too much.

    Args:
        weight: `[out, in]`, of any floating dtype.
        rows: fp32 `[n, in]`, what the projection is given.
        importance: fp32 `[n]`, what a squared error in the products of each row counts.

    Returns:
        fp32 `[in]`, positive.
    """
    outputs = weight[:: -(-weight.shape[0] // _NUM_OUTPUTS)].float().abs()
    lengths = outputs.square().sum(0)
    heights = lengths.sqrt().clamp_min(_TINY).log()
    rows = rows.abs()
    weighted = rows * importance.sqrt().unsqueeze(1)
    judges, judging = rows[1::2], importance[1::2]
    energy = weighted[1::2].square().sum(0)
    best, least = (0.5, _POWERS[0]), float("inf")
    for power in _POWERS:
        activity = _activity(weighted[::2], power)
        for part in _PARTS:
            error = _error(_balanced(heights, activity, part), outputs, lengths, judges, judging, energy)
            if error < least:
                best, least = (part, power), error
    part, power = best
    return _balanced(heights, _activity(weighted, power), part)


def _activity(rows: torch.Tensor, power: float) -> torch.Tensor:
    """Logarithms of how large each channel becomes."""
    share: float = (1 / len(rows)) ** (1 / power)
    sizes: torch.Tensor = torch.linalg.vector_norm(rows, power, 0)
    return sizes.mul_(share).clamp_min_(_TINY).log_()


def _balanced(heights: torch.Tensor, activity: torch.Tensor, part: float) -> torch.Tensor:
    logarithm = (1 - part) * heights - part * activity
    return (logarithm - logarithm.mean()).exp()


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
