"""The report of a class and a period."""

from __future__ import annotations

from datetime import date

import pytest

from server.errors import ClientProblem
from server.storage.database import Database
from server.topics import Audience, Recorder, Report, Statistics, TopicDesk
from tests.topics.conftest import Ask, moment

EVERYONE = Audience((None,))
MONDAY, SUNDAY = date(2026, 11, 16), date(2026, 11, 22)
NOW_MS = moment("2026-11-20 12:00")


async def week(statistics: Statistics, audience: Audience = EVERYONE) -> Report:
    """The report of the week of 16 November 2026, on its Friday."""
    return await statistics.report(audience, MONDAY, SUNDAY, lang="zh", now_ms=NOW_MS)


async def test_empty_week_says_so(statistics: Statistics) -> None:
    """Zeros are shown as zeros: they are about nobody."""
    report = await week(statistics)
    assert report.sentence == "本周还没有人提问。"
    assert report.tiles.questions == 0 and report.tiles.askers == 0
    assert [day.questions for day in report.days] == [0] * 7
    assert report.hours == [] and report.topics == [] and report.hidden == 0
    assert report.first_token_ms.p50 is None and report.tiles.answered_share is None


async def test_questions_are_counted_where_they_belong(statistics: Statistics, ask: Ask) -> None:
    """Days, hours, topics and outcomes of three pupils, in the school's own time."""
    for pupil in ("ann", "bo", "cy"):
        await ask(pupil, "2026-11-16 00:10", "勾股定理是什么", first_token_ms=800)
        await ask(pupil, "2026-11-18 16:59", "光合作用是什么", outcome="stopped", first_token_ms=2000)
    report = await week(statistics)
    assert report.tiles.model_dump() == {
        "questions": 6,
        "askers": 3,
        "enrolled": None,
        "answered_share": 0.5,
        "not_answered": 3,
        "previous_questions": 0,
    }
    assert [day.questions for day in report.days] == [3, 0, 3, 0, 0, 0, 0]
    assert [(cell.weekday, cell.hour, cell.questions) for cell in report.hours] == [(0, 0, 3), (2, 16, 3)]
    assert [(cell.id, cell.parent, cell.questions, cell.askers) for cell in report.topics] == [
        ("biology.plants", "生物", 3, 3),
        ("math.pythagoras", "数学", 3, 3),
    ]
    assert {cell.outcome: cell.questions for cell in report.outcomes} == {
        "answered": 3,
        "filtered": 0,
        "stopped": 3,
        "blocked": 0,
        "failed": 0,
    }
    assert (report.first_token_ms.p50, report.first_token_ms.p95) == (800, 2000)
    assert report.hidden == 0


async def test_too_few_people_show_nothing(statistics: Statistics, ask: Ask) -> None:
    """Two pupils, however much they ask, stay two unknown pupils."""
    for _ in range(20):
        await ask("ann", "2026-11-16 10:00", "勾股定理")
        await ask("bo", "2026-11-17 10:00", "勾股定理")
    report = await week(statistics)
    assert report.tiles.questions is None and report.tiles.askers is None
    assert {day.questions for day in report.days} == {None}
    assert len(report.hours) == 7 * 24 and {cell.questions for cell in report.hours} == {None}
    assert {cell.questions for cell in report.outcomes} == {None}
    assert report.topics == [] and report.tiles.answered_share is None
    assert report.first_token_ms.p50 is None
    assert "不足 3 人" in report.sentence and "40" not in report.sentence


async def test_small_topic_is_not_named(statistics: Statistics, ask: Ask) -> None:
    """A topic of one pupil is not listed: its name alone would say too much."""
    for pupil in ("ann", "bo", "cy", "di"):
        await ask(pupil, "2026-11-16 10:00", "勾股定理")
        await ask(pupil, "2026-11-16 10:00", "今天天气不错")
    await ask("ann", "2026-11-16 10:00", "校园欺凌怎么办")
    report = await week(statistics)
    assert [topic.id for topic in report.topics] == ["math.pythagoras"]
    assert report.hidden_topics == 1


async def test_days_of_few_people_take_another_day_with_them(statistics: Statistics, ask: Ask) -> None:
    """Monday is hidden with Saturday, or Saturday were the total less the shown days."""
    for pupil in ("ann", "bo", "cy"):
        await ask(pupil, "2026-11-16 10:00")
        await ask(pupil, "2026-11-17 10:00")
        await ask(pupil, "2026-11-17 11:00")
    await ask("ann", "2026-11-21 10:00")
    report = await week(statistics)
    assert report.tiles.questions == 10
    assert [day.questions for day in report.days] == [None, 6, 0, 0, 0, None, 0]
    shown = {(cell.weekday, cell.hour) for cell in report.hours if cell.questions is not None}
    assert shown == {(1, 10), (1, 11)}, "the hours of a hidden day are hidden as well"


async def test_blocked_question_counts_without_its_topic(statistics: Statistics, ask: Ask) -> None:
    """It never became a turn, and its text is not looked at."""
    for pupil in ("ann", "bo", "cy"):
        await ask(pupil, "2026-11-16 10:00", "勾股定理", outcome="blocked", first_token_ms=None)
    report = await week(statistics)
    assert report.tiles.questions == 3 and report.topics == []
    assert report.first_token_ms.p50 is None
    assert report.tiles.answered_share == 0


async def test_only_the_given_classes_are_counted(statistics: Statistics, ask: Ask) -> None:
    """What the caller does not hand over is not there."""
    for pupil in ("ann", "bo", "cy"):
        await ask(pupil, "2026-11-16 10:00", class_id="7a")
        await ask(pupil, "2026-11-16 10:00", class_id="7b")
        await ask(pupil, "2026-11-16 10:00", class_id=None)
    assert (await week(statistics, Audience(("7a",), "七(1)班", 40))).tiles.questions == 3
    assert (await week(statistics, Audience(("7a", "7b")))).tiles.questions == 6
    assert (await week(statistics, Audience(("7a", "7b", None)))).tiles.questions == 9
    assert (await week(statistics, Audience(()))).tiles.questions == 0


async def test_several_classes_are_no_way_around(statistics: Statistics, ask: Ask) -> None:
    """All classes less the large one would be the small one: so the sum leaves it out."""
    for pupil in ("ann", "bo", "cy"):
        await ask(pupil, "2026-11-16 10:00", class_id="7a")
    await ask("di", "2026-11-16 10:00", class_id="7b")
    both = await week(statistics, Audience(("7a", "7b")))
    assert both.tiles.questions == 3 and both.tiles.askers == 3
    assert both.days[0].questions == 3
    assert {cell.outcome: cell.questions for cell in both.outcomes}["answered"] == 3


async def test_previous_period_is_what_its_own_page_shows(statistics: Statistics, ask: Ask) -> None:
    """The bars behind are exactly the bars of the week before."""
    for pupil in ("ann", "bo", "cy"):
        await ask(pupil, "2026-11-10 10:00")
        await ask(pupil, "2026-11-17 10:00")
    await ask("ann", "2026-11-11 10:00")
    report = await week(statistics)
    before = await statistics.report(
        EVERYONE, date(2026, 11, 9), date(2026, 11, 15), lang="zh", now_ms=NOW_MS
    )
    assert [day.previous for day in report.days] == [day.questions for day in before.days]
    assert report.tiles.previous_questions == before.tiles.questions == 4


async def test_any_dates_mean_their_whole_weeks(statistics: Statistics, ask: Ask) -> None:
    """A week less six of its days would be one day."""
    for pupil in ("ann", "bo", "cy"):
        await ask(pupil, "2026-11-16 10:00")
    report = await statistics.report(
        EVERYONE, date(2026, 11, 18), date(2026, 11, 18), lang="en", now_ms=NOW_MS
    )
    assert (report.first_day, report.last_day) == (MONDAY, SUNDAY)
    assert report.tiles.questions == 3
    assert report.as_json()["from"] == "2026-11-16" and report.as_json()["to"] == "2026-11-22"


@pytest.mark.parametrize(
    ("first", "last"), [(SUNDAY, MONDAY), (date(2020, 1, 1), SUNDAY), (date(1, 1, 1), date(1, 1, 2))]
)
async def test_impossible_period_is_refused(statistics: Statistics, first: date, last: date) -> None:
    """The wrong way round, too long, or before there was a week before."""
    with pytest.raises(ClientProblem, match="日期"):
        await statistics.report(EVERYONE, first, last, lang="zh", now_ms=NOW_MS)


async def test_turn_is_counted_once(statistics: Statistics, ask: Ask) -> None:
    """A turn that ends twice, after a restart say, is one question."""
    for pupil in ("ann", "bo", "cy", "cy"):
        await ask(pupil, "2026-11-16 10:00", turn_id=f"turn of {pupil}")
    assert (await week(statistics)).tiles.questions == 3


async def test_finished_week_is_remembered_until_told_otherwise(
    statistics: Statistics, ask: Ask, database: Database
) -> None:
    """Old weeks are not added up again; `forget` reads them anew."""
    three_weeks_later = moment("2026-12-07 12:00")

    async def num_questions() -> int | None:
        report = await statistics.report(EVERYONE, MONDAY, SUNDAY, lang="zh", now_ms=three_weeks_later)
        return report.tiles.questions

    for pupil in ("ann", "bo", "cy"):
        await ask(pupil, "2026-11-16 10:00")
    assert await num_questions() == 3
    for pupil in ("di", "ed", "flo"):
        await ask(pupil, "2026-11-16 10:00")
    assert await num_questions() == 3
    statistics.forget()
    assert await num_questions() == 6


async def test_rating_does_not_disturb_the_counts(
    statistics: Statistics, ask: Ask, database: Database
) -> None:
    """A rating is noted beside the question; one for an unknown turn is nothing."""
    from server.topics import Recorder, TopicDesk

    desk = TopicDesk(database, "education")
    await desk.load()
    recorder = Recorder(database, desk, timezone="Asia/Shanghai")
    for pupil in ("ann", "bo", "cy"):
        await ask(pupil, "2026-11-16 10:00", turn_id=pupil)
    await recorder.rated("ann", -1)
    await recorder.rated("nobody's", 1)
    assert (await week(statistics)).tiles.questions == 3


async def test_running_week_is_kept_until_a_question_is_counted(database: Database, desk: TopicDesk) -> None:
    """What was counted once is not counted again, and yet the third new question shows at once."""
    told = Statistics(database, lambda: desk.taxonomy, small_group=3, timezone="Asia/Shanghai", is_told=True)
    recorder = Recorder(database, desk, timezone="Asia/Shanghai", statistics=told)

    async def asked() -> int | None:
        report = await told.report(
            Audience((None,)), date(2026, 11, 16), date(2026, 11, 22), lang="zh",
            now_ms=moment("2026-11-19 12:00"),
        )  # fmt: skip
        return report.tiles.questions

    for number in range(1, 7):
        await recorder.question(
            turn_id=f"t{number}", asked_at_ms=moment("2026-11-18 09:30"), class_id=None, asker=f"p{number}",
            text="你好", outcome="answered", origin="model", first_token_ms=1, total_ms=2,
        )  # fmt: skip
        assert await asked() == (number // 3 * 3 or None)
        assert await asked() == (number // 3 * 3 or None)
    await recorder.rated("t1", -1)
    assert await asked() == 6
