"""The sentence above the charts."""

from __future__ import annotations

from datetime import date, timedelta

from server.topics import Audience, Statistics
from tests.topics.conftest import Ask, moment

CLASS = Audience(("7a",), "七(3)班", 40)
MONDAY = date(2026, 11, 16)


async def told(
    statistics: Statistics, audience: Audience, first: date, weeks: int, now: str, lang: str
) -> str:
    """The sentence for some weeks at a moment."""
    last = first + timedelta(days=7 * weeks - 1)
    report = await statistics.report(
        audience,
        first,
        last,
        lang="en" if lang == "en" else "zh",
        now_ms=moment(now),
    )
    return report.sentence


async def a_lively_fortnight(ask: Ask) -> None:
    """Four pupils in the week of 9 November, five in the next, three of whom stop an answer."""
    for pupil in ("ann", "bo", "cy", "di"):
        await ask(pupil, "2026-11-10 10:00", "光合作用", class_id="7a")
    for pupil in ("ann", "bo", "cy", "di", "eve"):
        await ask(pupil, "2026-11-17 10:00", "勾股定理", class_id="7a")
    for pupil in ("ann", "bo", "cy"):
        await ask(pupil, "2026-11-17 10:00", "你好", class_id="7a", outcome="stopped")


async def test_sentence_of_a_finished_week(statistics: Statistics, ask: Ask) -> None:
    """People, questions, the change, the topic, and what went badly."""
    await a_lively_fortnight(ask)
    assert await told(statistics, CLASS, MONDAY, 1, "2026-11-25 12:00", "zh") == (
        "上周七(3)班 5 人提了 8 个问题（比前一周 +100%），问得最多的是「勾股定理」（5 人）；"
        "有 3 个问题没有得到好答案。"
    )
    assert await told(statistics, CLASS, MONDAY, 1, "2026-11-25 12:00", "en") == (
        "Last week 5 people in 七(3)班 asked 8 questions (+100% on the week before), "
        "most often about “Pythagoras” (5 people); 3 questions did not get a good answer."
    )


async def test_running_week_is_not_held_against_a_whole_one(statistics: Statistics, ask: Ask) -> None:
    """On Tuesday a fall of 60 % would only say that it is Tuesday."""
    await a_lively_fortnight(ask)
    sentence = await told(statistics, CLASS, MONDAY, 1, "2026-11-17 12:00", "zh")
    assert sentence.startswith("本周七(3)班 5 人提了 8 个问题（上周全周 4 个），")


async def test_sentence_of_several_weeks_counts_people_by_the_week(statistics: Statistics, ask: Ask) -> None:
    """Nobody is followed from week to week, so the busiest one is told."""
    await a_lively_fortnight(ask)
    sentence = await told(statistics, CLASS, date(2026, 11, 9), 2, "2026-12-25 12:00", "zh")
    assert sentence == (
        "11月9日至11月22日七(3)班共提了 12 个问题，人最多的一周有 5 人提问，"
        "问得最多的是「勾股定理」（一周 5 人）；有 3 个问题没有得到好答案。"
    )
    english = await told(statistics, CLASS, date(2026, 11, 9), 2, "2027-12-25 12:00", "en")
    assert english.startswith(
        "From 9 November to 22 November 2026 12 questions were asked in 七(3)班, by 5 people"
    )


async def test_sentence_is_kind_when_too_few_asked(statistics: Statistics, ask: Ask) -> None:
    """It says why there are no numbers, and has none of them in it."""
    await ask("ann", "2026-11-16 10:00", class_id="7a")
    sentence = await told(statistics, CLASS, MONDAY, 1, "2026-11-20 12:00", "en")
    assert sentence.startswith("This week few people in 七(3)班 have asked so far.")
    assert "fewer than 3 people are not shown" in sentence


async def test_sentence_without_a_class_names_none(statistics: Statistics, ask: Ask) -> None:
    """A desk open to everyone has no classes."""
    for pupil in ("ann", "bo", "cy"):
        await ask(pupil, "2026-11-16 10:00")
    everyone = Audience((None,))
    assert await told(statistics, everyone, MONDAY, 1, "2026-11-20 12:00", "zh") == (
        "本周共 3 人提了 3 个问题；每个问题都得到了回答。"
    )
