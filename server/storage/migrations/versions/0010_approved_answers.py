"""Approved answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "approved_answers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("class_id", sa.String(), nullable=True),
        sa.Column("wordings", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("approved_at_ms", INTEGER, nullable=False),
        sa.Column("valid_from", sa.String(), nullable=True),
        sa.Column("last_day", sa.String(), nullable=True),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=True),
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("created_at_ms", INTEGER, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at_ms", INTEGER, nullable=False),
        sa.Column("updated_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_approved_answers_group_id", "approved_answers", ["group_id"])
    op.create_table(
        "approved_answer_files",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("answer_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("num_bytes", INTEGER, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_at_ms", INTEGER, nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["approved_answers.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_approved_answer_files_answer_id", "approved_answer_files", ["answer_id"])
    op.create_table(
        "approved_answer_changes",
        sa.Column("number", INTEGER, autoincrement=True, nullable=False),
        sa.Column("answer_id", sa.String(), nullable=False),
        sa.Column("at_ms", INTEGER, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sqlite_autoincrement=True,
    )
    op.create_index("answer_changes_by_answer", "approved_answer_changes", ["answer_id", "number"])
    op.create_table(
        "approved_answer_hits",
        sa.Column("answer_id", sa.String(), nullable=False),
        sa.Column("local_day", INTEGER, nullable=False),
        sa.Column("num_hits", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["approved_answers.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("answer_id", "local_day"),
    )


def downgrade() -> None:
    op.drop_table("approved_answer_hits")
    op.drop_index("answer_changes_by_answer", "approved_answer_changes")
    op.drop_table("approved_answer_changes")
    op.drop_index("ix_approved_answer_files_answer_id", "approved_answer_files")
    op.drop_table("approved_answer_files")
    op.drop_index("ix_approved_answers_group_id", "approved_answers")
    op.drop_table("approved_answers")
