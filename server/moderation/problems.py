"""What the word desk refuses, in words."""

from __future__ import annotations

from filters import DetectorKind, WordListProblem
from server.errors import ClientProblem


def no_list() -> ClientProblem:
    """The list is not there (any more)."""
    return ClientProblem("not_found", "没有这个词表。", message_en="There is no such list.", status=404)


def no_word() -> ClientProblem:
    """The entry is not there (any more)."""
    return ClientProblem("not_found", "没有这个词条。", message_en="There is no such word.", status=404)


def name_taken(name: str) -> ClientProblem:
    """Another list has this name."""
    return ClientProblem(
        "name_taken",
        f"已有名为「{name}」的词表。",
        message_en=f"There is a list named “{name}” already.",
        status=409,
    )


def bad_name() -> ClientProblem:
    """A list needs a name."""
    return ClientProblem(
        "bad_name",
        "词表名须为 1 到 64 个可见字符。",
        message_en="A list's name has 1 to 64 visible characters.",
        status=422,
    )


def bad_layer() -> ClientProblem:
    """A list cannot be put into the layer of this class."""
    return ClientProblem(
        "bad_layer",
        "没有这个班级，或已归档。",
        message_en="There is no such class, or it is archived.",
        status=422,
    )


def duplicate(text: str) -> ClientProblem:
    """The list has this word."""
    return ClientProblem(
        "duplicate", f"词表中已有「{text}」。", message_en=f"The list has “{text}” already.", status=409
    )


def bad_word(text: str) -> ClientProblem:
    """Nothing of this can be looked for."""
    return ClientProblem(
        "bad_word",
        f"「{text[:50]}」无法作为词条：须为 1 到 100 个可识别的字符。",
        message_en=f"“{text[:50]}” cannot be a word: it needs 1 to 100 characters that can be looked for.",
        status=422,
    )


def bad_detector(text: str) -> ClientProblem:
    """There is no such detector."""
    kinds = ", ".join(DetectorKind)
    return ClientProblem(
        "bad_word",
        f"没有名为「{text[:50]}」的识别器；可用：{kinds}（数字串可写 digits>=6）。",
        message_en=f"There is no detector “{text[:50]}”; there are {kinds} (runs of digits as digits>=6).",
        status=422,
    )


def bad_import(problem: WordListProblem) -> ClientProblem:
    """A file has bad lines; nothing of it was taken."""
    return ClientProblem(
        "bad_import",
        f"文件有 {len(problem.problems)} 处错误，未导入任何内容。",
        message_en=f"The file has {len(problem.problems)} mistakes; nothing was imported.",
        status=422,
        details=[{"line": bad.line, "reason": bad.reason, "text": bad.text} for bad in problem.problems],
    )


def nothing_to_publish() -> ClientProblem:
    """The draft is what is in effect."""
    return ClientProblem(
        "nothing_to_publish",
        "草稿没有改动，无需发布。",
        message_en="The draft has no changes to publish.",
        status=409,
    )
