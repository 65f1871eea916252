"""The tables of people, conversations and counts; others are in the `tables_…` beside this one.

Times are integers, milliseconds since the epoch in UTC (`_ms`); ids are short random
strings made by `server.storage.ids`; enumerations are plain strings, checked by the
types above. Nothing outside `server.storage` imports this module.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

VERDICT_FILTERS = ("category", "action", "lane", "list_name", "word", "class_id")


class Base(DeclarativeBase):
    """The registry of all tables."""

    type_annotation_map = {  # noqa: RUF012 -- SQLAlchemy's own way to declare it
        str: String,
        int: BigInteger().with_variant(Integer, "sqlite"),
        bool: Boolean,
        bytes: LargeBinary,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }


# --- who ----------------------------------------------------------------------------


class User(Base):
    """Someone with a password: a teacher, compliance staff, an administrator, or a pupil with an account."""

    __tablename__ = "users"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    role: Mapped[str]  # pupil | teacher | compliance | admin
    disabled: Mapped[bool] = mapped_column(default=False)
    class_id: Mapped[str | None] = mapped_column(ForeignKey("classes.id", ondelete="SET NULL"))
    created_at_ms: Mapped[int]


class Login(Base):
    """An authenticated cookie. Only its hash is kept."""

    __tablename__ = "logins"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at_ms: Mapped[int]
    expires_at_ms: Mapped[int]


class SetupToken(Base):
    """The one-time link that makes the first administrator. Only its hash is kept."""

    __tablename__ = "setup_tokens"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    created_at_ms: Mapped[int]


class SchoolClass(Base):
    """A group of pupils with a teacher; a desk in the government preset."""

    __tablename__ = "classes"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    join_code: Mapped[str] = mapped_column(unique=True)
    enrolled: Mapped[int | None]
    archived: Mapped[bool] = mapped_column(default=False)
    created_at_ms: Mapped[int]


class ClassTeacher(Base):
    """Which teacher may see which class."""

    __tablename__ = "class_teachers"
    class_id: Mapped[str] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)


class Visitor(Base):
    """Someone who chats without an account: a cookie, of which only the hash is kept."""

    __tablename__ = "visitors"
    id: Mapped[str] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    class_id: Mapped[str | None] = mapped_column(ForeignKey("classes.id", ondelete="SET NULL"))
    created_at_ms: Mapped[int]


class Secret(Base):
    """A random secret of this installation, made once: the salt of the pseudonyms."""

    __tablename__ = "secrets"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[bytes]


class ApiKey(Base):
    """A key with which another system uses the word lists. Only its hash is kept."""

    __tablename__ = "api_keys"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    key_hash: Mapped[str] = mapped_column(unique=True)
    shown: Mapped[str]  # its beginning, by which people tell it from others
    role: Mapped[str]
    per_minute: Mapped[int]
    created_at_ms: Mapped[int]
    created_by: Mapped[str]
    revoked_at_ms: Mapped[int | None]


# --- what is said -------------------------------------------------------------------


class Conversation(Base):
    """Its turns are in `turns`, its frames in `journal`. The system prompt is frozen when it begins."""

    __tablename__ = "conversations"
    id: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[str] = mapped_column(index=True)  # a visitor's or a user's id
    class_id: Mapped[str | None] = mapped_column(ForeignKey("classes.id", ondelete="SET NULL"))
    preset: Mapped[str]
    system_prompt: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(default="")
    created_at_ms: Mapped[int]
    updated_at_ms: Mapped[int]


class Turn(Base):
    """A question and its reply, as they were shown. `*_ids` are exact token ids (little-endian int32),
    or null where the shown text is not what the model produced."""

    __tablename__ = "turns"
    __table_args__ = (
        Unique("conversation_id", "ask_id"),
        Index("turns_in_order", "conversation_id", "number"),
        Index("turns_by_time", "asked_at_ms"),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    number: Mapped[int]  # 1, 2, 3 … within the conversation
    ask_id: Mapped[str]
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text, default="")
    origin: Mapped[str] = mapped_column(default="model")
    finish: Mapped[str | None]  # null while it runs
    replaced: Mapped[bool] = mapped_column(default=False)  # regenerated: no longer part of the history
    question_ids: Mapped[bytes | None]
    answer_ids: Mapped[bytes | None]
    tokenizer: Mapped[str | None]  # fingerprint the ids belong to
    usage: Mapped[dict[str, Any] | None]
    rating: Mapped[int | None]
    rating_reason: Mapped[str | None]
    asked_at_ms: Mapped[int]
    lists_version: Mapped[int]


class JournalFrame(Base):
    """One frame that was, or could have been, sent. `seq` grows by one in a conversation."""

    __tablename__ = "journal"
    __table_args__ = (
        # The frames with quotes of documents, few among many.
        Index(
            "journal_of_sources",
            "conversation_id",
            "seq",
            sqlite_where=text("""substr(frame, 1, 17) = '{"type":"sources"'"""),
        ),
        {"sqlite_with_rowid": False},
    )
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(primary_key=True)
    frame: Mapped[str] = mapped_column(Text)  # the JSON text exactly as sent


class VerdictRecord(Base):
    """A word was hit. `text` (masked) or `sealed` is there only where the settings say so."""

    __tablename__ = "verdicts"
    __table_args__ = (
        # One for each filter of the hit log, so that its newest rows are found at once.
        *(Index(f"verdicts_by_{name}", name, "at_ms") for name in VERDICT_FILTERS),
        Index("verdicts_for_charts", "at_ms", "category", "action", "direction"),
        Index("verdicts_of_conversation", "conversation_id"),
        Index("verdicts_to_review", "review", "at_ms", sqlite_where=text("review IS NOT NULL")),
        Index("verdicts_not_looked_at", "looked", sqlite_where=text("looked = 0")),
    )
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at_ms: Mapped[int] = mapped_column(index=True)
    conversation_id: Mapped[str | None]
    turn_id: Mapped[str | None]
    asker: Mapped[str]
    class_id: Mapped[str | None]
    direction: Mapped[str]
    action: Mapped[str]
    category: Mapped[str]
    word_id: Mapped[str]
    lane: Mapped[str]
    lists_version: Mapped[int]
    word: Mapped[str] = mapped_column(default="")  # as it was then: lists change
    list_name: Mapped[str] = mapped_column(default="")
    text: Mapped[str | None] = mapped_column(Text)
    sealed: Mapped[bytes | None]
    looked: Mapped[bool] = mapped_column(default=False)  # whether the rules of alerts were held against it
    review: Mapped[str | None]  # open | right | wrong; null where nobody needs to look
    handled_by: Mapped[str | None]
    handled_at_ms: Mapped[int | None]
    handled_note: Mapped[str | None]


# --- what is counted ----------------------------------------------------------------


class QuestionFact(Base):
    """One question without its text, for the statistics; it outlives the conversation."""

    __tablename__ = "question_facts"
    __table_args__ = (
        # Everything the statistics read, so that they never touch the rows themselves.
        Index(
            "facts_by_class_and_day",
            "class_id", "local_day", "local_hour", "asker", "outcome", "first_token_ms",
        ),
        Index("facts_by_group", "class_id", "local_day", "group_id", "rating", "asker", "turn_id"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    turn_id: Mapped[str | None] = mapped_column(unique=True)  # null for a refused question
    asked_at_ms: Mapped[int] = mapped_column(index=True)
    local_day: Mapped[int]  # days since the year 1 (date.toordinal), in the school's time zone
    local_hour: Mapped[int]  # 0 to 23, in the school's time zone
    class_id: Mapped[str | None]
    asker: Mapped[str]  # pseudonym
    outcome: Mapped[str]  # answered | blocked | stopped | filtered | failed
    origin: Mapped[str]  # model | approved_answer | none
    rating: Mapped[int | None]
    first_token_ms: Mapped[int | None]
    total_ms: Mapped[int | None]
    group_id: Mapped[str | None]  # of like questions; null for one that says nothing, or was blocked


class FactTopic(Base):
    """Which topics a question touched."""

    __tablename__ = "fact_topics"
    fact_id: Mapped[int] = mapped_column(
        ForeignKey("question_facts.id", ondelete="CASCADE"), primary_key=True
    )
    topic_id: Mapped[str] = mapped_column(primary_key=True, index=True)


class Topic(Base):
    """A node of the taxonomy: a subject (no parent) or a knowledge point with its keywords."""

    __tablename__ = "topics"
    id: Mapped[str] = mapped_column(primary_key=True)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("topics.id", ondelete="CASCADE"))
    name_zh: Mapped[str]
    name_en: Mapped[str]
    keywords: Mapped[list[Any]]
    position: Mapped[int]
