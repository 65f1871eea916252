"""How far the reading of a document has come: data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Stage = Literal["reading", "storing", "indexing"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a document under way has come. `total` is 0 where nobody knows."""

    stage: Stage
    done: int
    total: int
