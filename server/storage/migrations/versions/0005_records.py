"""The hit log, reviews of hits, alerts, the weekly review and coverage."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FILTERS = ("category", "action", "lane", "list_name", "word", "class_id")


def upgrade() -> None:
    columns: tuple[sa.Column[Any], ...] = (
        sa.Column("word", sa.String(), nullable=False, server_default=""),
        sa.Column("list_name", sa.String(), nullable=False, server_default=""),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("looked", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("review", sa.String(), nullable=True),
        sa.Column("handled_by", sa.String(), nullable=True),
        sa.Column("handled_at_ms", INTEGER, nullable=True),
        sa.Column("handled_note", sa.String(), nullable=True),
    )
    for column in columns:
        op.add_column("verdicts", column)
    # Of older hits the word and its list are taken from the draft, as far as they are still there.
    op.execute(
        "UPDATE verdicts SET word = w.text, list_name = l.name FROM words w JOIN word_lists l "
        "ON l.id = w.list_id WHERE w.id = verdicts.word_id"
    )
    op.execute("UPDATE verdicts SET review = 'open' WHERE action = 'review'")
    for name in FILTERS:
        op.create_index(f"verdicts_by_{name}", "verdicts", [name, "at_ms"])
    op.create_index("verdicts_for_charts", "verdicts", ["at_ms", "category", "action", "direction"])
    op.create_index("verdicts_of_conversation", "verdicts", ["conversation_id"])
    op.create_index(
        "verdicts_to_review", "verdicts", ["review", "at_ms"], sqlite_where=sa.text("review IS NOT NULL")
    )
    op.create_index("verdicts_not_looked_at", "verdicts", ["looked"], sqlite_where=sa.text("looked = 0"))
    op.create_table(
        "alert_rules",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("list_name", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=True),
        sa.Column("user_ids", sa.JSON(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at_ms", INTEGER, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("rule_id", "level", "category")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("list_name", "action", "direction")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("source", "asker")),
        sa.Column("class_id", sa.String(), nullable=True),
        *(sa.Column(name, INTEGER, nullable=False) for name in ("first_at_ms", "last_at_ms", "num_hits")),
        sa.Column("handled_by", sa.String(), nullable=True),
        sa.Column("handled_at_ms", INTEGER, nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("alerts_to_repeat", "alerts", ["rule_id", "source", "last_at_ms"])
    op.create_index("ix_alerts_last_at_ms", "alerts", ["last_at_ms"])
    op.create_table(
        "alert_people",
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("alert_id", "user_id"),
    )
    op.create_index("alerts_of_person", "alert_people", ["user_id", "alert_id"])
    op.create_table(
        "list_reviews",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("at_ms", INTEGER, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "coverage_targets",
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("risk", sa.String(), nullable=False),
        sa.Column("num_words", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("category"),
    )


def downgrade() -> None:
    for table in ("coverage_targets", "list_reviews", "alert_people", "alerts", "alert_rules"):
        op.drop_table(table)
    names = [f"verdicts_by_{name}" for name in FILTERS]
    names += ["verdicts_for_charts", "verdicts_of_conversation", "verdicts_to_review"]
    for name in (*names, "verdicts_not_looked_at"):
        op.drop_index(name, "verdicts")
    for column in (
        "word", "list_name", "text", "sealed", "looked", "review", "handled_by", "handled_at_ms",
        "handled_note",
    ):  # fmt: skip
        op.drop_column("verdicts", column)
