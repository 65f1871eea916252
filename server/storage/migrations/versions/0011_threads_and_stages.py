"""Threads with teachers, the stages of classes, and kept sheets of the statistics."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_GROWS = (
    "INSERT INTO kept_weeks (class_key, week, round, kept_round, small_group, content) "
    "VALUES (COALESCE({row}.class_id, ''), ({row}.local_day - 1) / 7, 1, 0, 0, '') "
    "ON CONFLICT (class_key, week) DO UPDATE SET round = round + 1"
)
# `turn_id` is not among them: a deleted conversation changes no number.
_COUNTED = (
    "asked_at_ms, local_day, local_hour, class_id, asker, outcome, rating, first_token_ms, total_ms, group_id"
)
_TRIGGERS = {
    "facts_added": ("INSERT", ("NEW",)),
    "facts_deleted": ("DELETE", ("OLD",)),
    "facts_changed": (f"UPDATE OF {_COUNTED}", ("OLD", "NEW")),
}

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "teacher_threads",
        sa.Column("turn_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("class_id", sa.String(), nullable=True),
        sa.Column("asker", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("num_replies", INTEGER, nullable=False),
        sa.Column("unread", sa.Boolean(), nullable=False),
        sa.Column("sent_at_ms", INTEGER, nullable=False),
        sa.Column("moved_at_ms", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("turn_id"),
    )
    op.create_index("ix_teacher_threads_class_id", "teacher_threads", ["class_id"])
    op.create_index("ix_teacher_threads_conversation_id", "teacher_threads", ["conversation_id"])
    op.create_table(
        "teacher_posts",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("turn_id", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at_ms", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(["turn_id"], ["teacher_threads.turn_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_teacher_posts_turn_id", "teacher_posts", ["turn_id"])
    op.create_table(
        "class_stages",
        sa.Column("class_id", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("hints_first", sa.Boolean(), nullable=False),
        sa.Column("led_until_ms", INTEGER, nullable=False),
        sa.Column("led_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("class_id"),
    )
    op.create_table(
        "kept_weeks",
        sa.Column("class_key", sa.String(), nullable=False),
        sa.Column("week", INTEGER, nullable=False),
        sa.Column("round", INTEGER, nullable=False),
        sa.Column("kept_round", INTEGER, nullable=False),
        sa.Column("small_group", INTEGER, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("class_key", "week"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO kept_weeks (class_key, week, round, kept_round, small_group, content) "
        "SELECT COALESCE(class_id, ''), (local_day - 1) / 7, 1, 0, 0, '' FROM question_facts GROUP BY 1, 2"
    )
    for name, (event, rows) in _TRIGGERS.items():
        steps = "; ".join(_GROWS.format(row=row) for row in rows)
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON question_facts BEGIN {steps}; END")


def downgrade() -> None:
    for name in _TRIGGERS:
        op.execute(f"DROP TRIGGER {name}")
    op.drop_table("kept_weeks")
    op.drop_table("class_stages")
    op.drop_table("teacher_posts")
    op.drop_table("teacher_threads")
