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
    "no_teacher": "您还没有加入任何{class_word}，问题没有人可转。请先用加入码加入，写的内容还在。",
    "thread_over": "这个问题现在不能这样处理，请看它下面的最新状态。",
    "too_many_threads": "已有 10 个问题在等{teacher_word}回复，请等一等，或先撤回一个。",
    "passed_on": "问题已发给{teacher_word}，回复会出现在这里。",
    "stage": "这里目前只回答{teacher_word}准备好的问题，这个问题还没有准备好的答案。"
    "可以换个问法，或把它发给{teacher_word}。",
    "stage_day": "今天的 {{most}} 次提问已用完，明天可以继续；着急的问题可以发给{teacher_word}。",
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
    "no_teacher": "You have joined no {class_word} yet, so there is nobody to pass the question to. Please "
    "join with a code first; what you wrote is still there.",
    "thread_over": "This cannot be done with the question now; please see how it stands below it.",
    "too_many_threads": "10 questions wait for your {teacher_word} already. Please wait, or withdraw one.",
    "passed_on": "The question was sent to your {teacher_word}; the reply will appear here.",
    "stage": "Only questions that your {teacher_word} prepared are answered here, and this is not one "
    "of them yet. Ask it in other words, or send it to your {teacher_word}.",
    "stage_day": "Today's {{most}} questions are used up; you can go on tomorrow. What cannot wait can be "
    "sent to your {teacher_word}.",
    "storage": "The conversation cannot be stored now, so the answer was stopped. Please try again later.",
    "internal": "Something unexpected happened; it is in the log. Please try again later.",
}
_NAMING_PEOPLE = ("no_teacher", "too_many_threads", "passed_on", "stage", "stage_day")
TOO_MANY_CONNECTIONS = (
    "打开的页面太多了，请先关掉几个。",
    "Too many pages are open. Please close some of them.",
)


def texts_of(preset: Preset) -> dict[str, Texts]:
    """The sentences of a desk by language."""
    return {lang: _texts(preset, lang, table) for lang, table in (("zh", _ZH), ("en", _EN))}


def _texts(preset: Preset, lang: str, table: dict[str, str]) -> Texts:
    own: dict[str, Any] = {**table}
    policy = preset.knowledge.own
    declined_own = preset.fallback if policy is None or policy.declined is None else policy.declined
    words = {"class_word": preset.class_word.get(lang), "teacher_word": preset.teacher_word.get(lang)}
    for name in _NAMING_PEOPLE:
        own[name] = own[name].format(**words)
    return Texts(
        refusal=preset.refusal.get(lang),
        busy=preset.busy.get(lang),
        filtered=preset.filtered.get(lang),
        failed=preset.failed.get(lang),
        fallback=preset.fallback.get(lang),
        declined_own=declined_own.get(lang),
        **own,
    )
