"""How a row meets a weight: the one place that chooses an operator for a projection.

This module does not know what the projection is for.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F

Linear = Callable[[torch.Tensor], torch.Tensor]


def linear(weight: torch.Tensor, bias: torch.Tensor | None = None) -> Linear:
    """A projection of rows `[n, in]` to rows `[n, out]` in the weight's own dtype."""

    def project(rows: torch.Tensor) -> torch.Tensor:
        return F.linear(rows, weight, bias)

    return project
