"""Documents and their passages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("size_bytes", INTEGER, nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("class_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("attempts", INTEGER, nullable=False),
        sa.Column("edition", INTEGER, nullable=True),
        sa.Column("num_pages", INTEGER, nullable=True),
        sa.Column("num_chars", INTEGER, nullable=False),
        sa.Column("num_passages", INTEGER, nullable=False),
        sa.Column("added_at_ms", INTEGER, nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("indexed_at_ms", INTEGER, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("documents_by_sha256", "documents", ["sha256"])
    op.create_table(
        "document_texts",
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document_id"),
    )
    op.create_table(
        "passages",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("edition", INTEGER, nullable=False),
        sa.Column("start", INTEGER, nullable=False),
        sa.Column("end", INTEGER, nullable=False),
        sa.Column("heading", sa.String(), nullable=False),
        sa.Column("page", INTEGER, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_passages_document_id", "passages", ["document_id"])
    op.create_index("ix_passages_edition", "passages", ["edition"])
    op.create_table(
        "edition_numbers",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("last", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    op.drop_table("edition_numbers")
    op.drop_table("passages")
    op.drop_table("document_texts")
    op.drop_table("documents")
