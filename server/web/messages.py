"""What the web itself says to people when something is not right, in both languages, by code."""

from __future__ import annotations

from server.errors import ClientProblem

_SENTENCES: dict[str, tuple[int, str, str]] = {
    "bad_body": (422, "请求内容的格式不对。", "The content of the request has the wrong form."),
    "bad_query": (422, "网址中的参数不对。", "A parameter in the address is wrong."),
    "bad_request": (400, "请求的格式不对。", "The request has the wrong form."),
    "bad_upload": (422, "请用表单上传一个文件。", "Please upload one file as a form."),
    "binary_frame": (400, "这里只接受文本消息。", "Only text messages are accepted here."),
    "filter_failed": (
        503,
        "过滤器出了故障，没有放行任何内容，请稍后再试。",
        "The filter failed and nothing passed; please try again later.",
    ),
    "foreign_origin": (
        403,
        "请求来自别的网站，已被拒绝。",
        "The request comes from another site and was refused.",
    ),
    "internal": (
        500,
        "服务器出了意外，已记入日志，请稍后再试。",
        "Something unexpected happened; it is in the log. Please try again later.",
    ),
    "login_needed": (401, "请先登录。", "Please log in first."),
    "method_not_allowed": (405, "这个地址不支持这种操作。", "This address does not support that method."),
    "not_allowed": (403, "您没有这项权限。", "You are not allowed to do this."),
    "not_found": (404, "没有找到。", "Not found."),
    "source_unavailable": (
        503,
        "模型暂时不可用，请稍后再试。",
        "The model is not available; please try again later.",
    ),
    "storage": (
        503,
        "数据暂时无法保存，请稍后再试。",
        "The data cannot be stored now; please try again later.",
    ),
    "too_large": (413, "内容太大了。", "The content is too large."),
}


def problem(
    code: str,
    *,
    retry_after_seconds: float | None = None,
    details: list[dict[str, object]] | None = None,
) -> ClientProblem:
    """The problem that `code` of the table stands for."""
    status, zh, en = _SENTENCES[code]
    return ClientProblem(
        code,
        zh,
        message_en=en,
        status=status,
        retry_after_seconds=retry_after_seconds,
        details=details,
    )
