"""Publication at an hour of the school's clock."""

from __future__ import annotations

import pytest

from filters import Direction
from server.errors import ClientProblem
from server.moderation import NewWord, PublishedFilter, WordDesk
from server.moderation.views import ListView
from server.storage.database import Database

NOW_MS = 1_800_000_000_000  # 2027-01-15 16:00 in Shanghai
HOUR_MS = 3_600_000


@pytest.fixture
def desk(database: Database, published: PublishedFilter) -> WordDesk:
    """A desk in Shanghai."""
    return WordDesk(database, published, "Asia/Shanghai")


async def add(desk: WordDesk, list_id: str, text: str) -> None:
    """A new entry by Lin."""
    await desk.entries.add(NewWord(list_id=list_id, text=text), who="lin", now_ms=NOW_MS)


async def code(attempt: object) -> str:
    """What is said to somebody who may not."""
    with pytest.raises(ClientProblem) as problem:
        await attempt  # type: ignore[misc]
    return problem.value.code


async def test_what_was_planned_is_published_at_its_hour_and_later_edits_stay(
    desk: WordDesk, masked: ListView, published: PublishedFilter
) -> None:
    """Local time; what is edited meanwhile is neither published nor lost."""
    await add(desk, masked.id, "闪电汤圆")
    planned = await desk.schedule.plan("开学", "2027-01-15T17:00", who="lin", now_ms=NOW_MS)
    assert (planned.publish_at_ms, planned.publish_at) == (NOW_MS + HOUR_MS, "2027-01-15 17:00")
    await add(desk, masked.id, "飞毛腿面")
    assert await desk.schedule.publish_due(NOW_MS + HOUR_MS - 1) is None
    version = await desk.schedule.publish_due(NOW_MS + HOUR_MS)
    assert version is not None and (version.number, version.published_by, version.num_words) == (3, "lin", 9)
    check = published.current.check
    assert check("闪电汤圆", Direction.QUESTION).text == "****"
    assert check("飞毛腿面", Direction.QUESTION).text == "飞毛腿面"
    assert (await desk.lists.overview()).draft.num_changes == 1
    assert await desk.schedule.publish_due(NOW_MS + 2 * HOUR_MS) is None


async def test_server_that_was_down_publishes_at_start(
    database: Database, desk: WordDesk, masked: ListView
) -> None:
    """The plan is in the database: another process publishes what came due."""
    await add(desk, masked.id, "闪电汤圆")
    await desk.schedule.plan("", "2027-01-15T17:00", who="lin", now_ms=NOW_MS)
    later = PublishedFilter(database)
    await later.load(NOW_MS + 9 * HOUR_MS)
    started = WordDesk(database, later)
    version = await started.schedule.publish_due(NOW_MS + 9 * HOUR_MS)
    assert version is not None and later.version == 3


async def test_while_a_publication_waits_nothing_else_is_published_or_taken_back(
    desk: WordDesk, masked: ListView
) -> None:
    """It can be cancelled, and its changes are still in the draft."""
    await add(desk, masked.id, "闪电汤圆")
    planned = await desk.schedule.plan("", "2027-01-15T17:00", who="lin", now_ms=NOW_MS)
    assert await code(desk.versions.publish("", who="lin", now_ms=NOW_MS)) == "scheduled"
    assert await code(desk.versions.discard(who="lin", now_ms=NOW_MS)) == "scheduled"
    assert await code(desk.rollbacks.to(1, "discard", "", who="lin", now_ms=NOW_MS)) == "scheduled"
    await desk.schedule.cancel(planned.id, who="wu", now_ms=NOW_MS)
    assert await code(desk.schedule.cancel(planned.id, who="wu", now_ms=NOW_MS)) == "submission_over"
    assert await desk.schedule.publish_due(NOW_MS + 2 * HOUR_MS) is None
    assert (await desk.lists.overview()).draft.num_changes == 1


async def test_approved_draft_waits_for_its_hour(desk: WordDesk, masked: ListView) -> None:
    """The second person approves the hour, too; the version names both people."""
    await desk.approvals.ask_for(True, who="admin", now_ms=NOW_MS)
    await add(desk, masked.id, "闪电汤圆")
    await desk.rehearsals.start(7, who="lin", now_ms=NOW_MS)
    await desk.rehearsals.wait()
    sent = await desk.approvals.submit("", who="lin", now_ms=NOW_MS, publish_at="2027-01-15T17:00")
    assert await desk.approvals.approve(sent.id, who="wu", now_ms=NOW_MS) is None
    way = await desk.approvals.way()
    assert way.submission is not None and way.submission.state == "scheduled"
    version = await desk.schedule.publish_due(NOW_MS + HOUR_MS)
    assert version is not None and (version.published_by, version.approved_by) == ("lin", "wu")


@pytest.mark.parametrize("at", ["2027-01-15T15:59", "2029-01-01T00:00", "tomorrow", ""])
async def test_hours_that_cannot_be_are_refused(desk: WordDesk, masked: ListView, at: str) -> None:
    """Over, years away, or no hour at all."""
    await add(desk, masked.id, "闪电汤圆")
    assert await code(desk.schedule.plan("", at, who="lin", now_ms=NOW_MS)) == "bad_time"
