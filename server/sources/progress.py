"""What the process that prepares a model is told, and what it tells. Knows nothing of how it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from server.engine.shape import Dtype

Stage = Literal["waiting", "downloading", "assembling", "converting", "quantising", "storing"]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be prepared: the model's name, the folder to fill, the folder for downloads."""

    model: str
    building: str
    downloads: str
    dtype: Dtype


@dataclass(frozen=True, slots=True)
class Step:
    """`done_bytes` of `total_bytes` of one stage; a total of 0 means that it is not known."""

    stage: Stage
    done_bytes: int = 0
    total_bytes: int = 0


Progress = Callable[[Step], None]


def silent(step: Step) -> None:
    """Tell nobody."""
