"""The tables of alerts, of the weekly review and of coverage; only `server.storage` imports them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import Base


class AlertRule(Base):
    """Which hits are told to whom at once. Null: whatever it is."""

    __tablename__ = "alert_rules"
    id: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[str]  # serious | notice
    category: Mapped[str | None]
    list_name: Mapped[str | None]
    action: Mapped[str | None]
    user_ids: Mapped[list[Any]]
    enabled: Mapped[bool] = mapped_column(default=True)
    created_at_ms: Mapped[int]
    created_by: Mapped[str]


class Alert(Base):
    """Hits that a rule named: those of one conversation within some minutes are one alert. No text."""

    __tablename__ = "alerts"
    __table_args__ = (Index("alerts_to_repeat", "rule_id", "source", "last_at_ms"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    rule_id: Mapped[str]  # the rule may be gone
    level: Mapped[str]
    category: Mapped[str]
    list_name: Mapped[str]
    action: Mapped[str]
    direction: Mapped[str]
    source: Mapped[str]  # the conversation, or who asked where there is none
    asker: Mapped[str]  # pseudonym
    class_id: Mapped[str | None]
    first_at_ms: Mapped[int]
    last_at_ms: Mapped[int] = mapped_column(index=True)
    num_hits: Mapped[int]
    handled_by: Mapped[str | None]
    handled_at_ms: Mapped[int | None]
    note: Mapped[str | None]


class AlertPerson(Base):
    """Who is told of an alert."""

    __tablename__ = "alert_people"
    __table_args__ = (Index("alerts_of_person", "user_id", "alert_id"),)
    alert_id: Mapped[str] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)


class ListReview(Base):
    """Somebody went through the lists, as is due every week."""

    __tablename__ = "list_reviews"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at_ms: Mapped[int]
    who: Mapped[str]
    note: Mapped[str]


class CoverageTarget(Base):
    """How many words a category ought to have. The empty category stands for all of them together."""

    __tablename__ = "coverage_targets"
    category: Mapped[str] = mapped_column(primary_key=True)
    risk: Mapped[str]  # a1 | a2 | own | none
    num_words: Mapped[int]
