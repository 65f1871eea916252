"""Alerts: who is told of what, once, and who took care of it."""

from __future__ import annotations

import pytest

from server.errors import ClientProblem
from server.records import NewRule, Records
from server.storage import audit, users
from server.storage.database import Database
from tests.records.conftest import MINUTE_MS, NOW_MS, StoreHit


async def _rule(records: Records, *people: str, **given: object) -> str:
    body = NewRule.model_validate({"level": "serious", "user_ids": list(people), **given})
    made = await records.alerts.save_rule(None, body, who="zhou", now_ms=NOW_MS)
    return str(made["id"])


async def test_hit_that_a_rule_names_is_told_to_its_people(records: Records, store: StoreHit) -> None:
    """They see it, others do not; no text is in it."""
    await _rule(records, "li", category="自伤", action="block")
    await store()
    await store(category="赌博")
    await store(action="mask")
    assert len(await records.alert_watch.look()) == 1
    assert await records.alerts.num_open("li") == {"serious": 1, "notice": 0}
    assert await records.alerts.num_open("zhou") == {"serious": 0, "notice": 0}
    (alert,) = (await records.alerts.page("open", user_id="li"))["alerts"]
    assert (alert["category"], alert["people"], alert["num_hits"]) == ("自伤", ["li"], 1)
    assert "text" not in alert
    assert "word" not in alert


async def test_each_hit_is_looked_at_once(records: Records, store: StoreHit) -> None:
    """Another look raises nothing; neither does a rule that is made afterwards."""
    await _rule(records, "li", category="自伤")
    await store()
    assert len(await records.alert_watch.look()) == 1
    await _rule(records, "root", action="block")
    assert await records.alert_watch.look() == []
    assert (await records.alerts.page("open"))["total"] == 1


async def test_repeats_of_a_conversation_are_one_alert_with_a_count(
    records: Records, store: StoreHit
) -> None:
    """Within some minutes, in one look or in several; later, elsewhere or when handled it is another one."""
    await _rule(records, "li", category="自伤")
    for minute in (0, 1, 9):
        await store(conversation_id="c", at_ms=NOW_MS + minute * MINUTE_MS)
    await records.alert_watch.look()
    await store(conversation_id="c", at_ms=NOW_MS + 15 * MINUTE_MS)
    assert await records.alert_watch.look() == []
    (alert,) = (await records.alerts.page("open"))["alerts"]
    assert (alert["num_hits"], alert["last_at_ms"]) == (4, NOW_MS + 15 * MINUTE_MS)
    await store(conversation_id="d", at_ms=NOW_MS + 15 * MINUTE_MS)
    await store(conversation_id="c", at_ms=NOW_MS + 40 * MINUTE_MS)
    assert len(await records.alert_watch.look()) == 2
    for each in (await records.alerts.page("open"))["alerts"]:
        await records.alerts.handle(each["id"], note="", who="li", now_ms=NOW_MS, user_id="li")
    await store(conversation_id="c", at_ms=NOW_MS + 41 * MINUTE_MS)
    assert len(await records.alert_watch.look()) == 1


async def test_alert_is_handled_once_and_that_is_recorded(
    records: Records, database: Database, store: StoreHit
) -> None:
    """With name and note; whoever is not told of it cannot handle it, unless they see all records."""
    await _rule(records, "li", category="自伤")
    await store()
    (alert,) = await records.alert_watch.look()
    with pytest.raises(ClientProblem) as caught:
        await records.alerts.handle(alert.id, note="", who="pupil", now_ms=NOW_MS, user_id="pupil")
    assert caught.value.code == "not_found"
    await records.alerts.handle(alert.id, note="已谈话", who="li", now_ms=NOW_MS + 1, user_id="li")
    with pytest.raises(ClientProblem) as caught:
        await records.alerts.handle(alert.id, note="", who="root", now_ms=NOW_MS + 2, user_id=None)
    assert caught.value.code == "handled_already"
    (done,) = (await records.alerts.page("done", user_id="li"))["alerts"]
    assert (done["handled_by"], done["note"], done["handled_at_ms"]) == ("li", "已谈话", NOW_MS + 1)
    async with database.read() as connection:
        assert (await audit.list_page(connection, what="handle_alert"))[1] == 1


async def test_who_may_no_longer_log_in_is_told_nothing(
    records: Records, database: Database, store: StoreHit
) -> None:
    """The alert is there for those who see all records."""
    await _rule(records, "li", category="自伤")
    async with database.write() as connection:
        await users.change(connection, "li", {"disabled": True})
    await store()
    await records.alert_watch.look()
    assert await records.alerts.num_open("li") == {"serious": 0, "notice": 0}
    assert await records.alerts.num_open() == {"serious": 1, "notice": 0}


@pytest.mark.parametrize(
    ("given", "code"),
    [({"user_ids": ["li"]}, "rule_for_all"), ({"user_ids": ["pupil"], "category": "x"}, "bad_people"),
     ({"user_ids": ["nobody"], "action": "block"}, "bad_people")],
)  # fmt: skip
async def test_rule_that_makes_no_sense_is_refused(
    records: Records, given: dict[str, object], code: str
) -> None:
    """One that names every hit, and one that tells pupils or nobody."""
    body = NewRule.model_validate({"level": "notice", **given})
    with pytest.raises(ClientProblem) as caught:
        await records.alerts.save_rule(None, body, who="zhou", now_ms=NOW_MS)
    assert caught.value.code == code
    assert await records.alerts.rules() == []


async def test_rules_are_changed_and_deleted_with_a_record(records: Records, database: Database) -> None:
    """Before and after are in the audit log."""
    rule_id = await _rule(records, "li", category="自伤")
    body = NewRule(level="notice", category="自伤", user_ids=["root"], enabled=False)
    await records.alerts.save_rule(rule_id, body, who="zhou", now_ms=NOW_MS)
    (rule,) = await records.alerts.rules()
    assert (rule["level"], rule["people"], rule["enabled"]) == ("notice", ["root"], False)
    await records.alerts.delete_rule(rule_id, who="zhou", now_ms=NOW_MS)
    async with database.read() as connection:
        rows, _ = await audit.list_page(connection)
    assert [row.what for row in rows] == ["delete_alert_rule", "edit_alert_rule", "add_alert_rule"]
    assert rows[1].detail["before"]["people"] == ["li"]
