"""What this package says to people, in Chinese and in English.

Only the sentences; when to say them is decided elsewhere.
"""

from __future__ import annotations

from typing import Literal

Lang = Literal["zh", "en"]

_SENTENCES: dict[str, tuple[str, str]] = {
    "bad_topics": (
        "主题没有保存：请先改正下面列出的问题。",
        "The topics were not saved: please mend what is listed below.",
    ),
    "changed": (
        "主题没有保存：在您编辑期间，别人保存了另一份。",
        "The topics were not saved: somebody else saved others while you were editing.",
    ),
    "topics_not_a_list": (
        "主题没有保存：需要一个不超过 {limit} 项的列表。",
        "The topics were not saved: a list of at most {limit} is needed.",
    ),
    "not_an_object": ("这一行不是一个主题。", "This row is not a topic."),
    "bad_id": (
        "编号只能用字母、数字、点、横线和下划线，最多 64 个。",
        "An id may hold letters, digits, dots, hyphens and underscores, 64 at most.",
    ),
    "id_twice": ("这个编号用了两次。", "This id is used twice."),
    "unknown_parent": ("没有这个上级主题。", "There is no such parent topic."),
    "parent_not_subject": (
        "上级必须是最上层的主题：只有两层。",
        "The parent must be a topic of the first level: there are only two.",
    ),
    "empty_name": ("中文名和英文名都要填。", "Both names, Chinese and English, are needed."),
    "long_name": ("名称最多 {limit} 个字。", "A name has at most {limit} characters."),
    "name_twice": ("同一层里已经有「{other}」。", "There is already a “{other}” on this level."),
    "keywords_not_texts": ("关键词必须是文字的列表。", "The keywords must be a list of texts."),
    "many_keywords": ("关键词最多 {limit} 个。", "There may be at most {limit} keywords."),
    "short_keyword": (
        "关键词「{keyword}」太短：至少两个字，否则什么问题都会碰上。",
        "The keyword “{keyword}” is too short: with fewer than two characters it meets everything.",
    ),
    "long_keyword": (
        "关键词「{keyword}」太长：最多 {limit} 个字。",
        "The keyword “{keyword}” is too long: {limit} characters at most.",
    ),
    "keyword_twice": ("关键词「{keyword}」写了两次。", "The keyword “{keyword}” is there twice."),
    "label": (
        "统计的是向 AI 提出的问题，回答由 AI 生成；数字由程序计算，主题按关键词归类。",
        "Questions to an AI, whose answers are AI-generated; figures are computed, topics found by keywords.",
    ),
    "groups_label": (
        "相似问题由程序按用词归在一起，回答由 AI 生成；显示的是其中一种问法，联系方式和号码已隐去。",
        "Like questions are grouped by their words, answers are AI-generated; one wording is shown, masked.",
    ),
    "csv_period": ("时间", "Period"),
    "csv_questions": ("提问数", "Questions"),
    "csv_askers": ("提问人数", "People who asked"),
    "csv_askers_peak": ("提问人数（最多的一周）", "People who asked (busiest week)"),
    "csv_enrolled": ("全部人数", "Enrolled"),
    "csv_previous_questions": ("前一时段提问数", "Questions in the period before"),
    "csv_first_token_p50": ("首字等待中位数（毫秒）", "Wait for the first word, median (ms)"),
    "csv_first_token_p95": ("首字等待 95%（毫秒）", "Wait for the first word, 95th percentile (ms)"),
    "csv_day": ("日期", "Day"),
    "csv_previous": ("前一时段", "Period before"),
    "csv_weekday": ("星期（1 为周一）", "Weekday (1 is Monday)"),
    "csv_hour": ("小时", "Hour"),
    "csv_subject": ("大类", "Subject"),
    "csv_topic": ("主题", "Topic"),
    "csv_hidden_topics": ("未显示的主题数", "Topics not shown"),
    "csv_outcome": ("结果", "Outcome"),
    "csv_answered": ("已回答", "Answered"),
    "csv_filtered": ("回答被过滤", "Answer filtered"),
    "csv_stopped": ("提问者停止", "Stopped by the asker"),
    "csv_blocked": ("问题被拦下", "Question held back"),
    "csv_failed": ("出错", "Failed"),
    "csv_group": ("相似的问题（其中一种问法）", "Like questions (one wording)"),
    "csv_terms": ("共同的词", "In common"),
    "csv_good": ("评为好", "Rated good"),
    "csv_bad": ("评为差", "Rated bad"),
    "csv_reason": ("没有答好的原因", "Why not answered well"),
    "csv_reason_blocked": ("问题被拦下", "Question held back"),
    "csv_reason_failed": ("出错，没有回答", "Failed, no answer"),
    "csv_reason_fallback": ("回答被过滤，换成了备用的话", "Answer filtered, another text shown"),
    "csv_reason_rated_down": ("被评为差", "Rated bad"),
    "csv_reason_asked_again": ("3 分钟内又问了一遍", "Asked again within 3 minutes"),
    "csv_reason_stopped_early": ("刚开始回答就被停止", "Stopped in the first seconds"),
    "csv_category": ("类别", "Category"),
    "csv_direction": ("在哪里", "Where"),
    "csv_direction_question": ("提问", "Question"),
    "csv_direction_answer": ("回答", "Answer"),
    "csv_action": ("处理", "Action"),
    "csv_action_block": ("拦下", "Blocked"),
    "csv_action_replace": ("替换", "Replaced"),
    "csv_action_mask": ("打码", "Masked"),
    "csv_action_review": ("复核", "Reviewed"),
    "csv_action_warn": ("提醒", "Warned"),
    "csv_action_log": ("只记录", "Logged only"),
    "csv_hits": ("命中次数", "Hits"),
    "csv_waiting": ("等待人工回复的问题", "Questions that wait for a person"),
    "csv_hidden": ("未显示", "not shown"),
    "csv_hidden_note": (
        "为保护个人，不足 {small_group} 人的数字不显示；能推算出它们的数字也不显示。",
        "To protect people, figures of fewer than {small_group} are not shown, nor any that give them away.",
    ),
    "csv_steps_note": (
        "看过的数字，要等至少 {small_group} 人有新提问后才更新，之前保持原样。",
        "A figure that was seen before moves on only with new questions of at least {small_group} people.",
    ),
    "bad_period": (
        "日期不对：开始不能晚于结束，一次最多 {limit} 周。",
        "These dates do not work: the first must not be after the last, and {limit} weeks is the most.",
    ),
}


def say(lang: Lang, key: str, /, **values: object) -> str:
    """The sentence `key` in one language, with its places filled."""
    return _SENTENCES[key][lang == "en"].format(**values)


def mistake(
    lang: Lang, row: int, field: str, reason: str, name: str, /, **values: object
) -> dict[str, object]:
    """One finding of `bad_topics`: where it is, a word for programs and a sentence for people."""
    return {
        "row": row,
        "field": field,
        "reason": reason,
        "name": name,
        "message": say(lang, reason, **values),
    }
