"""What the records refuse, in words."""

from __future__ import annotations

from server.errors import ClientProblem


def no_hit() -> ClientProblem:
    """The hit is not there (any more), or nobody is asked about it."""
    return ClientProblem("not_found", "没有这条命中记录。", message_en="There is no such hit.", status=404)


def reviewed_already(who: str) -> ClientProblem:
    """Somebody else was quicker."""
    return ClientProblem(
        "reviewed_already",
        f"这条命中已由「{who}」复核。",
        message_en=f"“{who}” has reviewed this hit already.",
        status=409,
    )


def no_alert() -> ClientProblem:
    """The alert is not there (any more), or is not for this person."""
    return ClientProblem("not_found", "没有这条警报。", message_en="There is no such alert.", status=404)


def handled_already(who: str) -> ClientProblem:
    """Somebody else was quicker."""
    return ClientProblem(
        "handled_already",
        f"这条警报已由「{who}」处理。",
        message_en=f"“{who}” has handled this alert already.",
        status=409,
    )


def no_rule() -> ClientProblem:
    """The rule is not there (any more)."""
    return ClientProblem("not_found", "没有这条警报规则。", message_en="There is no such rule.", status=404)


def bad_people() -> ClientProblem:
    """A rule tells staff only, and at least one of them."""
    return ClientProblem(
        "bad_people",
        "请至少选择一位在用的教师、合规人员或管理员。",
        message_en="Choose at least one teacher, compliance officer or administrator who may log in.",
        status=422,
    )


def rule_for_all() -> ClientProblem:
    """A rule without any condition would tell of every hit."""
    return ClientProblem(
        "rule_for_all",
        "请至少选定类别、词表或处理方式中的一项，否则每次命中都会报警。",
        message_en="Choose a category, a list or an action; otherwise every hit would be an alert.",
        status=422,
    )


def bad_seal(reason: str, reason_en: str) -> ClientProblem:
    """Something about keys or sealed texts does not fit."""
    return ClientProblem("bad_seal", reason, message_en=reason_en, status=422)
