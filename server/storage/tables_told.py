"""The tables of what was shown of sheets. Nothing outside `server.storage` imports this module."""

from __future__ import annotations

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import Base


class ToldWeek(Base):
    """What somebody has seen of a class in a week, and which questions that counted; nothing of who asked.

    As long as `basis` is empty, that is every question up to `last_fact_id`, as `told_ratings` says it was.
    """

    __tablename__ = "told_weeks"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012
    class_key: Mapped[str] = mapped_column(primary_key=True)  # the class's id; empty: outside every class
    week: Mapped[int] = mapped_column(primary_key=True)
    edition: Mapped[int]  # how often it was shown with other numbers
    round: Mapped[int]  # of `kept_weeks`, of whose facts the content was made
    small_group: Mapped[int]
    last_fact_id: Mapped[int]
    content: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)


class ToldRating(Base):
    """How an answer was rated when that was shown, where that changed since; a trigger writes it."""

    __tablename__ = "told_ratings"
    fact_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rating: Mapped[int | None]


class ToldHits(Base):
    """What somebody has seen of the words that were hit in a class and week; ids of verdicts, no names."""

    __tablename__ = "told_hits"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012
    class_key: Mapped[str] = mapped_column(primary_key=True)
    week: Mapped[int] = mapped_column(primary_key=True)
    small_group: Mapped[int]
    num_hits: Mapped[int]  # how many there were then, shown or not
    last_id: Mapped[int]
    content: Mapped[str] = mapped_column(Text)
