"""The tables of what pupils send to their teacher. Nothing outside `server.storage` imports this module."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import Base


class TeacherThread(Base):
    """A turn that its asker sent to the teacher. Question and answer are the turn's own, and go with it."""

    __tablename__ = "teacher_threads"
    turn_id: Mapped[str] = mapped_column(ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    class_id: Mapped[str | None] = mapped_column(index=True)  # null: to the desk of the administrators
    asker: Mapped[str]  # pseudonym
    state: Mapped[str]  # waiting | answered | closed
    num_replies: Mapped[int] = mapped_column(default=0)
    unread: Mapped[bool] = mapped_column(default=False)  # the asker has not seen the newest answer
    sent_at_ms: Mapped[int]
    moved_at_ms: Mapped[int]


class TeacherPost(Base):
    """What was written to a thread: the asker's note or reply (nobody's name), or a teacher's answer."""

    __tablename__ = "teacher_posts"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    turn_id: Mapped[str] = mapped_column(
        ForeignKey("teacher_threads.turn_id", ondelete="CASCADE"), index=True
    )
    by: Mapped[str | None]  # the teacher's name; null: the asker
    text: Mapped[str] = mapped_column(Text)
    at_ms: Mapped[int]
