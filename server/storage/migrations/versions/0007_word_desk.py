"""The word desk: a second person, publication at an hour, rehearsals, texts to try."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("word_lists", sa.Column("updated_at_ms", INTEGER, nullable=False, server_default="0"))
    op.add_column("word_lists", sa.Column("updated_by", sa.String(), nullable=False, server_default=""))
    op.add_column("word_versions", sa.Column("approved_by", sa.String(), nullable=True))
    op.add_column("word_versions", sa.Column("restores", INTEGER, nullable=True))
    op.create_index("turns_by_time", "turns", ["asked_at_ms"])
    op.create_table(
        "word_desk",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("second_person", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "word_submissions",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("draft_id", INTEGER, nullable=False),
        sa.Column("base_version", INTEGER, nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("submitted_by", sa.String(), nullable=False),
        sa.Column("submitted_at_ms", INTEGER, nullable=False),
        sa.Column("publish_at_ms", INTEGER, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at_ms", INTEGER, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_word_submissions_state", "word_submissions", ["state"])
    op.create_table(
        "word_rehearsals",
        sa.Column("draft_id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("base_version", INTEGER, nullable=False),
        sa.Column("at_ms", INTEGER, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("draft_id"),
    )
    op.create_table(
        "word_samples",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("expected", sa.String(), nullable=True),
        sa.Column("at_ms", INTEGER, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    for table in ("word_samples", "word_rehearsals", "word_submissions", "word_desk"):
        op.drop_table(table)
    op.drop_index("turns_by_time", "turns")
    op.drop_column("word_versions", "restores")
    op.drop_column("word_versions", "approved_by")
    op.drop_column("word_lists", "updated_by")
    op.drop_column("word_lists", "updated_at_ms")
