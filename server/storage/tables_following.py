"""The tables by which other processes follow documents, and quotes of deleted ones are found.

Nothing outside `server.storage` imports this module.
"""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import Base


class DocumentVersion(Base):
    """One row: grows with each change of what is in effect of documents."""

    __tablename__ = "document_versions"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]


class RemovedDocument(Base):
    """A document that was deleted, while quotes of it may still stand in conversations."""

    __tablename__ = "removed_documents"
    document_id: Mapped[str] = mapped_column(primary_key=True)
    at_ms: Mapped[int]
