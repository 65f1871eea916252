"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "classes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("join_code", sa.String(), nullable=False),
        sa.Column("enrolled", INTEGER, nullable=True),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("created_at_ms", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("join_code"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "question_facts",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("turn_id", sa.String(), nullable=True),
        sa.Column("asked_at_ms", INTEGER, nullable=False),
        sa.Column("local_day", INTEGER, nullable=False),
        sa.Column("local_hour", INTEGER, nullable=False),
        sa.Column("class_id", sa.String(), nullable=True),
        sa.Column("asker", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("rating", INTEGER, nullable=True),
        sa.Column("first_token_ms", INTEGER, nullable=True),
        sa.Column("total_ms", INTEGER, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("turn_id"),
    )
    op.create_index(
        "facts_by_class_and_day",
        "question_facts",
        ["class_id", "local_day", "local_hour", "asker", "outcome", "first_token_ms"],
    )
    op.create_index("ix_question_facts_asked_at_ms", "question_facts", ["asked_at_ms"])

    op.create_table(
        "secrets",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "setup_tokens",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at_ms", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_table(
        "topics",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("parent_id", sa.String(), nullable=True),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("position", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["topics.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "verdicts",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("at_ms", INTEGER, nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=True),
        sa.Column("turn_id", sa.String(), nullable=True),
        sa.Column("asker", sa.String(), nullable=False),
        sa.Column("class_id", sa.String(), nullable=True),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("word_id", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("lists_version", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_verdicts_at_ms", "verdicts", ["at_ms"])

    op.create_table(
        "word_changes",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("at_ms", INTEGER, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("num_words", INTEGER, nullable=False),
        sa.Column("version", INTEGER, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_word_changes_version", "word_changes", ["version"])

    op.create_table(
        "word_lists",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("question_action", sa.String(), nullable=True),
        sa.Column("answer_action", sa.String(), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("position", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "word_versions",
        sa.Column("number", INTEGER, autoincrement=False, nullable=False),
        sa.Column("published_at_ms", INTEGER, nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("num_words", INTEGER, nullable=False),
        sa.Column("num_allow", INTEGER, nullable=False),
        sa.Column("snapshot", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("class_id", sa.String(), nullable=True),
        sa.Column("preset", sa.String(), nullable=False),
        sa.Column("system_prompt", sa.Text(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("created_at_ms", INTEGER, nullable=False),
        sa.Column("updated_at_ms", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_conversations_owner_id", "conversations", ["owner_id"])

    op.create_table(
        "fact_topics",
        sa.Column("fact_id", INTEGER, nullable=False),
        sa.Column("topic_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["fact_id"], ["question_facts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("fact_id", "topic_id"),
    )
    op.create_index("ix_fact_topics_topic_id", "fact_topics", ["topic_id"])

    op.create_table(
        "users",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("class_id", sa.String(), nullable=True),
        sa.Column("created_at_ms", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "visitors",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("class_id", sa.String(), nullable=True),
        sa.Column("created_at_ms", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_table(
        "words",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("list_id", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("question_action", sa.String(), nullable=True),
        sa.Column("answer_action", sa.String(), nullable=True),
        sa.Column("match", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("updated_at_ms", INTEGER, nullable=False),
        sa.Column("updated_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["word_lists.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("list_id", "text"),
    )
    op.create_table(
        "class_teachers",
        sa.Column("class_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("class_id", "user_id"),
    )
    op.create_table(
        "journal",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("seq", INTEGER, nullable=False),
        sa.Column("frame", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("conversation_id", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "logins",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("created_at_ms", INTEGER, nullable=False),
        sa.Column("expires_at_ms", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_logins_user_id", "logins", ["user_id"])

    op.create_table(
        "turns",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("number", INTEGER, nullable=False),
        sa.Column("ask_id", sa.String(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("finish", sa.String(), nullable=True),
        sa.Column("replaced", sa.Boolean(), nullable=False),
        sa.Column("question_ids", sa.LargeBinary(), nullable=True),
        sa.Column("answer_ids", sa.LargeBinary(), nullable=True),
        sa.Column("tokenizer", sa.String(), nullable=True),
        sa.Column("usage", sa.JSON(), nullable=True),
        sa.Column("rating", INTEGER, nullable=True),
        sa.Column("rating_reason", sa.String(), nullable=True),
        sa.Column("asked_at_ms", INTEGER, nullable=False),
        sa.Column("lists_version", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("conversation_id", "ask_id"),
    )
    op.create_index("turns_in_order", "turns", ["conversation_id", "number"])
