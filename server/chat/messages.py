"""What the chat says to people when something is not as usual, in both languages.

What differs from desk to desk comes from the preset; the rest is the same everywhere.
"""

from __future__ import annotations

from typing import Any

from server.presets import Preset
from server.protocol.texts import Texts

_ZH = {
    "too_long": "问题太长了，最多 {question_chars} 个字。请缩短后再发。",
    "too_fast": "发得太快了，请稍等片刻再发。",
    "one_at_a_time": "上一个问题还在回答，请等它结束，或先按停止。",
    "not_ready": "模型还没有准备好，请稍后再发，您写的内容还在。",
    "closing": "服务器正在重新启动，回答在此中断，上面的内容已保留。请稍后再试一次。",
    "offer": "找到两个相近的标准答案，您想问的是哪一个？",
    "bad_frame": "收到的消息格式不对。",
    "hello_first": "连接后的第一条消息必须是 hello。",
    "wrong_version": "页面的版本与服务器不符，请刷新页面。",
    "too_many_frames": "消息太多、太快了。",
    "empty_question": "请先写下问题。",
    "no_such_conversation": "没有找到这段对话，它可能已被删除。",
    "no_such_turn": "只能重新回答最后一个问题。",
    "no_teacher": "这个版本还不能把问题转给老师。请把问题记下来，当面请教。",
    "storage": "对话暂时无法保存，回答已停止。请稍后再试。",
    "internal": "服务器出了意外，已记入日志，请稍后再试。",
}
_EN = {
    "too_long": "The question is too long: at most {question_chars} characters. Please shorten it.",
    "too_fast": "That was too fast. Please wait a moment and send it again.",
    "one_at_a_time": "The last question is still being answered. Please wait for its end, or stop it first.",
    "not_ready": "The model is not ready yet. Please send it again later; what you wrote is still there.",
    "closing": "The server is restarting and the answer breaks off here; what is shown above is kept. "
    "Please try again in a moment.",
    "offer": "Two approved answers come close. Which question do you mean?",
    "bad_frame": "The message has the wrong form.",
    "hello_first": "The first message of a connection must be hello.",
    "wrong_version": "The page and the server have different versions. Please reload the page.",
    "too_many_frames": "Too many messages, too fast.",
    "empty_question": "Please write a question first.",
    "no_such_conversation": "There is no such conversation; perhaps it was deleted.",
    "no_such_turn": "Only the last question can be answered anew.",
    "no_teacher": "This version cannot pass questions on to a teacher yet. Please ask in person.",
    "storage": "The conversation cannot be stored now, so the answer was stopped. Please try again later.",
    "internal": "Something unexpected happened; it is in the log. Please try again later.",
}
TOO_MANY_CONNECTIONS = (
    "打开的页面太多了，请先关掉几个。",
    "Too many pages are open. Please close some of them.",
)


def texts_of(preset: Preset) -> dict[str, Texts]:
    """The sentences of a desk by language."""
    return {lang: _texts(preset, lang, table) for lang, table in (("zh", _ZH), ("en", _EN))}


def _texts(preset: Preset, lang: str, table: dict[str, str]) -> Texts:
    own: dict[str, Any] = {**table}
    return Texts(
        refusal=preset.refusal.get(lang),
        busy=preset.busy.get(lang),
        filtered=preset.filtered.get(lang),
        failed=preset.failed.get(lang),
        fallback=preset.fallback.get(lang),
        **own,
    )
