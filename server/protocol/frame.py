"""What every frame of the chat protocol is: frozen, and strict about what it holds."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frame(BaseModel):
    """One JSON object, discriminated by `type`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
