"""The table of the audit log. Nothing outside `server.storage` imports this module."""

from __future__ import annotations

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import Base


class AuditRow(Base):
    """One act. Each row carries the hash of the one before it; triggers refuse to change or delete any."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("audit_by_time", "at_ms"),
        Index("audit_by_what", "what", "seq"),
        Index("audit_by_who", "who", "seq"),
    )
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 1, 2, 3 … without gaps
    at_ms: Mapped[int]
    who: Mapped[str]
    what: Mapped[str]
    subject: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)  # a JSON object
    prev_hash: Mapped[str]
    hash: Mapped[str]
