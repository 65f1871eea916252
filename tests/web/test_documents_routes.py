"""The routes of documents: who sees what, and what is said about what went wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.serving import Serving
from tests.web.conftest import problem_of


def upload(client: httpx.Client, text: str, class_id: str = "", name: str = "文档.txt") -> httpx.Response:
    return client.post("/api/documents", files={"file": (name, text.encode())}, data={"class_id": class_id})


def read(client: httpx.Client, document_id: str) -> dict[str, Any]:
    """The document, when it was read."""
    deadline = time.monotonic() + 60
    while (document := client.get(f"/api/documents/{document_id}").json())["state"] == "waiting":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return dict(document)


@pytest.fixture(scope="module")
def classes(people: dict[str, httpx.Client]) -> dict[str, dict[str, Any]]:
    """One class of the teacher's, and one of nobody's."""
    admin = people["admin"]
    users = admin.get("/api/users").json()["users"]
    teacher = next(user["id"] for user in users if user["name"] == "teacher")
    return {
        name: admin.post("/api/classes", json={"name": name, "enrolled": None, "teachers": teachers}).json()[
            "class"
        ]
        for name, teachers in (("文档一班", [teacher]), ("文档二班", []))
    }


@pytest.fixture
def pupil(site: Serving, classes: dict[str, dict[str, Any]]) -> Iterator[httpx.Client]:
    """Somebody of the first class without a login."""
    with httpx.Client(base_url=site.url, headers={"Origin": site.url}) as client:
        client.get("/")
        joined = client.post("/api/join", json={"code": classes["文档一班"]["join_code"]})
        assert joined.status_code == 200
        yield client


def test_document_of_a_class_is_seen_by_its_people_only(
    teacher: httpx.Client, admin: httpx.Client, pupil: httpx.Client, nobody: httpx.Client,
    classes: dict[str, dict[str, Any]],
) -> None:  # fmt: skip
    """Its pupils open its passages; others, and teachers of other classes, are told that there is nothing."""
    one, two = classes["文档一班"]["id"], classes["文档二班"]["id"]
    own = read(teacher, upload(teacher, "春游集合地点在学校东门，时间是七点半。", one).json()["id"])
    assert (own["state"], own["kind"], own["class_id"], own["num_passages"]) == ("ready", "text", one, 1)
    assert own["vectors_share"] is None  # without an embedding model there is nothing to say
    assert problem_of(upload(teacher, "别班的事情。", two)) == "not_your_class"
    other = read(admin, upload(admin, "秋游集合地点在图书馆。", two).json()["id"])
    assert problem_of(teacher.get(f"/api/documents/{other['id']}")) == "no_such_document"
    listed = teacher.get("/api/documents").json()
    assert own["id"] in [each["id"] for each in listed["documents"]]
    assert other["id"] not in [each["id"] for each in listed["documents"]]

    tried = teacher.post("/api/documents/try", json={"question": "春游在哪里集合", "class_id": one}).json()
    assert [each["used"] for each in tried["passages"]] == [True]
    place = tried["passages"][0]["id"]
    opened = pupil.get(f"/api/passages/{place}").json()
    begin, end = opened["passage"]["start"] - opened["start"], opened["passage"]["end"] - opened["start"]
    assert opened["text"][begin:end] == tried["passages"][0]["text"]
    assert problem_of(nobody.get(f"/api/passages/{place}")) == "login_needed"
    nobody.get("/")
    assert problem_of(nobody.get(f"/api/passages/{place}")) == "no_such_document"
    assert problem_of(pupil.get(f"/api/passages/{other['id']}.0.5")) == "no_such_document"
    refused = teacher.post("/api/documents/try", json={"question": "秋游", "class_id": two})
    assert problem_of(refused) == "not_allowed"
    for document in (own, other):
        assert admin.delete(f"/api/documents/{document['id']}").status_code == 204
    assert problem_of(pupil.get(f"/api/passages/{place}")) == "no_such_document"


def test_documents_for_everyone_are_the_administrators(teacher: httpx.Client, admin: httpx.Client) -> None:
    """A teacher reads them, and neither uploads, renames, reads anew nor deletes one."""
    made = read(admin, upload(admin, "全校的校历，九月一日开学。").json()["id"])
    path = f"/api/documents/{made['id']}"
    seen = teacher.get(path).json()
    assert (made["may_edit"], seen["may_edit"], seen["title"]) == (True, False, made["title"])
    assert problem_of(upload(teacher, "我说了算的校历。")) == "not_for_everyone"
    assert problem_of(teacher.patch(path, json={"title": "旧校历"})) == "not_for_everyone"
    assert problem_of(teacher.post(f"{path}/again")) == "not_for_everyone"
    assert problem_of(teacher.delete(path)) == "not_for_everyone"
    assert not teacher.get("/api/documents").json()["for_all"]
    assert admin.get("/api/documents").json()["for_all"]
    assert admin.delete(path).status_code == 204


def test_what_is_wrong_with_a_request_is_said(admin: httpx.Client) -> None:
    """In the language of whoever asks; nothing is kept of what was refused."""
    before = admin.get("/api/documents").json()["total"]
    assert problem_of(admin.post("/api/documents", data={"class_id": ""})) == "bad_upload"
    assert problem_of(upload(admin, "")) == "document_empty"
    for place in ("x", "a.1", "a.1.2.3", "a.1.99999999999", "nothing.0.9", "%2e%2e"):
        assert problem_of(admin.get(f"/api/passages/{place}")) in ("not_found", "no_such_document")
    made = upload(admin, "只有一句话的文档。").json()
    assert problem_of(admin.patch(f"/api/documents/{made['id']}", json={"title": " "})) == "bad_title"
    again = upload(admin, "只有一句话的文档。")
    assert again.status_code == 409
    assert again.json()["error"]["details"][0]["id"] == made["id"]
    english = admin.post(
        "/api/documents?lang=en",
        files={"file": ("a.txt", "只有一句话的文档。".encode())},
        data={"class_id": ""},
    )
    assert english.json()["error"]["message"].startswith("This file is there already")
    read(admin, made["id"])
    assert admin.post(f"/api/documents/{made['id']}/again").status_code == 200
    read(admin, made["id"])
    assert admin.delete(f"/api/documents/{made['id']}").status_code == 204
    assert admin.get("/api/documents").json()["total"] == before


def test_an_opened_source_is_filtered_like_the_answer(
    admin: httpx.Client, compliance: httpx.Client, pupil: httpx.Client
) -> None:
    """A masked word is hidden in its place; a blocked one is left out beside the passage, and closes it."""
    new = {"name": "来源词", "category": "来源"}
    row = compliance.post("/api/words/lists", json=new).json()["list"]
    for word, action in (("纸船糕", "mask"), ("铁皮饼", "block")):
        entry = {"list_id": row["id"], "text": word, "answer_action": action}
        assert compliance.post("/api/words/entries", json=entry).status_code == 201
    assert compliance.post("/api/words/publish", json={"comment": ""}).status_code == 200
    text = "食堂供应纸船糕和面条。\n\n" + "这里说的是别的事情。" * 60 + "\n\n铁皮饼在窗口卖。"
    made = read(admin, upload(admin, text, name="纸船糕.txt").json()["id"])
    opened = pupil.get(f"/api/passages/{made['id']}.0.12").json()
    assert opened["text"].startswith("食堂供应***和面条。")
    assert "铁皮饼" not in opened["text"] and "纸船糕" not in opened["title"]
    assert (opened["start"], opened["passage"]) == (0, {"start": 0, "end": 12})
    place = admin.get(f"/api/documents/{made['id']}/text").json()["text"].index("铁皮饼")
    assert problem_of(pupil.get(f"/api/passages/{made['id']}.{place}.{place + 5}")) == "filter"
    admin.delete(f"/api/documents/{made['id']}")
    compliance.delete(f"/api/words/lists/{row['id']}")
    compliance.post("/api/words/publish", json={"comment": ""})
