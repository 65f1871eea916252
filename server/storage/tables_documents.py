"""The tables of documents and their passages. Nothing outside `server.storage` imports this module."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import Base


class DocumentRow(Base):
    """A document that somebody uploaded. `edition` is the number under which its passages are indexed: None
    until it was read, and another one each time it is read anew."""

    __tablename__ = "documents"
    __table_args__ = (Index("documents_by_sha256", "sha256"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    file_name: Mapped[str]
    kind: Mapped[str]  # empty until it was read
    size_bytes: Mapped[int]
    sha256: Mapped[str]
    class_id: Mapped[str | None]  # None: for everyone
    state: Mapped[str]  # waiting, ready, failed
    problem: Mapped[str | None]  # why it could not be read
    attempts: Mapped[int]  # begun readings since it last was ready
    edition: Mapped[int | None]
    num_pages: Mapped[int | None]
    num_chars: Mapped[int]
    num_passages: Mapped[int]
    added_at_ms: Mapped[int]
    added_by: Mapped[str]
    indexed_at_ms: Mapped[int | None]


class DocumentText(Base):
    """The text of a document as it was read."""

    __tablename__ = "document_texts"
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class PassageRow(Base):
    """A passage of an edition; those of an edition that is not its document's are remains, and swept."""

    __tablename__ = "passages"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), index=True)
    edition: Mapped[int] = mapped_column(index=True)
    start: Mapped[int]
    end: Mapped[int]
    heading: Mapped[str]
    page: Mapped[int | None]
    text: Mapped[str] = mapped_column(Text)


class EditionNumber(Base):
    """One row: the last number that was given to an edition. None is ever given twice."""

    __tablename__ = "edition_numbers"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
