"""The tables of what an organisation changed in its preset, and of the examples it loaded.

Nothing outside `server.storage` imports this module.
"""

from __future__ import annotations

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import Base


class PresetOverride(Base):
    """A text of a preset that the administrator's page put over the file's; no value: the file's again."""

    __tablename__ = "preset_overrides"
    preset: Mapped[str] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str | None] = mapped_column(Text)  # JSON
    revision: Mapped[int]
    at_ms: Mapped[int]
    who: Mapped[str]


class ExampleItem(Base):
    """An approved answer or a document that came with the examples; `digest` is of its content then."""

    __tablename__ = "example_items"
    kind: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    digest: Mapped[str]
    at_ms: Mapped[int]
