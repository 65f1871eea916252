"""The table of pupils' names that are masked in questions. Nothing outside `server.storage` imports it."""

from __future__ import annotations

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import Base


class ClassNames(Base):
    """The names of a class. `stamp` is another one after every change, so that a change can be seen."""

    __tablename__ = "class_names"
    class_id: Mapped[str] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"), primary_key=True)
    names: Mapped[list[str]] = mapped_column(JSON)
    stamp: Mapped[str]
