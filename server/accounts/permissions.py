"""Who may do what: the one place where roles, and what single users differ in, are turned into rights.

Five rights to see are switched for each user; everything else follows from the role. It knows neither
requests nor the database; which *classes* a teacher sees is a question of rows, answered by
`server.accounts.classes`.
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
    APPROVE_WORDS = "approve_words"
    CHOOSE_APPROVAL = "choose_approval"
    SEE_STATISTICS = "see_statistics"
    EDIT_TOPICS = "edit_topics"
    EDIT_DOCUMENTS = "edit_documents"
    SEE_GROUPS = "see_groups"
    EDIT_GROUPS = "edit_groups"
    EDIT_ANSWERS = "edit_answers"
    ANSWER_THREADS = "answer_threads"
    MANAGE_USERS = "manage_users"
    MANAGE_CLASSES = "manage_classes"
    SEE_METRICS = "see_metrics"
    MANAGE_KEYS = "manage_keys"
    EDIT_PRESET = "edit_preset"
    MODERATE = "moderate"
    SEE_RECORDS = "see_records"
    SEE_NAMES = "see_names"
    SEE_TEXT = "see_text"
    SEE_DATES = "see_dates"


# What each of them opens, in one sentence; nothing else looks at who somebody is.
RIGHTS: dict[Permission, str] = {
    Permission.SEE_STATISTICS: "counts: how many questions and people, by class, hour, topic and outcome",
    Permission.SEE_GROUPS: "groups: like questions of enough people, with one masked wording for each group",
    Permission.SEE_NAMES: "names: being told, with a reason, who is behind one pseudonym",
    Permission.SEE_TEXT: "text: the single wordings of such a group, masked, which nobody sent to a teacher",
    Permission.SEE_DATES: "dates: in which weeks a group was asked about, at what time of day a word was hit",
}

# Whoever may not see a thing has no business changing it.
_NEEDS = {
    Permission.EDIT_GROUPS: Permission.SEE_GROUPS,
    Permission.EDIT_TOPICS: Permission.SEE_STATISTICS,
}

_ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.PUPIL: frozenset(),
    Role.TEACHER: frozenset(
        {
            Permission.SEE_STATISTICS,
            Permission.EDIT_TOPICS,
            Permission.EDIT_DOCUMENTS,
            Permission.SEE_GROUPS,
            Permission.EDIT_GROUPS,
            Permission.EDIT_ANSWERS,
            Permission.ANSWER_THREADS,
            Permission.MODERATE,
        }
    ),
    Role.COMPLIANCE: frozenset(
        {Permission.EDIT_WORDS, Permission.APPROVE_WORDS, Permission.MODERATE, Permission.SEE_RECORDS}
    ),
    # An administrator hands out the further rights, also to themselves, and that is on record.
    Role.ADMIN: frozenset(Permission) - {Permission.SEE_NAMES, Permission.SEE_TEXT, Permission.SEE_DATES},
}


def allows(role: str | None, permission: Permission) -> bool:
    """Whether someone of this role (None: a visitor) may, unless it was switched for them."""
    return role is not None and permission in _ALLOWED[Role(role)]


def may(who: Who | None, permission: Permission) -> bool:
    """Whether this person may: by their role, and by what was switched for them."""
    if who is None or who.role is None:
        return False
    needed = _NEEDS.get(permission)
    if needed is not None and not may(who, needed):
        return False
    return dict(who.rights).get(permission, allows(who.role, permission))


def require(who: Who | None, permission: Permission) -> Who:
    """Let pass who may.

    Raises:
        ClientProblem: 401 `login_needed` without a login, 403 `not_allowed` with the wrong one.
    """
    if who is None or who.role is None:
        raise ClientProblem("login_needed", "请先登录。", message_en="Please log in first.", status=401)
    if not may(who, permission):
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
