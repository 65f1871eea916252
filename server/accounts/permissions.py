"""Who may do what: the one place where roles are turned into rights.

It knows neither requests nor the database; which *classes* a teacher sees is a
question of rows, answered by `server.accounts.classes`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from server.accounts.who import Who
from server.errors import ClientProblem


class Role(StrEnum):
    """What a user is."""

    PUPIL = "pupil"
    TEACHER = "teacher"
    COMPLIANCE = "compliance"
    ADMIN = "admin"


class Permission(StrEnum):
    """What a route may ask for."""

    EDIT_WORDS = "edit_words"
    SEE_STATISTICS = "see_statistics"
    EDIT_TOPICS = "edit_topics"
    SEE_GROUPS = "see_groups"
    EDIT_GROUPS = "edit_groups"
    MANAGE_USERS = "manage_users"
    MANAGE_CLASSES = "manage_classes"
    SEE_METRICS = "see_metrics"
    MANAGE_KEYS = "manage_keys"
    EDIT_PRESET = "edit_preset"
    MODERATE = "moderate"
    SEE_RECORDS = "see_records"


_ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.PUPIL: frozenset(),
    Role.TEACHER: frozenset(
        {
            Permission.SEE_STATISTICS,
            Permission.EDIT_TOPICS,
            Permission.SEE_GROUPS,
            Permission.EDIT_GROUPS,
            Permission.MODERATE,
        }
    ),
    Role.COMPLIANCE: frozenset({Permission.EDIT_WORDS, Permission.MODERATE, Permission.SEE_RECORDS}),
    Role.ADMIN: frozenset(Permission),
}


def allows(role: str | None, permission: Permission) -> bool:
    """Whether someone of this role (None: a visitor) may."""
    return role is not None and permission in _ALLOWED[Role(role)]


def require(who: Who | None, permission: Permission) -> Who:
    """Let pass who may.

    Raises:
        ClientProblem: 401 `login_needed` without a login, 403 `not_allowed` with the wrong one.
    """
    if who is None or who.role is None:
        raise ClientProblem("login_needed", "请先登录。", message_en="Please log in first.", status=401)
    if not allows(who.role, permission):
        raise ClientProblem(
            "not_allowed",
            "您的账号没有这项权限。",
            message_en="Your account does not have this right.",
            status=403,
        )
    return who


def require_chat(who: Who, who_may_chat: Literal["open", "class_code", "login"]) -> Who:
    """Let pass who may ask questions under this setting.

    Raises:
        ClientProblem: 401 `login_needed`, or 403 `class_code_needed`.
    """
    if who_may_chat == "open" or who.kind == "user":
        return who
    if who_may_chat == "login":
        raise ClientProblem("login_needed", "请先登录。", message_en="Please log in first.", status=401)
    if who.class_id is None:
        raise ClientProblem(
            "class_code_needed",
            "请先输入加入码。",
            message_en="Please enter your join code first.",
            status=403,
        )
    return who
