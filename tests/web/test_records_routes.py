"""The routes of the records: from a hit in the chat to allow phrase, alert, export and proof."""

from __future__ import annotations

import csv
import io
import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from tests.serving import Serving
from tests.web.conftest import problem_of


@pytest.fixture
def ask(site: Serving) -> Callable[[str], None]:
    """Asks as somebody new, and waits for the end."""

    def ask(text: str) -> None:
        url = site.url.replace("http", "ws", 1) + "/ws/chat"
        with connect(url, additional_headers={"Origin": site.url}) as page:
            page.send(json.dumps({"type": "hello", "v": 1}))
            page.send(json.dumps({"type": "ask", "id": "1", "text": text}))
            for frame in page:
                if json.loads(frame)["type"] in ("done", "refused", "error"):
                    return

    return ask


def _publish(compliance: httpx.Client, action: str) -> tuple[str, str]:
    """A word in effect in a list of its own, with a category of its own."""
    mark = uuid.uuid4().hex[:6]
    word, category = f"咕噜{''.join(chr(0x4E00 + byte) for byte in uuid.uuid4().bytes[:4])}", f"类{mark}"
    made = compliance.post(
        "/api/words/lists",
        json={"name": f"表{mark}", "category": category, "question_action": action, "answer_action": None},
    ).json()
    compliance.post("/api/words/entries", json={"list_id": made["list"]["id"], "text": word})
    assert compliance.post("/api/words/publish", json={"comment": ""}).status_code == 200
    return word, category


def _until(look: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 30
    while not (found := look()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def test_wrong_hit_becomes_an_allow_phrase_of_the_draft(
    compliance: httpx.Client, ask: Callable[[str], None]
) -> None:
    """The hit waits in the queue without its text; settled as wrong it is gone, the draft has the phrase."""
    word, category = _publish(compliance, "review")
    ask(f"请问{word}的意思")
    hits = compliance.get("/api/records/reviews").json()["hits"]
    hit = next(each for each in hits if each["word"] == word)
    assert (hit["category"], hit["text"], hit["sealed"], hit["list_name"][0]) == (category, None, False, "表")
    body = {"decision": "wrong", "note": "校名", "allow": {"text": f"{word}中学"}}
    settled = compliance.post(f"/api/records/reviews/{hit['id']}", json=body)
    assert settled.status_code == 200, settled.text
    added = settled.json()["word"]
    assert (added["text"], added["scope"], added["note"]) == (f"{word}中学", [category], "校名")
    again = compliance.post(f"/api/records/reviews/{hit['id']}", json=body)
    assert (again.status_code, problem_of(again)) == (409, "reviewed_already")
    assert problem_of(compliance.post("/api/records/reviews/x1", json=body)) == "not_found"
    compliance.post("/api/words/discard")


def test_hit_is_in_the_log_and_in_the_export_which_is_recorded(
    compliance: httpx.Client, ask: Callable[[str], None]
) -> None:
    """Filtered by its category; the file has the label, and the audit log who took how many."""
    word, category = _publish(compliance, "block")
    ask(f"请问{word}的意思")
    page = compliance.get("/api/records/hits", params={"category": category}).json()
    assert [(hit["word"], hit["action"], hit["direction"]) for hit in page["hits"]] == [
        (word, "block", "question")
    ]
    chart = compliance.get("/api/records/hits/chart", params={"category": category}).json()
    assert (len(chart["days"]), chart["categories"][0]["total"]) == (30, 1)
    assert category in compliance.get("/api/records/hits/options").json()["categories"]
    file = compliance.get("/api/records/hits/export", params={"category": category, "lang": "zh"})
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert "AI 生成" in rows[2][0]
    assert [row[4] for row in rows[5:]] == [word]
    (act,) = compliance.get("/api/records/audit", params={"what": "export_hits", "limit": 1}).json()["rows"]
    assert (act["who"], act["detail"]["num_hits"], act["detail"]["category"]) == ("compliance", 1, category)


def test_times_of_hits_are_for_those_who_may_see_dates(
    admin: httpx.Client, compliance: httpx.Client, ask: Callable[[str], None]
) -> None:
    """List, queue and file tell days until the right is switched on, and tell them again afterwards."""
    word, category = _publish(compliance, "review")
    ask(f"请问{word}的意思")
    me = next(each["id"] for each in admin.get("/api/users").json()["users"] if each["name"] == "compliance")
    which = {"category": category, "lang": "zh"}

    def told() -> tuple[list[bool], str]:
        pages = [compliance.get("/api/records/hits", params=which).json()]
        pages.append(compliance.get("/api/records/reviews").json())
        exact = [page["exact_times"] for page in pages]
        for page in pages:
            hit = next(each for each in page["hits"] if each["word"] == word)
            midnight = (hit["at_ms"] + 8 * 3_600_000) % 86_400_000 == 0  # in Shanghai
            exact.append(not midnight)
        exact.append(compliance.get("/api/records/hits/options").json()["exact_times"])
        file = compliance.get("/api/records/hits/export", params=which)
        row = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))[5]
        return exact, row[0]

    exact, cell = told()
    assert (set(exact), len(cell)) == ({False}, len("2026-11-18"))
    for allowed in (True, False):
        assert admin.patch(f"/api/users/{me}", json={"rights": {"see_dates": allowed}}).is_success
        exact, cell = told()
        assert (set(exact), ":" in cell) == ({allowed}, allowed)


def test_alert_reaches_the_teacher_it_names(
    compliance: httpx.Client, teacher: httpx.Client, admin: httpx.Client, ask: Callable[[str], None]
) -> None:
    """A teacher sees and handles what names them, and nothing of the records."""
    word, category = _publish(compliance, "block")
    staff = compliance.get("/api/records/rules").json()["staff"]
    told = next(each["id"] for each in staff if each["name"] == "teacher")
    rule = {
        "level": "serious",
        "category": category,
        "list_name": None,
        "action": "block",
        "user_ids": [told],
    }
    made = compliance.post("/api/records/rules", json={**rule, "enabled": True})
    assert made.status_code == 201, made.text
    ask(f"请问{word}的意思")
    waiting = _until(lambda: teacher.get("/api/alerts/open").json()["open"]["serious"])
    assert waiting == 1
    assert teacher.get("/api/alerts/open").json()["records"] is None
    assert compliance.get("/api/alerts/open").json()["records"]["alerts"]["serious"] >= 1
    (alert,) = teacher.get("/api/alerts").json()["alerts"]
    assert word not in json.dumps(alert, ensure_ascii=False)
    assert teacher.post(f"/api/alerts/{alert['id']}/handle", json={"note": "谈过"}).status_code == 204
    assert problem_of(admin.post(f"/api/alerts/{alert['id']}/handle", json={})) == "handled_already"
    done = compliance.get("/api/records/alerts", params={"state": "done"}).json()["alerts"]
    assert (done[0]["handled_by"], done[0]["note"]) == ("teacher", "谈过")
    # Whoever is named was told at once; to whoever looks through all of them, the hit log's rule applies.
    assert (done[0]["last_at_ms"] + 8 * 3_600_000) % 86_400_000 == 0 != alert["last_at_ms"] % 86_400_000
    assert compliance.delete(f"/api/records/rules/{made.json()['rule']['id']}").status_code == 204


def test_what_administrators_do_is_in_the_audit_log(admin: httpx.Client, compliance: httpx.Client) -> None:
    """Users, classes and keys, by name; no password, code or key; and the chain is whole."""
    name = f"老师{uuid.uuid4().hex[:6]}"
    secret = "bamboo-river-20"
    user = admin.post("/api/users", json={"name": name, "role": "teacher", "password": secret}).json()["user"]
    admin.patch(f"/api/users/{user['id']}", json={"disabled": True, "password": "bamboo-river-21"})
    made = admin.post("/api/classes", json={"name": f"班{name}", "enrolled": 3, "teachers": []}).json()
    code = admin.post(f"/api/classes/{made['class']['id']}/code").json()["class"]["join_code"]
    key = admin.post("/api/keys", json={"name": "别的系统"}).json()["key"]
    admin.delete(f"/api/keys/{key['id']}")
    rows = compliance.get("/api/records/audit", params={"who": "admin", "limit": 6}).json()["rows"]
    assert [row["what"] for row in rows] == [
        "revoke_key",
        "add_key",
        "renew_join_code",
        "add_class",
        "edit_user",
        "add_user",
    ]
    assert rows[4]["detail"] == {
        "before": {"disabled": False},
        "after": {"disabled": True},
        "password": "new",
    }
    said = json.dumps(rows, ensure_ascii=False)
    assert not any(each in said for each in (secret, "bamboo-river-21", code, key["key"]))
    proof = compliance.post("/api/records/audit/verify", json={"head": rows[0]["hash"]}).json()
    assert (proof["broken"], proof["head_hash"]) == (None, rows[0]["hash"])
    foreign = compliance.post("/api/records/audit/verify", json={"head": "0" * 63 + "1"}).json()
    assert foreign["broken"]["seq"] == foreign["num_rows"] + 1
    lines = compliance.get("/api/records/audit/export").text.splitlines()
    assert json.loads(lines[-1])["what"] == "export_audit"
    assert [json.loads(line)["seq"] for line in lines] == list(range(1, len(lines) + 1))


def test_logins_that_fail_again_and_again_are_recorded_once(
    nobody: httpx.Client, compliance: httpx.Client, admin: httpx.Client
) -> None:
    """Of a name that exists; what was typed instead of a name is not written down."""
    name = f"被猜的{uuid.uuid4().hex[:6]}"
    admin.post("/api/users", json={"name": name, "role": "teacher", "password": "bamboo-river-19"})
    for _ in range(8):
        nobody.post("/api/login", json={"name": name, "password": "wrong-guess"})
        nobody.post("/api/login", json={"name": f"{name}没有", "password": "wrong-guess"})
    rows = compliance.get("/api/records/audit", params={"what": "refuse_logins"}).json()["rows"]
    assert [row["subject"] for row in rows if name in row["subject"]] == [name]


@pytest.mark.parametrize(
    "path",
    ["hits?from=2026-13-01", "hits?before=x", "hits?limit=0", "reviews?state=lost", "audit?offset=-1"],
)
def test_query_that_makes_no_sense_is_named(compliance: httpx.Client, path: str) -> None:
    """422 with the field."""
    answer = compliance.get(f"/api/records/{path}")
    assert (answer.status_code, problem_of(answer)) == (422, "bad_query")
