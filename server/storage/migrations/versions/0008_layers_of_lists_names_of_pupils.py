"""Lists belong to everybody, to the organisation or to one class; a class may list names to be masked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "word_lists", sa.Column("layer", sa.String(), nullable=False, server_default="organisation")
    )
    op.create_table(
        "class_names",
        sa.Column("class_id", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("stamp", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("class_id"),
    )


def downgrade() -> None:
    op.drop_table("class_names")
    op.drop_column("word_lists", "layer")
