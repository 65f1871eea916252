"""What the word desk refuses, in words."""

from __future__ import annotations

from filters import DetectorKind, WordListProblem
from server.errors import ClientProblem


def no_list() -> ClientProblem:
    """The list is not there (any more)."""
    return ClientProblem(
        "not_found",
        "没有这个词表，可能刚被删除。",
        message_en="There is no such list; it may have been deleted just now.",
        status=404,
    )


def no_word() -> ClientProblem:
    """The entry is not there (any more)."""
    return ClientProblem(
        "not_found",
        "没有这个词条，可能刚被删除。",
        message_en="There is no such word; it may have been deleted just now.",
        status=404,
    )


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


def _conflict(
    code: str, message: str, message_en: str, details: list[dict[str, object]] | None = None
) -> ClientProblem:
    return ClientProblem(code, message, message_en=message_en, status=409, details=details)


def no_version(number: int) -> ClientProblem:
    """There never was such a version."""
    return ClientProblem(
        "not_found", f"没有第 {number} 版。", message_en=f"There is no version {number}.", status=404
    )


def no_sample() -> ClientProblem:
    """The text is not kept (any more)."""
    return ClientProblem(
        "not_found", "没有这段保存的文字。", message_en="There is no such saved text.", status=404
    )


def too_many_samples(most: int) -> ClientProblem:
    """There is an end to what is kept."""
    return _conflict(
        "too_many", f"最多保存 {most} 段试验文字。", f"At most {most} texts to try can be saved."
    )


def version_meanwhile() -> ClientProblem:
    """Somebody else published at the same moment."""
    return _conflict(
        "changed_meanwhile",
        "刚刚有人发布了新版本，请看过后再试。",
        "Somebody published another version just now; look at it and try again.",
    )


def changed_meanwhile(details: list[dict[str, object]]) -> ClientProblem:
    """Somebody else changed what was to be changed; `details` has what it is now, and who did it."""
    who = "、".join(dict.fromkeys(str(each["who"]) for each in details if each.get("who")))
    return _conflict(
        "changed_meanwhile",
        f"在您打开之后，{who or '别人'}已作了修改，您的修改没有保存。",
        f"{who or 'Somebody else'} changed this after you opened it; your change was not saved.",
        details,
    )


def approval_needed() -> ClientProblem:
    """A second person has to look at it."""
    return _conflict(
        "approval_needed",
        "发布须经第二人审核，请提交审核。",
        "A second person has to approve: submit the draft for approval.",
    )


def approval_not_needed() -> ClientProblem:
    """There is nobody to submit to."""
    return _conflict(
        "approval_not_needed",
        "未开启第二人审核，可直接发布。",
        "No second person is asked for: publish it yourself.",
    )


def rehearse_first() -> ClientProblem:
    """Nobody looked at what the draft would do."""
    return _conflict(
        "rehearse_first",
        "请先演练当前草稿，再提交审核。",
        "Rehearse the draft as it is now before you submit it.",
    )


def waiting_already() -> ClientProblem:
    """It lies before a second person."""
    return _conflict("waiting_already", "草稿已在等待审核。", "The draft is waiting for approval already.")


def scheduled() -> ClientProblem:
    """A publication is waiting for its hour."""
    return _conflict(
        "scheduled",
        "已安排定时发布，请先取消。",
        "A publication is scheduled; cancel it first.",
    )


def submission_over() -> ClientProblem:
    """It was decided, withdrawn or changed."""
    return _conflict(
        "submission_over",
        "这次提交已撤回、已处理，或草稿有了新的改动。请刷新后再看。",
        "This submission was withdrawn or decided, or the draft has changed. Look at it again.",
    )


def own_draft() -> ClientProblem:
    """Whoever wrote it cannot be its second person."""
    return ClientProblem(
        "own_draft",
        "您编辑或提交了这份草稿，须由另一个人审核。",
        message_en="You edited or submitted this draft: somebody else has to decide.",
        status=403,
    )


def reason_needed() -> ClientProblem:
    """Whoever gets it back wants to know why."""
    return ClientProblem(
        "reason_needed", "请写明退回的理由。", message_en="Say why you send it back.", status=422
    )


def bad_time(zone: str) -> ClientProblem:
    """It cannot be published then."""
    return ClientProblem(
        "bad_time",
        f"发布时间须在今后一年之内（{zone}）。",
        message_en=f"The time must lie within the coming year ({zone}).",
        status=422,
    )


def in_effect_already(number: int) -> ClientProblem:
    """There is nothing to bring back."""
    return _conflict(
        "in_effect_already", f"第 {number} 版正在生效。", f"Version {number} is in effect already."
    )


def draft_in_the_way(num_changes: int) -> ClientProblem:
    """What becomes of the draft has to be said."""
    return _conflict(
        "draft_in_the_way",
        f"草稿有 {num_changes} 处改动：请选择保留在新版本之上，还是放弃。",
        f"The draft has {num_changes} changes: keep them on top, or discard them.",
        [{"num_changes": num_changes}],
    )


def rehearsal_failed() -> ClientProblem:
    """The draft is as it was."""
    return ClientProblem(
        "storage",
        "演练没有完成：数据暂时无法读写，请稍后再试。",
        message_en="The rehearsal did not end: the data cannot be read or written now. Try again later.",
        status=503,
    )


def rehearsing() -> ClientProblem:
    """One at a time."""
    return _conflict("rehearsing", "正在演练，请稍候。", "A rehearsal is running; please wait.")
