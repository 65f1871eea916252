"""The tables of the word desk beside its lists: the way of a draft to a version, and what is tried out.

Nothing outside `server.storage` imports this module.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import Base


class WordDeskRow(Base):
    """What an administrator chose for the desk; one row, or none before the first choice."""

    __tablename__ = "word_desk"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # always 1
    second_person: Mapped[bool] = mapped_column(default=False)


class WordSubmission(Base):
    """A draft on its way to a version: before a second person, or waiting for its hour."""

    __tablename__ = "word_submissions"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    draft_id: Mapped[int]  # the newest change in it: exactly this draft and no other
    base_version: Mapped[int]
    comment: Mapped[str]
    submitted_by: Mapped[str]
    submitted_at_ms: Mapped[int]
    publish_at_ms: Mapped[int | None]
    state: Mapped[str] = mapped_column(index=True)
    # waiting | refused | withdrawn | scheduled | cancelled | published | failed | closed
    decided_by: Mapped[str | None]
    decided_at_ms: Mapped[int | None]
    reason: Mapped[str] = mapped_column(default="")
    content: Mapped[bytes | None]  # of a scheduled one: the snapshot that will be published


class WordRehearsal(Base):
    """What a draft would change, as it was found out last. It keeps no text that people wrote in a chat."""

    __tablename__ = "word_rehearsals"
    draft_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    base_version: Mapped[int]
    at_ms: Mapped[int]
    who: Mapped[str]
    result: Mapped[dict[str, Any]]


class WordSample(Base):
    """A text that staff keep to try drafts on, with what should become of it."""

    __tablename__ = "word_samples"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    text: Mapped[str]
    direction: Mapped[str]  # question | answer
    expected: Mapped[str | None]  # an action, `pass`, or null: nothing in particular
    at_ms: Mapped[int]
    who: Mapped[str]
