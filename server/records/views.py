"""What goes in and out of the records: frozen models, ready for JSON."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Level = Literal["serious", "notice"]
Risk = Literal["a1", "a2", "own", "none"]
Decision = Literal["right", "wrong"]
ACTIONS = ("block", "mask", "replace", "review", "warn", "log")
RuleAction = Literal["block", "mask", "replace", "review", "warn", "log"]

NOTE_CHARS = 500
_Name = Annotated[str, Field(min_length=1, max_length=64)]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NewRule(_Body):
    """A rule of alerts; null is whatever it is."""

    level: Level
    category: _Name | None = None
    list_name: _Name | None = None
    action: RuleAction | None = None
    user_ids: list[str] = Field(min_length=1, max_length=50)
    enabled: bool = True


class TargetBody(_Body):
    """How many words a category ought to have; the empty one stands for all together."""

    category: str = Field(max_length=64)
    risk: Risk
    num_words: int = Field(0, ge=0, le=1_000_000)
