"""The layers of word lists: `base`, then `organisation`, then one for each class (`class:<id>`).

It does not know which classes there are.
"""

from __future__ import annotations

from typing import Final

BASE: Final = "base"
ORGANISATION: Final = "organisation"
_CLASS: Final = "class:"
PATTERN: Final = rf"^({BASE}|{ORGANISATION}|{_CLASS}[0-9A-Za-z_-]{{1,64}})$"


def layer_of(class_id: str) -> str:
    """The layer of a class."""
    return f"{_CLASS}{class_id}"


def class_of(layer: str) -> str | None:
    """The class whose layer it is; None of the shared ones."""
    return layer.removeprefix(_CLASS) if layer.startswith(_CLASS) else None
