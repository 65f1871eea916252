"""What is refused of approved answers, in words."""

from __future__ import annotations

from server.errors import ClientProblem


def no_answer() -> ClientProblem:
    """The answer is not there (any more), or not theirs to see."""
    return ClientProblem(
        "not_found", "没有这条标准答案。", message_en="There is no such approved answer.", status=404
    )


def no_file() -> ClientProblem:
    """The file is not there (any more)."""
    return ClientProblem("not_found", "没有这个附件。", message_en="There is no such attachment.", status=404)


def not_yours() -> ClientProblem:
    """Somebody else's class, or everybody's."""
    return ClientProblem(
        "not_allowed",
        "您只能编辑自己班级（窗口）的标准答案。",
        message_en="You may edit the approved answers of your own classes (desks) only.",
        status=403,
    )


def changed_meanwhile(who: str) -> ClientProblem:
    """Somebody else changed it after it was read."""
    return ClientProblem(
        "changed_meanwhile",
        f"{who}刚刚改过这条标准答案。您写的还在，请看过新内容后再保存。",
        message_en=f"{who} has just changed this answer. What you wrote is kept; look at it and save again.",
        status=409,
    )


def bad_answer(zh: str, en: str) -> ClientProblem:
    """Something of it cannot be."""
    return ClientProblem("bad_answer", zh, message_en=en, status=422)


def bad_file(zh: str, en: str) -> ClientProblem:
    """A file that is not taken."""
    return ClientProblem("bad_file", zh, message_en=en, status=422)


def bad_import(lines: list[dict[str, object]]) -> ClientProblem:
    """A file has bad lines; nothing of it was taken."""
    return ClientProblem(
        "bad_import",
        f"文件有 {len(lines)} 处错误，未导入任何内容。",
        message_en=f"The file has {len(lines)} mistakes; nothing was imported.",
        status=422,
        details=lines[:500],
    )
