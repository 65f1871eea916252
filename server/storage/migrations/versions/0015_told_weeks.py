"""What was shown of each class and week, so that numbers move in steps of a small group."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# The first rating that changes after something was shown is what was counted then.
_TRIGGER = """
CREATE TRIGGER facts_told BEFORE UPDATE OF rating ON question_facts
WHEN OLD.rating IS NOT NEW.rating AND EXISTS (
    SELECT 1 FROM told_weeks
    WHERE class_key = coalesce(OLD.class_id, '') AND week = (OLD.local_day - 1) / 7
    AND basis = '' AND last_fact_id >= OLD.id
)
BEGIN INSERT OR IGNORE INTO told_ratings (fact_id, rating) VALUES (OLD.id, OLD.rating); END
"""
_GONE = """
CREATE TRIGGER facts_untold AFTER DELETE ON question_facts
BEGIN DELETE FROM told_ratings WHERE fact_id = OLD.id; END
"""


def upgrade() -> None:
    op.create_table(
        "told_weeks",
        sa.Column("class_key", sa.String(), nullable=False),
        sa.Column("week", INTEGER, autoincrement=False, nullable=False),
        sa.Column("edition", INTEGER, nullable=False),
        sa.Column("round", INTEGER, nullable=False),
        sa.Column("small_group", INTEGER, nullable=False),
        sa.Column("last_fact_id", INTEGER, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("class_key", "week"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "told_ratings",
        sa.Column("fact_id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("rating", INTEGER, nullable=True),
        sa.PrimaryKeyConstraint("fact_id"),
    )
    op.create_table(
        "told_hits",
        sa.Column("class_key", sa.String(), nullable=False),
        sa.Column("week", INTEGER, autoincrement=False, nullable=False),
        sa.Column("small_group", INTEGER, nullable=False),
        sa.Column("num_hits", INTEGER, nullable=False),
        sa.Column("last_id", INTEGER, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("class_key", "week"),
        sqlite_with_rowid=False,
    )
    op.add_column("kept_weeks", sa.Column("upon_round", INTEGER, nullable=False, server_default="0"))
    op.add_column("kept_weeks", sa.Column("edition", INTEGER, nullable=False, server_default="1"))
    op.add_column("kept_weeks", sa.Column("basis", sa.Text(), nullable=False, server_default=""))
    op.execute(_TRIGGER)
    op.execute(_GONE)


def downgrade() -> None:
    op.execute("DROP TRIGGER facts_untold")
    op.execute("DROP TRIGGER facts_told")
    op.drop_column("kept_weeks", "basis")
    op.drop_column("kept_weeks", "edition")
    op.drop_column("kept_weeks", "upon_round")
    op.drop_table("told_hits")
    op.drop_table("told_ratings")
    op.drop_table("told_weeks")
