"""The table of classes' switches. Nothing outside `server.storage` imports this module."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import Base


class ClassStage(Base):
    """What the pupils of a class may ask; a class without a row is open."""

    __tablename__ = "class_stages"
    class_id: Mapped[str] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"), primary_key=True)
    stage: Mapped[str]  # primary | lower_secondary | upper_secondary
    hints_first: Mapped[bool] = mapped_column(default=False)
    led_until_ms: Mapped[int] = mapped_column(default=0)  # a teacher leads the session until then
    led_by: Mapped[str] = mapped_column(default="")
