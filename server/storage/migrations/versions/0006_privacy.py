"""Rights of single users, reveals, and what is removed by age."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "user_rights",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("right", sa.String(), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "right"),
    )
    op.create_table(
        "reveals",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("at_ms", INTEGER, nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("by_role", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=True),
        sa.Column("class_id", sa.String(), nullable=True),
        sa.Column("asker", sa.String(), nullable=True),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_reveals_at_ms", "reveals", ["at_ms"])
    op.create_index("ix_reveals_owner_id", "reveals", ["owner_id"])
    op.create_table(
        "kept_sheets",
        sa.Column("class_id", sa.String(), nullable=False),
        sa.Column("week", INTEGER, autoincrement=False, nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("class_id", "week"),
    )
    op.create_table(
        "removals",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("began_at_ms", INTEGER, nullable=False),
        sa.Column("ended_at_ms", INTEGER, nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    for table in ("removals", "kept_sheets", "reveals", "user_rights"):
        op.drop_table(table)
