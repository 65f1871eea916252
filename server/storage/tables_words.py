"""The tables of word lists, their versions and changes; only `server.storage` imports this module."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import Base


class WordListRow(Base):
    """A list of words, of allow phrases or of detectors, with one category and its actions."""

    __tablename__ = "word_lists"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]  # words | allow | detectors
    category: Mapped[str]
    question_action: Mapped[str | None]  # null: not applied to questions
    answer_action: Mapped[str | None]
    enabled: Mapped[bool] = mapped_column(default=True)
    note: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)
    lanes: Mapped[dict[str, Any]]  # lane → off | review | same
    style: Mapped[str | None]  # characters | ends | label | text
    replacement: Mapped[str | None]
    refusal_zh: Mapped[str] = mapped_column(default="")  # empty: the preset's
    refusal_en: Mapped[str] = mapped_column(default="")
    layer: Mapped[str] = mapped_column(default="organisation")  # base | organisation | class:<id>
    updated_at_ms: Mapped[int] = mapped_column(default=0)
    updated_by: Mapped[str] = mapped_column(default="")


class WordRow(Base):
    """An entry of a list. Null actions mean the list's."""

    __tablename__ = "words"
    __table_args__ = (Unique("list_id", "text"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    list_id: Mapped[str] = mapped_column(ForeignKey("word_lists.id", ondelete="CASCADE"))
    text: Mapped[str]
    question_action: Mapped[str | None]
    answer_action: Mapped[str | None]
    match: Mapped[str] = mapped_column(default="auto")  # auto | whole | prefix | substring
    note: Mapped[str] = mapped_column(default="")
    enabled: Mapped[bool] = mapped_column(default=True)
    updated_at_ms: Mapped[int]
    updated_by: Mapped[str]
    lanes: Mapped[dict[str, Any]]  # what differs from the list's
    style: Mapped[str | None]
    replacement: Mapped[str | None]
    category: Mapped[str | None]
    within: Mapped[int | None]  # between the sides of A & B
    expires: Mapped[str | None]  # the last day on which it counts: 2026-12-31
    scope: Mapped[list[Any]]  # of an allow phrase: the categories it spares; empty: all
    direction: Mapped[str | None]  # of an allow phrase: question | answer; null: both


class WordVersion(Base):
    """A published version: what was in effect, by whom and when. Never changed after it is written."""

    __tablename__ = "word_versions"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    published_at_ms: Mapped[int]
    published_by: Mapped[str]
    comment: Mapped[str] = mapped_column(default="")
    num_words: Mapped[int]
    num_allow: Mapped[int]
    snapshot: Mapped[bytes]  # zlib-compressed JSON
    approved_by: Mapped[str | None]  # null: one person published it
    restores: Mapped[int | None]  # the version that it brought back


class WordChange(Base):
    """Who changed what and when. `version` is null while the change is only in the draft."""

    __tablename__ = "word_changes"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at_ms: Mapped[int]
    who: Mapped[str]
    what: Mapped[str]  # add_word, edit_word, delete_word, import, publish, …
    subject: Mapped[str]  # the word or the list's name, for people
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    num_words: Mapped[int] = mapped_column(default=1)
    version: Mapped[int | None] = mapped_column(index=True)
