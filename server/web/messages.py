"""What the server says to people when something is not right, in both languages, by code.

A code without an entry keeps the sentence of whoever raised it. It does not know when a
code is used.
"""

from __future__ import annotations

from server.web.languages import Language

MESSAGES: dict[str, tuple[str, str]] = {
    "bad_body": ("请求内容的格式不对。", "The request's content has the wrong form."),
    "bad_query": ("网址中的参数不对。", "A parameter in the address is wrong."),
    "bad_frame": ("消息的格式不对。", "The message has the wrong form."),
    "binary_frame": ("这里只接受文本消息。", "Only text messages are accepted here."),
    "bad_upload": ("请用表单上传一个文件。", "Please upload one file as a form."),
    "class_code_needed": ("请先输入班级码，再开始提问。", "Please enter your class code before asking."),
    "foreign_origin": (
        "请求来自别的网站，已被拒绝。",
        "The request comes from another site and was refused.",
    ),
    "hello_late": ("连接后没有及时打招呼。", "No hello came in time after connecting."),
    "internal": (
        "服务器出了意外，已记入日志，请稍后再试。",
        "Something unexpected happened; it is in the log. Please try again later.",
    ),
    "last_admin": ("必须至少保留一位管理员。", "At least one administrator must remain."),
    "login_needed": ("请先登录。", "Please log in first."),
    "method_not_allowed": ("这个地址不支持这种操作。", "This address does not support that method."),
    "no_such_class": ("没有这个班级码，请核对后再试。", "There is no such class code; please check it."),
    "not_allowed": ("您没有这项权限。", "You are not allowed to do this."),
    "not_found": ("没有找到。", "Not found."),
    "nothing_to_publish": ("没有需要发布的改动。", "There is nothing to publish."),
    "setup_token_spent": (
        "这个链接已经用过或已失效，请在服务器终端查看新的链接。",
        "This link has been used or is no longer valid; look at the server's terminal for a new one.",
    ),
    "source_unavailable": (
        "模型暂时不可用，请稍后再试。",
        "The model is not available; please try again later.",
    ),
    "storage": ("数据暂时无法保存，请稍后再试。", "The data cannot be stored now; please try again later."),
    "too_large": ("内容太大了。", "The content is too large."),
    "too_many_connections": (
        "打开的页面太多了，请先关掉一些。",
        "Too many pages are open; please close some of them first.",
    ),
    "too_many_tries": ("尝试次数过多，请稍后再试。", "Too many tries; please wait a while."),
    "wrong_password": ("用户名或密码不对。", "The name or the password is wrong."),
}


def say(code: str, language: Language, otherwise: str = "") -> str:
    """The sentence for `code`, or `otherwise` where we have none."""
    pair = MESSAGES.get(code)
    if pair is None:
        return otherwise or code
    return pair[0] if language == "zh" else pair[1]
