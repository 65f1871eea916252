"""Which projections of an int8 model get a twin in the 4 bits of the publisher's own file, and its values.

A lone row is multiplied faster by 4 bits, and these lose nothing that the file had. Does not know the blocks.
"""

from __future__ import annotations

import torch

from server.engine.shape import ModelShape
from server.engine.weights import GROUP, projections
from server.sources.checkpoint import Checkpoint
from server.sources.four_bit import FourBit
from server.sources.fuse import joined, sources

_OUTPUTS = 16  # the operator takes as many at a time


def twin_names(shape: ModelShape, opened: Checkpoint) -> tuple[str, ...]:
    """The projections of which all parts are stored in 4 bits, and whose sizes the operator takes."""
    return tuple(
        name
        for name, (rows, columns) in projections(shape).items()
        if rows % _OUTPUTS == 0
        and columns % GROUP == 0
        and all(f"{source}.weight" in opened.four_bit for source in sources(name))
    )


def twin(shape: ModelShape, opened: Checkpoint, name: str) -> FourBit:
    """The 4-bit values of the projection `name`, rows as the engine has them."""
    parts = [opened.four_bit[f"{source}.weight"]() for source in sources(name)]

    def together(tensors: list[torch.Tensor]) -> torch.Tensor:
        return joined(name, tensors, shape.head_dim)

    return FourBit(together([part.nibbles for part in parts]), together([part.scales for part in parts]))
