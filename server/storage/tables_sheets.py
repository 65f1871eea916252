"""The table of kept sheets. Nothing outside `server.storage` imports this module."""

from __future__ import annotations

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import Base


class KeptWeek(Base):
    """What may be shown of a class in a week, worked out already.

    Triggers on `question_facts` let `round` grow with every fact that is written, changed or deleted, in its
    transaction, whoever does it; the content is true while it was made of facts of this round, and upon what
    was shown last.
    """

    __tablename__ = "kept_weeks"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012
    class_key: Mapped[str] = mapped_column(primary_key=True)  # the class's id; empty: outside every class
    week: Mapped[int] = mapped_column(primary_key=True)
    round: Mapped[int]
    kept_round: Mapped[int] = mapped_column(default=0)
    small_group: Mapped[int] = mapped_column(default=0)  # for which the content was made
    content: Mapped[str] = mapped_column(Text, default="")
    upon_round: Mapped[int] = mapped_column(default=0, server_default="0")  # of what was shown; 0: nothing
    edition: Mapped[int] = mapped_column(default=1, server_default="1")
    basis: Mapped[str] = mapped_column(Text, default="", server_default="")  # see `told_weeks`
