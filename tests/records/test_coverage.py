"""How many words there are against how many there ought to be, and when the lists were gone through."""

from __future__ import annotations

from server.records import Records, TargetBody
from server.storage import audit, words
from server.storage.database import Database
from server.storage.words import StoredList, StoredWord
from tests.records.conftest import DAY_MS, NOW_MS


async def _words(database: Database) -> None:
    async with database.write() as connection:
        kinds = (("l1", "words", "赌博"), ("l2", "allow", "赌博"))
        await words.add_lists(
            connection,
            [
                StoredList(list_id, list_id, kind, category, "block", None, True, "", 0)
                for list_id, kind, category in kinds
            ],
        )
        entries = [("l1", None, True), ("l1", None, True), ("l1", "暴力", True), ("l1", None, False)]
        entries.append(("l2", None, True))
        await words.add_words(
            connection,
            [
                StoredWord(
                    f"w{number}",
                    list_id,
                    f"词{number}",
                    None,
                    None,
                    "auto",
                    "",
                    on,
                    1,
                    "x",
                    category=category,
                )
                for number, (list_id, category, on) in enumerate(entries)
            ],
        )


async def test_words_are_counted_by_their_own_category(records: Records, database: Database) -> None:
    """In effect and in the draft; those that are switched off, and allow phrases, do not count."""
    await _words(database)
    report = await records.coverage.report(NOW_MS, {"赌博": 1, "旧类": 4})
    assert report["total"] == {"num_words": 5, "num_draft": 3, "target": 10_000}
    counted = {row["category"]: (row["num_words"], row["num_draft"]) for row in report["categories"]}
    assert counted == {"赌博": (1, 2), "暴力": (0, 1), "旧类": (4, 0)}


async def test_risk_sets_the_target_and_that_is_recorded(records: Records, database: Database) -> None:
    """A.1 wants 200 words, A.2 100; an organisation may want a number of its own, also of all together."""
    await _words(database)
    for body in (
        TargetBody(category="赌博", risk="a1"),
        TargetBody(category="暴力", risk="a2"),
        TargetBody(category="", risk="own", num_words=500),
        TargetBody(category="没有词的类", risk="own", num_words=7),
        TargetBody(category="没有词的类", risk="own", num_words=7),
    ):
        await records.coverage.set_target(body, who="zhou", now_ms=NOW_MS)
    report = await records.coverage.report(NOW_MS, {})
    assert report["total"]["target"] == 500
    targets = {row["category"]: row["target"] for row in report["categories"]}
    assert targets == {"赌博": 200, "暴力": 100, "没有词的类": 7}
    async with database.read() as connection:
        assert (await audit.list_page(connection, what="set_coverage_target"))[1] == 4


async def test_weekly_review_falls_due_and_is_done(records: Records) -> None:
    """Overdue until the first one, then for seven days not; who did it and the note are told."""
    assert (await records.coverage.report(NOW_MS, {}))["review"]["overdue"]
    await records.coverage.reviewed("补了两个词", who="zhou", now_ms=NOW_MS)
    clock = (await records.coverage.report(NOW_MS + 7 * DAY_MS, {}))["review"]
    assert not clock["overdue"]
    assert clock["last"] == {"at_ms": NOW_MS, "who": "zhou", "note": "补了两个词"}
    assert clock["due_at_ms"] == NOW_MS + 7 * DAY_MS
    assert (await records.coverage.report(NOW_MS + 7 * DAY_MS + 1, {}))["review"]["overdue"]
