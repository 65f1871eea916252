"""The word desk over HTTP, from an empty list to a version in effect."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.web.conftest import problem_of


def new_list(desk: httpx.Client, name: str, **more: Any) -> dict[str, Any]:
    """A list of the draft."""
    body = {"name": name, "kind": "words", "category": "test", "question_action": "block", **more}
    made = desk.post("/api/words/lists", json=body)
    assert made.status_code == 201, made.text
    row: dict[str, Any] = made.json()["list"]
    return row


def delete_list(desk: httpx.Client, list_id: str) -> int:
    """Delete a list as it is now; the status."""
    (row,) = [each for each in desk.get("/api/words").json()["lists"] if each["id"] == list_id]
    return desk.delete(f"/api/words/lists/{list_id}?based_on={row['updated_at_ms']}").status_code


def test_list_is_made_changed_and_deleted(compliance: httpx.Client) -> None:
    """With its counts in the overview, and one name for one list."""
    row = new_list(compliance, "甲表", answer_action="mask", note="为何")
    assert row["num_words"] == 0 and row["answer_action"] == "mask"
    taken = compliance.post("/api/words/lists", json={"name": "甲表", "kind": "words"})
    assert (taken.status_code, problem_of(taken)) == (409, "name_taken")
    patched = compliance.patch(
        f"/api/words/lists/{row['id']}",
        json={"answer_action": None, "enabled": False, "based_on": row["updated_at_ms"]},
    )
    changed = patched.json()["list"]
    assert changed == {
        **row,
        "answer_action": None,
        "enabled": False,
        "updated_at_ms": changed["updated_at_ms"],
    }
    overview = compliance.get("/api/words").json()
    assert set(overview) == {"lists", "classes", "draft", "published", "way"}
    assert patched.json()["list"] in overview["lists"]
    stale = compliance.delete(f"/api/words/lists/{row['id']}?based_on={row['updated_at_ms']}")
    assert (stale.status_code, problem_of(stale)) == (409, "changed_meanwhile")
    assert delete_list(compliance, row["id"]) == 204
    gone = compliance.delete(f"/api/words/lists/{row['id']}?based_on=1")
    assert (gone.status_code, problem_of(gone)) == (404, "not_found")


def test_words_are_added_found_changed_and_deleted(compliance: httpx.Client) -> None:
    """One by one and many at once."""
    row = new_list(compliance, "乙表")

    def add(text: str) -> httpx.Response:
        return compliance.post("/api/words/entries", json={"list_id": row["id"], "text": text})

    added = add("咕噜")
    assert added.status_code == 201 and added.json()["findings"] == []
    word = added.json()["word"]
    assert (add("咕噜").status_code, problem_of(add("咕噜"))) == (409, "duplicate")
    assert (add(" ").status_code, problem_of(add(" "))) == (422, "bad_word")
    assert add("的").json()["findings"][0]["code"] == "one_character"
    patched = compliance.patch(
        f"/api/words/entries/{word['id']}", json={"note": "看看", "based_on": word["updated_at_ms"]}
    )
    stale = compliance.patch(f"/api/words/entries/{word['id']}", json={"note": "别的", "based_on": 1})
    assert (stale.status_code, problem_of(stale)) == (409, "changed_meanwhile")
    (other,) = stale.json()["error"]["details"]
    assert (other["who"], other["word"]["note"]) == ("compliance", "看看")
    assert compliance.patch(f"/api/words/entries/{word['id']}", json={"note": ""}).status_code == 422
    assert patched.json()["word"]["note"] == "看看"
    found = compliance.get("/api/words/entries", params={"list": row["id"], "q": "咕"}).json()
    assert found["total"] == 1 and found["words"][0]["id"] == word["id"]
    many = [add(text).json()["word"]["id"] for text in ("叽里", "呱啦", "哗哗")]
    body = {"ids": [*many, "nothing"], "enabled": False, "based_on": {}}
    assert compliance.post("/api/words/entries/enable", json=body).json() == {"num_words": 3}
    off = compliance.get("/api/words/entries", params={"list": row["id"], "enabled": "false"}).json()
    assert off["total"] == 3
    stamps = dict.fromkeys(many, 1)
    stale = compliance.post("/api/words/entries/delete", json={"ids": many, "based_on": stamps})
    assert (stale.status_code, problem_of(stale)) == (409, "changed_meanwhile")
    assert len(stale.json()["error"]["details"]) == 3
    stamps = {each["word"]["id"]: each["at_ms"] for each in stale.json()["error"]["details"]}
    deleted = compliance.post("/api/words/entries/delete", json={"ids": many, "based_on": stamps})
    assert deleted.json() == {"num_words": 3}
    newest = patched.json()["word"]["updated_at_ms"]
    assert compliance.delete(f"/api/words/entries/{word['id']}?based_on={newest}").status_code == 204
    assert compliance.get("/api/words/entries?limit=0").status_code == 422
    delete_list(compliance, row["id"])


def test_file_is_imported_whole_or_not_at_all(compliance: httpx.Client) -> None:
    """Bad lines are all named; a dry run changes nothing; the export can be read back."""
    row = new_list(compliance, "丙表")

    def load(content: bytes, dry_run: str = "false", name: str = "词.csv") -> httpx.Response:
        return compliance.post(
            "/api/words/import",
            data={"list_id": row["id"], "dry_run": dry_run},
            files={"file": (name, content)},
        )

    bad = load("text,question_action\n好词,block\n坏词,nonsense\n,block\n".encode())
    assert (bad.status_code, problem_of(bad)) == (422, "bad_import")
    assert [detail["line"] for detail in bad.json()["error"]["details"]] == [3, 4]
    good = "text,note\n咕噜,一\n叽里,二\n".encode()
    left_out = {"findings", "harmless", "recent", "as_of_ms"}

    def counts(report: dict[str, Any]) -> dict[str, Any]:
        assert left_out < set(report)
        return {name: value for name, value in report.items() if name not in left_out and value}

    assert counts(load(good, "true").json()) == {"num_new": 2, "dry_run": True}
    assert load(good).json()["num_new"] == 2
    assert counts(load(good).json()) == {"num_known": 2}
    exported = compliance.get("/api/words/export", params={"list": row["id"], "format": "csv"})
    assert exported.headers["content-type"] == "text/csv; charset=utf-8"
    assert "%E4%B8%99%E8%A1%A8.csv" in exported.headers["content-disposition"]
    assert exported.content.startswith(b"\xef\xbb\xbf")
    assert load(exported.content).json()["num_known"] == 2
    plain = compliance.get("/api/words/export", params={"list": row["id"], "format": "txt"})
    assert "咕噜" in plain.text
    delete_list(compliance, row["id"])


def test_upload_of_the_wrong_form_is_refused(compliance: httpx.Client) -> None:
    """No file, JSON instead of a form, a form that is broken, a file that is too large."""
    for answer in (
        compliance.post("/api/words/import", data={"list_id": "x"}),
        compliance.post("/api/words/import", json={"file": "x"}),
        compliance.post("/api/words/import", data={"file": "no file", "list_id": "x"}),
    ):
        assert (answer.status_code, problem_of(answer)) == (422, "bad_upload")
    broken = compliance.post(
        "/api/words/import", content=b"--x\r\n\r\n", headers={"Content-Type": "multipart/form-data"}
    )
    assert broken.status_code == 400 and problem_of(broken) == "bad_request"
    large = compliance.post("/api/words/import", files={"file": ("w.txt", b"x" * (16 * 1024 * 1024 + 1))})
    assert (large.status_code, problem_of(large)) == (413, "too_large")


def test_draft_is_tried_published_and_discarded(compliance: httpx.Client) -> None:
    """In the draft at once, in effect only when published; the record tells who and when."""
    row = new_list(compliance, "丁表")
    compliance.post("/api/words/entries", json={"list_id": row["id"], "text": "咕噜咕噜"})

    def tried(use: str, text: str = "😀他说：咕 噜咕噜。") -> dict[str, Any]:
        body = {"text": text, "direction": "question", "use": use}
        answer: dict[str, Any] = compliance.post("/api/words/try", json=body).json()
        return answer

    assert tried("published")["action"] is None
    said = tried("draft")
    assert said["action"] == "block"
    (match,) = said["matches"]
    assert (match["raw"], match["list_name"]) == ("咕 噜咕噜", "丁表")
    assert match["start_utf16"] == match["start"] + 1  # a browser counts the emoji as two
    before = compliance.get("/healthz").json()["lists_version"]
    published = compliance.post("/api/words/publish", json={"comment": "试"}).json()["published"]
    assert published["number"] == before + 1 and published["published_by"] == "compliance"
    assert compliance.get("/healthz").json()["lists_version"] == published["number"]
    assert compliance.get("/api/site").json()["lists_version"] == published["number"]
    assert tried("published")["action"] == "block"
    again = compliance.post("/api/words/publish", json={"comment": ""})
    assert (again.status_code, problem_of(again)) == (409, "nothing_to_publish")
    delete_list(compliance, row["id"])
    assert compliance.get("/api/words").json()["draft"]["num_changes"] > 0
    assert compliance.post("/api/words/discard").status_code == 204
    assert compliance.get("/api/words").json()["draft"]["num_changes"] == 0
    assert compliance.get("/api/words/versions").json()["versions"][0]["number"] == published["number"]
    changes = compliance.get("/api/words/changes?limit=3").json()
    assert changes["changes"][0]["what"] == "discard" and changes["total"] > 3
    assert all(change["who"] == "compliance" for change in changes["changes"])


def test_a_running_server_publishes_at_the_hour(compliance: httpx.Client) -> None:
    """Nobody has to be there: the version is in effect soon after its time, and says who planned it."""
    row = new_list(compliance, "戊表")
    compliance.post("/api/words/entries", json={"list_id": row["id"], "text": "咚咚锵"})
    before = compliance.get("/healthz").json()["lists_version"]
    over = compliance.post("/api/words/publish", json={"publish_at": "2020-01-01T08:00"})
    assert (over.status_code, problem_of(over)) == (422, "bad_time")
    soon = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    planned = compliance.post("/api/words/publish", json={"publish_at": soon}).json()
    assert planned["published"] is None and planned["submission"]["state"] == "scheduled"
    while compliance.get("/healthz").json()["lists_version"] == before:
        time.sleep(0.1)
    (newest, *_) = compliance.get("/api/words/versions").json()["versions"]
    assert (newest["number"], newest["published_by"]) == (before + 1, "compliance")
    back = compliance.post("/api/words/rollback", json={"number": before}).json()["published"]
    assert (back["number"], back["restores"]) == (before + 2, before)


def test_the_draft_is_rehearsed_beside_everything_else(compliance: httpx.Client) -> None:
    """Asked for, looked at until it is done, stale after the next edit; saved texts are part of it."""
    row = new_list(compliance, "己表")
    compliance.post("/api/words/entries", json={"list_id": row["id"], "text": "咚咚锵"})
    sample = compliance.post("/api/words/samples", json={"text": "听见咚咚锵", "expected": "pass"}).json()[
        "sample"
    ]
    assert sample["name"] == "听见咚咚锵"
    compliance.post("/api/words/rehearsal", json={"days": 7})
    while (seen := compliance.get("/api/words/rehearsal").json()["rehearsal"])["state"] == "running":
        time.sleep(0.05)
    assert (seen["state"], seen["is_stale"], seen["who"]) == ("done", False, "compliance")
    assert {"name": "听见咚咚锵", "expected": "pass", "action": "block"} in seen["result"]["samples"]["wrong"]
    difference = compliance.get(
        f"/api/words/difference?from={compliance.get('/healthz').json()['lists_version']}"
    )
    assert [each["text"] for each in difference.json()["changes"]] == ["己表", "咚咚锵"]
    delete_list(compliance, row["id"])
    assert compliance.get("/api/words/rehearsal").json()["rehearsal"]["is_stale"]
    assert compliance.delete(f"/api/words/samples/{sample['id']}").status_code == 204
    assert compliance.delete(f"/api/words/samples/{sample['id']}").status_code == 404
    compliance.post("/api/words/discard")


def test_an_offset_beyond_all_numbers_is_a_wrong_value(compliance: httpx.Client) -> None:
    """One that the database cannot count to is refused, and is no bug."""
    for path in ("/api/words/entries", "/api/words/changes"):
        refused = compliance.get(path, params={"offset": 2**63})
        assert (refused.status_code, problem_of(refused)) == (422, "bad_query")
