"""How far preparing a model has come: what is told to whoever watches. Does not know who that is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Stage = Literal["waiting", "downloading", "assembling", "converting", "storing"]


@dataclass(frozen=True, slots=True)
class Step:
    """`done_bytes` of `total_bytes` of one stage; a total of 0 means that it is not known."""

    stage: Stage
    done_bytes: int = 0
    total_bytes: int = 0


Progress = Callable[[Step], None]


def silent(step: Step) -> None:
    """Tell nobody."""
