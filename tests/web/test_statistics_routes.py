"""The question page's routes: one's own classes only, whole weeks, a file, the taxonomy."""

from __future__ import annotations

import httpx

from tests.web.conftest import problem_of


def test_teacher_sees_only_own_classes(teacher: httpx.Client, admin: httpx.Client) -> None:
    """Another class is refused in the same words as one that does not exist."""
    own_id = next(row["id"] for row in admin.get("/api/users").json()["users"] if row["name"] == "teacher")
    mine = admin.post("/api/classes", json={"name": "九(1)班", "enrolled": 30, "teachers": [own_id]}).json()
    other = admin.post("/api/classes", json={"name": "九(2)班"}).json()["class"]
    listed = teacher.get("/api/stats/classes").json()
    assert {"id": mine["class"]["id"], "name": "九(1)班"} in listed["classes"]
    assert other["id"] not in [row["id"] for row in listed["classes"]]
    assert (listed["small_group"], listed["timezone"]) == (3, "Asia/Shanghai")
    for class_id in (other["id"], "nothing"):
        for path in ("/api/stats", "/api/stats/export"):
            refused = teacher.get(path, params={"class": class_id})
            assert (refused.status_code, problem_of(refused)) == (403, "not_allowed")
        assert admin.get("/api/stats", params={"class": other["id"]}).status_code == 200
    report = teacher.get("/api/stats", params={"class": mine["class"]["id"]}).json()
    assert report["tiles"]["enrolled"] == 30
    assert {"id": other["id"], "name": "九(2)班"} in admin.get("/api/stats/classes").json()["classes"]


def test_statistics_have_the_documented_shape(teacher: httpx.Client, admin: httpx.Client) -> None:
    """Every key of docs/api.md, for one teacher's classes and for everyone."""
    for client in (teacher, admin):
        report = client.get("/api/stats?class=all&from=2026-11-16&to=2026-11-22&lang=en").json()
        assert {"sentence", "tiles", "days", "hours", "topics", "outcomes"} <= set(report)
        assert {"first_token_ms", "hidden", "label"} <= set(report)
        assert len(report["days"]) == 7
        assert {"questions", "askers", "enrolled", "answered_share", "previous_questions"} <= set(
            report["tiles"]
        )


def test_statistics_refuse_days_that_are_none(teacher: httpx.Client) -> None:
    """A wrong date names its field; a period that ends before it begins is no period."""
    wrong = teacher.get("/api/stats?class=all&from=yesterday&to=2026-11-22")
    assert (wrong.status_code, problem_of(wrong)) == (422, "bad_query")
    assert wrong.json()["error"]["details"][0]["field"] == "from"
    backwards = teacher.get("/api/stats?class=all&from=2026-11-22&to=2026-11-01")
    assert problem_of(backwards) == "bad_period"


def test_export_is_a_file_for_a_spreadsheet(teacher: httpx.Client) -> None:
    """UTF-8 with a byte order mark, a name, and the AI label on top."""
    answer = teacher.get("/api/stats/export?class=all&from=2026-11-16&to=2026-11-22")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert ".csv" in answer.headers["content-disposition"]
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "AI" in answer.text.splitlines()[0]


def test_taxonomy_is_read_and_replaced(teacher: httpx.Client) -> None:
    """What is sent back is what was there; mistakes are named by row and change nothing."""
    read = teacher.get("/api/topics").json()
    topics = read["topics"]
    assert topics and set(topics[0]) == {"id", "parent_id", "name_zh", "name_en", "keywords"}
    assert teacher.put("/api/topics", json=read).json() == read
    stale = teacher.put("/api/topics", json={"topics": topics, "stamp": "of-yesterday"})
    assert (stale.status_code, problem_of(stale)) == (409, "topics_changed")
    wrong = teacher.put("/api/topics", json={"topics": [{"name_zh": "", "name_en": "", "keywords": ["的"]}]})
    assert (wrong.status_code, problem_of(wrong)) == (422, "bad_topics")
    assert {detail["row"] for detail in wrong.json()["error"]["details"]} == {1}
    assert problem_of(teacher.put("/api/topics", json={"topics": "all"})) == "bad_body"
    assert teacher.get("/api/topics").json()["topics"] == topics


def test_groups_belong_to_those_who_may_see_the_class(teacher: httpx.Client, admin: httpx.Client) -> None:
    """The table has its documented shape; nobody else's class can be seen or changed, guessed or not."""
    table = teacher.get("/api/stats/groups?class=all&from=2026-11-16&to=2026-11-22").json()
    assert set(table) == {"groups", "hides_groups", "small_group", "label"}
    other = admin.post("/api/classes", json={"name": "九(3)班"}).json()["class"]
    assert problem_of(teacher.get("/api/stats/groups", params={"class": other["id"]})) == "not_allowed"
    for path, more in (("merge", {"into": "y"}), ("free", {}), ("split", {"term": "词"})):
        for class_id in (other["id"], "nothing", None):
            body = {"class_id": class_id, "group": "x", **more}
            refused = teacher.post(f"/api/stats/groups/{path}", json=body)
            assert (refused.status_code, problem_of(refused)) == (403, "not_allowed")


def test_groups_are_merged_and_split(admin: httpx.Client) -> None:
    """What is decided is answered with the group that questions go to."""
    merged = admin.post("/api/stats/groups/merge", json={"class_id": None, "group": "b1", "into": "a1"})
    assert merged.json() == {"group": "a1"}
    freed = admin.post("/api/stats/groups/free", json={"class_id": None, "group": "b1"})
    assert freed.json() == {"group": "b1"}
    itself = admin.post("/api/stats/groups/merge", json={"class_id": None, "group": "a1", "into": "a1"})
    assert (itself.status_code, problem_of(itself)) == (422, "bad_group")
    split = admin.post("/api/stats/groups/split", json={"class_id": None, "group": "a1", "term": "公式"})
    assert split.json()["group"] not in ("a1", "b1")
    empty = admin.post("/api/stats/groups/split", json={"class_id": None, "group": "a1", "term": " "})
    assert problem_of(empty) in ("bad_group", "bad_body")


def test_topics_are_exported_as_a_file(teacher: httpx.Client) -> None:
    """What the file holds can be sent back as it is."""
    answer = teacher.get("/api/topics/export")
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.json()["topics"] == teacher.get("/api/topics").json()["topics"]
