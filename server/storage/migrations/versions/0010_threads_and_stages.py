"""Threads with teachers, the stages of classes, and kept sheets of the statistics."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0004"
branch_labels = None
depends_on = None

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


def downgrade() -> None:
    op.drop_table("class_stages")
    op.drop_table("teacher_posts")
    op.drop_table("teacher_threads")
