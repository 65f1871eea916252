"""The tables of approved answers. Nothing outside `server.storage` imports this module."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import Base


class AnswerRow(Base):
    """An answer that somebody answers for, with every wording it is given to. Days are text: `2026-12-31`."""

    __tablename__ = "approved_answers"
    id: Mapped[str] = mapped_column(primary_key=True)
    class_id: Mapped[str | None] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"))
    wordings: Mapped[list[Any]]
    text: Mapped[str] = mapped_column(Text)
    source: Mapped[str]
    author: Mapped[str]
    approved_by: Mapped[str]
    approved_at_ms: Mapped[int]
    valid_from: Mapped[str | None]
    last_day: Mapped[str | None]
    links: Mapped[list[Any]]  # [{name, url}]
    enabled: Mapped[bool]
    group_id: Mapped[str | None] = mapped_column(index=True)  # of like questions, that it was written for
    revision: Mapped[int]
    created_at_ms: Mapped[int]
    created_by: Mapped[str]
    updated_at_ms: Mapped[int]
    updated_by: Mapped[str]


class AnswerFile(Base):
    """A small file beside an answer."""

    __tablename__ = "approved_answer_files"
    id: Mapped[str] = mapped_column(primary_key=True)
    answer_id: Mapped[str] = mapped_column(ForeignKey("approved_answers.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    num_bytes: Mapped[int]
    content: Mapped[bytes]
    added_at_ms: Mapped[int]
    added_by: Mapped[str]


class AnswerChange(Base):
    """What became of an answer, written once. The highest number is the version that others follow."""

    __tablename__ = "approved_answer_changes"
    __table_args__ = (
        Index("answer_changes_by_answer", "answer_id", "number"),
        {"sqlite_autoincrement": True},
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    answer_id: Mapped[str]
    at_ms: Mapped[int]
    who: Mapped[str]
    what: Mapped[str]  # add | change | delete | import | add_file | delete_file
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]


class AnswerHits(Base):
    """How often an answer was served on a day of the school's time zone (`date.toordinal`)."""

    __tablename__ = "approved_answer_hits"
    answer_id: Mapped[str] = mapped_column(
        ForeignKey("approved_answers.id", ondelete="CASCADE"), primary_key=True
    )
    local_day: Mapped[int] = mapped_column(primary_key=True)
    num_hits: Mapped[int]
