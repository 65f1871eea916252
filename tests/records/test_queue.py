"""The queue of hits that a person is to look at."""

from __future__ import annotations

import pytest

from server.errors import ClientProblem
from server.records import Records
from server.storage import audit
from server.storage.database import Database
from tests.records.conftest import NOW_MS, StoreHit


async def test_only_hits_of_the_action_review_wait_for_somebody(records: Records, store: StoreHit) -> None:
    """What was blocked or masked is done with."""
    await store(action="block")
    await store(action="review", word="等人看")
    page = await records.queue.page("open", now_ms=NOW_MS)
    assert [hit["word"] for hit in page["hits"]] == ["等人看"]
    assert await records.queue.num_open() == 1


async def test_decision_says_who_found_so_and_is_recorded(
    records: Records, database: Database, store: StoreHit
) -> None:
    """The hit leaves the queue, with name, time and note; the audit log has the decision."""
    await store(action="review")
    (hit,) = (await records.queue.page("open", now_ms=NOW_MS))["hits"]
    await records.queue.settle(hit["id"], "wrong", note=" 校名 ", who="zhou", now_ms=NOW_MS + 5)
    assert await records.queue.num_open() == 0
    (done,) = (await records.queue.page("done", now_ms=NOW_MS))["hits"]
    assert (done["review"], done["handled_by"], done["handled_note"]) == ("wrong", "zhou", "校名")
    assert done["handled_at_ms"] == NOW_MS + 5
    async with database.read() as connection:
        rows, _ = await audit.list_page(connection, what="review_hit")
    assert (rows[0].who, rows[0].detail["decision"]) == ("zhou", "wrong")


async def test_second_decision_is_refused(records: Records, store: StoreHit) -> None:
    """Two people at the queue do not overwrite each other: the slower one is told who was quicker."""
    await store(action="review")
    await store(action="block")
    blocked, waiting = 2, 1
    await records.queue.settle(waiting, "right", note="", who="zhou", now_ms=NOW_MS)
    with pytest.raises(ClientProblem, match="zhou") as caught:
        await records.queue.settle(waiting, "wrong", note="", who="root", now_ms=NOW_MS)
    assert caught.value.code == "reviewed_already"
    for number in (blocked, 999):
        with pytest.raises(ClientProblem) as caught:
            await records.queue.settle(number, "right", note="", who="zhou", now_ms=NOW_MS)
        assert caught.value.code == "not_found"
