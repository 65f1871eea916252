"""Words and lists say how they are looked for and how they are hidden; keys for other systems."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for table in ("word_lists", "words"):
        op.add_column(table, sa.Column("lanes", sa.JSON(), nullable=False, server_default="{}"))
        op.add_column(table, sa.Column("style", sa.String(), nullable=True))
        op.add_column(table, sa.Column("replacement", sa.String(), nullable=True))
    for name in ("refusal_zh", "refusal_en"):
        op.add_column("word_lists", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.add_column("words", sa.Column("category", sa.String(), nullable=True))
    op.add_column("words", sa.Column("within", INTEGER, nullable=True))
    op.add_column("words", sa.Column("expires", sa.String(), nullable=True))
    op.add_column("words", sa.Column("scope", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("words", sa.Column("direction", sa.String(), nullable=True))
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("per_minute", INTEGER, nullable=False),
        sa.Column("created_at_ms", INTEGER, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("revoked_at_ms", INTEGER, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key_hash"),
    )
