"""What is decided on the question page and about a class is on the audit log, without words or names."""

from __future__ import annotations

import json
from typing import Any

import httpx


def newest(admin: httpx.Client, what: str) -> list[dict[str, Any]]:
    """The acts of one kind, newest first."""
    rows: list[dict[str, Any]] = admin.get("/api/records/audit", params={"what": what}).json()["rows"]
    return rows


def test_edits_imports_and_resets_of_topics_are_on_record(admin: httpx.Client) -> None:
    """By whom and what came, changed and went; saving what is there already is no act."""
    before = admin.get("/api/topics").json()["topics"]
    new = {"id": "life", "name_zh": "校园生活", "name_en": "Life", "keywords": ["食堂"]}
    for way, topics in (("edit", [*before, new]), ("import", [*before, {**new, "keywords": ["饭堂"]}])):
        assert admin.put("/api/topics", json={"topics": topics, "way": way}).status_code == 200
    shipped = admin.get("/api/topics/shipped").json()["topics"]
    assert shipped == before
    for _ in range(2):
        admin.put("/api/topics", json={"topics": shipped, "way": "reset"})
    named = {"count": 1, "names": ["校园生活"]}
    for what, change in (("edit", "added"), ("import", "changed"), ("reset", "removed")):
        (act,) = newest(admin, f"{what}_topics")
        assert (act["who"], act["detail"][change]) == ("admin", named)
        assert act["detail"]["topics"] == len(before) + (change != "removed")


def test_name_lists_are_on_record_by_their_counts(admin: httpx.Client) -> None:
    """Set, changed, cleared: how many, and never a name."""
    made = admin.post("/api/classes", json={"name": "有记录的班"}).json()["class"]
    for text in ("张伟\n王芳", "张伟\n王芳", "张伟\n李娜\n赵敏", ""):
        assert admin.put(f"/api/classes/{made['id']}/names", json={"text": text}).status_code == 200
    acts = {what: newest(admin, f"{what}_class_names") for what in ("set", "change", "clear")}
    assert {what: [each["detail"] for each in rows] for what, rows in acts.items()} == {
        "set": [{"names": 2, "added": 2, "removed": 0}],
        "change": [{"names": 3, "added": 2, "removed": 1}],
        "clear": [{"names": 0, "added": 0, "removed": 3}],
    }
    assert {each["subject"] for rows in acts.values() for each in rows} == {"有记录的班"}
    log = json.dumps(admin.get("/api/records/audit").json(), ensure_ascii=False)
    assert not any(name in log for name in ("张伟", "王芳", "李娜"))


def test_decisions_about_groups_are_on_record_without_their_words(admin: httpx.Client) -> None:
    """Each with its class and its groups; the word by which a group was split is not repeated."""
    made = admin.post("/api/classes", json={"name": "分组的班"}).json()["class"]
    here = {"class_id": made["id"], "group": "g1"}
    for path, more in (
        ("merge", {"into": "g2"}),
        ("free", {}),
        ("split", {"term": "小明"}),
        ("apart", {"other": "g2"}),
        ("allow", {"other": "g2"}),
    ):
        assert admin.post(f"/api/stats/groups/{path}", json={**here, **more}).status_code == 200
    for what in ("merge_groups", "free_group", "split_group", "keep_groups_apart", "allow_groups_together"):
        (act,) = [each for each in newest(admin, what) if each["subject"] == "分组的班"]
        assert act["who"] == "admin" and act["detail"]["groups"][0][0] in ("g1", "g2")
    assert "小明" not in json.dumps(admin.get("/api/records/audit").json(), ensure_ascii=False)
