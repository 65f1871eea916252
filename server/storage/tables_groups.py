"""The tables of groups of like questions. Nothing outside `server.storage` imports this module."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import Base


class GroupWording(Base):
    """A question by which its group is known again. Its text is that of the turn, and goes with it."""

    __tablename__ = "group_wordings"
    turn_id: Mapped[str] = mapped_column(ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True)
    class_id: Mapped[str | None]
    group_id: Mapped[str] = mapped_column(index=True)


class GroupRule(Base):
    """What somebody decided by hand: `together` (what would go to a group goes to the other one), `apart`
    (what would go to a group and has the term in it goes to the other one) or `never` (they are not one)."""

    __tablename__ = "group_rules"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    class_id: Mapped[str | None] = mapped_column(index=True)
    kind: Mapped[str]
    group_id: Mapped[str]
    other_id: Mapped[str]
    term: Mapped[str | None]
    at_ms: Mapped[int]
    who: Mapped[str]
