"""A draft before a second person: submitted, decided on by somebody else, published or sent back."""

from __future__ import annotations

from collections.abc import Awaitable

import pytest

from filters import Direction
from server.errors import ClientProblem
from server.moderation import ListPatch, NewWord, PublishedFilter, WordDesk
from server.moderation.views import ListView
from server.moderation.views_way import SubmissionView
from server.storage import audit
from server.storage.database import Database

NOW_MS = 1_800_000_000_000


async def refused(attempt: Awaitable[object]) -> tuple[int, str]:
    """What is said to somebody who may not."""
    with pytest.raises(ClientProblem) as problem:
        await attempt
    return problem.value.status, problem.value.code


async def add(desk: WordDesk, list_id: str, text: str, who: str = "lin") -> None:
    """A new entry."""
    await desk.entries.add(NewWord(list_id=list_id, text=text), who=who, now_ms=NOW_MS)


async def rehearse(desk: WordDesk) -> None:
    """Rehearse the draft to the end."""
    await desk.rehearsals.start(30, who="lin", now_ms=NOW_MS)
    await desk.rehearsals.wait()


async def submit(desk: WordDesk, who: str = "lin", publish_at: str | None = None) -> SubmissionView:
    """Rehearse and submit."""
    await rehearse(desk)
    return await desk.approvals.submit("每周复核", who=who, now_ms=NOW_MS + 1, publish_at=publish_at)


@pytest.fixture
async def careful(desk: WordDesk, masked: ListView) -> WordDesk:
    """A desk where a second person approves, with one word in the draft, by Lin."""
    await desk.approvals.ask_for(True, who="admin", now_ms=NOW_MS)
    await add(desk, masked.id, "闪电汤圆")
    return desk


async def test_nobody_publishes_alone_where_a_second_person_approves(careful: WordDesk) -> None:
    """Neither at once nor at an hour; a draft that nobody rehearsed is not even submitted."""
    publish = careful.versions.publish("", who="lin", now_ms=NOW_MS)
    assert await refused(publish) == (409, "approval_needed")
    plan = careful.schedule.plan("", "2027-02-01T08:00", who="lin", now_ms=NOW_MS)
    assert await refused(plan) == (409, "approval_needed")
    attempt = careful.approvals.submit("", who="lin", now_ms=NOW_MS)
    assert await refused(attempt) == (409, "rehearse_first")


async def test_somebody_else_approves_and_it_is_in_effect(
    careful: WordDesk, masked: ListView, published: PublishedFilter
) -> None:
    """Not who submitted it, nor who edited any of it; the version says who did what."""
    await add(careful, masked.id, "飞毛腿面", who="wu")
    sent = await submit(careful, who="chen")
    for who in ("lin", "wu", "chen"):
        attempt = careful.approvals.approve(sent.id, who=who, now_ms=NOW_MS)
        assert await refused(attempt) == (403, "own_draft")
    version = await careful.approvals.approve(sent.id, who="zhao", now_ms=NOW_MS + 2)
    assert version is not None
    assert (version.number, version.published_by, version.approved_by) == (3, "chen", "zhao")
    assert published.current.check("闪电汤圆", Direction.QUESTION).text == "****"
    assert (await careful.approvals.way()).submission is None
    again = careful.approvals.approve(sent.id, who="zhao", now_ms=NOW_MS)
    assert await refused(again) == (409, "submission_over")


async def test_an_edit_withdraws_what_was_submitted(careful: WordDesk, masked: ListView) -> None:
    """Approval is of exactly what was rehearsed: after an edit it starts anew, and everybody is told why."""
    sent = await submit(careful)
    await careful.lists.change(masked.id, ListPatch(note="新"), who="wu", now_ms=NOW_MS + 2)
    way = await careful.approvals.way()
    assert way.submission is not None
    assert (way.submission.state, way.submission.decided_by, way.submission.reason) == (
        "withdrawn",
        "wu",
        "edited",
    )
    assert not way.rehearsed and (await careful.rehearsals.view()).is_stale
    attempt = careful.approvals.approve(sent.id, who="zhao", now_ms=NOW_MS)
    assert await refused(attempt) == (409, "submission_over")
    attempt = careful.approvals.submit("", who="lin", now_ms=NOW_MS)
    assert await refused(attempt) == (409, "rehearse_first")


async def test_sent_back_with_a_reason_corrected_and_approved(careful: WordDesk, masked: ListView) -> None:
    """Nothing of the draft is lost on the way."""
    sent = await submit(careful)
    nothing_said = careful.approvals.send_back(sent.id, "  ", who="zhao", now_ms=NOW_MS)
    assert await refused(nothing_said) == (422, "reason_needed")
    await careful.approvals.send_back(sent.id, "太宽", who="zhao", now_ms=NOW_MS + 2)
    way = await careful.approvals.way()
    assert way.submission is not None
    assert (way.submission.state, way.submission.reason) == ("refused", "太宽")
    await add(careful, masked.id, "飞毛腿面")
    sent = await submit(careful)
    version = await careful.approvals.approve(sent.id, who="zhao", now_ms=NOW_MS + 3)
    assert version is not None and version.num_words == 10


async def test_with_the_second_person_off_the_record_says_so(careful: WordDesk, database: Database) -> None:
    """What waited is withdrawn; a version by one person is one by one person in record and log."""
    await submit(careful)
    await careful.approvals.ask_for(False, who="admin", now_ms=NOW_MS + 2)
    assert (await careful.approvals.way()).submission is not None
    version = await careful.versions.publish("", who="lin", now_ms=NOW_MS + 3)
    assert version.approved_by is None
    line = (await careful.versions.changes(limit=1)).changes[0]
    assert line.after is not None and line.after["by_one_person"] is True
    async with database.read() as connection:
        entries = [entry async for entry in audit.every(connection)]
        assert (await audit.verify(connection)).first_broken is None
    acts = [entry.what for entry in entries]
    assert acts[-4:] == ["submit", "second_person", "withdraw", "publish"]
    assert entries[-1].detail["after"]["by_one_person"] is True


async def test_every_act_is_in_record_and_log_alike(careful: WordDesk, database: Database) -> None:
    """The two are written by one function: they have the same acts in the same order."""
    sent = await submit(careful)
    await careful.approvals.send_back(sent.id, "太宽", who="zhao", now_ms=NOW_MS + 2)
    await careful.files.export(None, "csv", who="wu", now_ms=NOW_MS + 3)
    await careful.versions.discard(who="lin", now_ms=NOW_MS + 4)
    lines = (await careful.versions.changes(limit=500)).changes
    async with database.read() as connection:
        entries = [entry async for entry in audit.every(connection)]
    assert [line.what for line in reversed(lines)] == [entry.what for entry in entries]
    assert (await careful.approvals.way()).submission is None  # of a draft that is gone
