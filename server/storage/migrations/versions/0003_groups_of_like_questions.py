"""Groups of like questions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("question_facts", sa.Column("group_id", sa.String(), nullable=True))
    op.create_index(
        "facts_by_group",
        "question_facts",
        ["class_id", "local_day", "group_id", "rating", "asker", "turn_id"],
    )
    op.create_table(
        "group_wordings",
        sa.Column("turn_id", sa.String(), nullable=False),
        sa.Column("class_id", sa.String(), nullable=True),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("turn_id"),
    )
    op.create_index("ix_group_wordings_group_id", "group_wordings", ["group_id"])
    op.create_table(
        "group_rules",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("class_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("other_id", sa.String(), nullable=False),
        sa.Column("term", sa.String(), nullable=True),
        sa.Column("at_ms", INTEGER, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_group_rules_class_id", "group_rules", ["class_id"])


def downgrade() -> None:
    op.drop_table("group_rules")
    op.drop_table("group_wordings")
    op.drop_index("facts_by_group", "question_facts")
    op.drop_column("question_facts", "group_id")
