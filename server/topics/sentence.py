"""The one plain sentence above the charts, made from figures that may be shown. No names, no texts.

Pure: a template in each language; it knows no statistics beyond what the report already shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from server.topics.periods import Period
from server.topics.report import Figures, TopicCell
from server.topics.wording import Lang


@dataclass(frozen=True, slots=True)
class Story:
    """What the sentence is about."""

    audience: str | None  # the class's name; None for everyone
    current: Figures
    previous: Figures
    top: TopicCell | None
    today: date
    small_group: int


def tell(story: Story, lang: Lang) -> str:
    """The sentence."""
    return _english(story) if lang == "en" else _chinese(story)


def _chinese(story: Story) -> str:
    figures = story.current
    when = {"this_week": "本周", "last_week": "上周", "this_month": "本月"}.get(
        figures.period.name(story.today), _span_zh(figures.period, story.today)
    )
    who = when + (story.audience or "")
    if figures.questions is None:
        return (
            f"{who}提问的人还不多。为了不让任何人被认出来，不足 {story.small_group} 人时不显示数字，"
            "多几位提问就能看到了。"
        )
    if figures.questions == 0:
        return f"{who}还没有人提问。" if _running(story) else f"{who}没有人提问。"
    several = len(figures.period.weeks) > 1
    people = "" if several else f"{'' if story.audience else '共'} {figures.askers} 人"
    text = (
        f"{who}{people}提了 {figures.questions} 个问题"
        if people
        else f"{who}共提了 {figures.questions} 个问题"
    )
    text += _compared_zh(story)
    if several and figures.askers:
        text += f"，人最多的一周有 {figures.askers} 人提问"
    if story.top:
        text += f"，问得最多的是「{story.top.name}」（{'一周 ' if several else ''}{story.top.askers} 人）"
    missed = figures.not_answered
    if missed is not None:
        text += f"；有 {missed} 个问题没有得到好答案" if missed else "；每个问题都得到了回答"
    return text + "。"


def _english(story: Story) -> str:
    figures = story.current
    when = {"this_week": "This week", "last_week": "Last week", "this_month": "This month"}.get(
        figures.period.name(story.today), _span_en(figures.period, story.today)
    )
    where = f" in {story.audience}" if story.audience else ""
    if figures.questions is None:
        return (
            f"{when} few people{where} have asked so far. So that nobody can be made out, figures of fewer "
            f"than {story.small_group} people are not shown; with a few more questions they will be."
        )
    if figures.questions == 0:
        return (
            f"{when} nobody{where} has asked anything yet."
            if _running(story)
            else (f"{when} nobody{where} asked anything.")
        )
    several = len(figures.period.weeks) > 1
    asked = "1 question was asked" if figures.questions == 1 else f"{figures.questions} questions were asked"
    if several:
        text = f"{when} {asked}{where}{_compared_en(story)}"
        if figures.askers:
            text += f", by {figures.askers} people in the busiest week"
    else:
        number = "1 question" if figures.questions == 1 else f"{figures.questions} questions"
        text = f"{when} {figures.askers} people{where} asked {number}{_compared_en(story)}"
    if story.top:
        people = f"{story.top.askers} people{' in one week' if several else ''}"
        text += f", most often about “{story.top.name}” ({people})"
    missed = figures.not_answered
    if missed == 1:
        text += "; 1 question did not get a good answer"
    elif missed is not None:
        text += (
            f"; {missed} questions did not get a good answer" if missed else "; every question was answered"
        )
    return text + "."


def _running(story: Story) -> bool:
    return story.current.period.last_day >= story.today


def _change(story: Story) -> tuple[int, str | None] | None:
    """Questions of the period before, and the change in percent unless the period still runs."""
    before, now = story.previous.questions, story.current.questions
    if not before or now is None or story.previous.left_out != story.current.left_out:
        return None  # they would count different classes
    if _running(story):
        return before, None
    percent = round((now - before) * 100 / before)
    return before, f"{percent:+d}%" if percent else "±0%"


def _compared_zh(story: Story) -> str:
    change = _change(story)
    if change is None:
        return ""
    before, percent = change
    num_weeks = len(story.current.period.weeks)
    if percent is None:
        return f"（上周全周 {before} 个）" if num_weeks == 1 else f"（之前 {num_weeks} 周 {before} 个）"
    return f"（比{'前一周' if num_weeks == 1 else f'之前 {num_weeks} 周'} {percent}）"


def _compared_en(story: Story) -> str:
    change = _change(story)
    if change is None:
        return ""
    before, percent = change
    num_weeks = len(story.current.period.weeks)
    if percent is None:
        return (
            f" ({before} in all of last week)"
            if num_weeks == 1
            else (f" ({before} in the {num_weeks} weeks before)")
        )
    return f" ({percent} on the {'week' if num_weeks == 1 else f'{num_weeks} weeks'} before)"


def _span_zh(period: Period, today: date) -> str:
    first, last = period.first_day, period.last_day
    start = f"{first.month}月{first.day}日"
    if first.year != today.year:
        start = f"{first.year}年{start}"
    end = f"{last.month}月{last.day}日"
    if last.year != first.year:
        end = f"{last.year}年{end}"
    return f"{start}至{end}"


def _span_en(period: Period, today: date) -> str:
    first, last = period.first_day, period.last_day
    year = f" {last.year}" if last.year != today.year or first.year != last.year else ""
    start = f"{first.day} {first:%B}" + (f" {first.year}" if first.year != last.year else "")
    return f"From {start} to {last.day} {last:%B}{year}"
