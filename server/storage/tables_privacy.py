"""The tables of privacy: rights of single users, reveals, what was removed, and the sums that outlive it.

Nothing outside `server.storage` imports this module.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import Base


class UserRight(Base):
    """A right in which a user differs from their role."""

    __tablename__ = "user_rights"
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    right: Mapped[str] = mapped_column(primary_key=True)
    allowed: Mapped[bool]


class Reveal(Base):
    """Somebody was told who is behind a pseudonym. Never deleted; the owner's id goes with the owner."""

    __tablename__ = "reveals"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at_ms: Mapped[int] = mapped_column(index=True)
    by_id: Mapped[str]
    by_name: Mapped[str]
    by_role: Mapped[str]
    owner_id: Mapped[str | None] = mapped_column(index=True)
    class_id: Mapped[str | None]
    asker: Mapped[str | None]  # the pseudonym; null once its owner is forgotten
    about: Mapped[str]  # what led to it: hit:17, thread:abc
    reason: Mapped[str]
    note: Mapped[str] = mapped_column(Text)


class KeptSheet(Base):
    """What may be shown of one class and week, kept when its questions are no longer: no pseudonym in it."""

    __tablename__ = "kept_sheets"
    class_id: Mapped[str] = mapped_column(primary_key=True)  # empty: asked outside every class
    week: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sheet: Mapped[str] = mapped_column(Text)


class Removal(Base):
    """One round of removing what is too old, or all of one person's; the counts grow while it runs."""

    __tablename__ = "removals"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    began_at_ms: Mapped[int]
    ended_at_ms: Mapped[int | None]
    cause: Mapped[str]  # age | person
    counts: Mapped[dict[str, Any]]
