"""A version of the documents that other processes follow, and quotes of deleted documents are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "document_versions",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("number", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "removed_documents",
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("at_ms", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("document_id"),
    )
    op.create_index(
        "journal_of_sources",
        "journal",
        ["conversation_id", "seq"],
        sqlite_where=sa.text("""substr(frame, 1, 17) = '{"type":"sources"'"""),
    )


def downgrade() -> None:
    op.drop_index("journal_of_sources", "journal")
    op.drop_table("removed_documents")
    op.drop_table("document_versions")
