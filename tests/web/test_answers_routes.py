"""The routes of approved answers: what a browser sends and gets."""

from __future__ import annotations

import io

import httpx
import pytest
from openpyxl import load_workbook

from tests.web.conftest import problem_of

ANSWER = {"wordings": ["校园卡丢了怎么补办"], "text": "到总务处补办。", "source": "学生手册"}


@pytest.fixture
def answer(admin: httpx.Client) -> dict:
    """An answer for everybody; it is gone afterwards."""
    made = admin.post("/api/answers", json=ANSWER)
    assert made.status_code == 201, made.text
    yield made.json()["answer"]
    admin.delete(f"/api/answers/{made.json()['answer']['id']}")


def test_an_answer_is_written_listed_tried_and_changed(admin: httpx.Client, answer: dict) -> None:
    """The list has it with everything that the page shows; a change of an old revision is refused."""
    listed = admin.get("/api/answers", params={"q": "总务处"}).json()
    assert [each["id"] for each in listed["answers"]] == [answer["id"]]
    tried = admin.post("/api/answers/try", json={"question": "校园卡遗失如何补办"}).json()
    assert tried["found"]["ids"] == [answer["id"]]
    path = f"/api/answers/{answer['id']}"
    assert admin.patch(path, json={**ANSWER, "text": "一楼。", "revision": 1}).status_code == 200
    stale = admin.patch(path, json={**ANSWER, "text": "二楼。", "revision": 1})
    assert (stale.status_code, problem_of(stale)) == (409, "changed_meanwhile")
    assert [each["what"] for each in admin.get(f"{path}/history").json()["changes"]] == ["change", "add"]


def test_a_teacher_sees_but_does_not_change_what_is_for_everybody(
    teacher: httpx.Client, answer: dict
) -> None:
    """And writes nothing for everybody."""
    (shown,) = teacher.get("/api/answers").json()["answers"]
    assert (shown["id"], shown["may_edit"]) == (answer["id"], False)
    for refused in (
        teacher.post("/api/answers", json=ANSWER),
        teacher.delete(f"/api/answers/{answer['id']}"),
        teacher.patch(f"/api/answers/{answer['id']}", json={**ANSWER, "revision": 1}),
    ):
        assert (refused.status_code, problem_of(refused)) == (403, "not_allowed")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {**ANSWER, "wordings": "x"},
        {**ANSWER, "more": 1},
        {**ANSWER, "source": "长" * 121},
        {**ANSWER, "links": [{"url": 5}]},
        {**ANSWER, "wordings": ["问"] * 100},
    ],
)
def test_a_body_of_the_wrong_form_is_refused(admin: httpx.Client, body: dict) -> None:
    """Every wrong field is named."""
    refused = admin.post("/api/answers", json=body)
    assert (refused.status_code, problem_of(refused)) == (422, "bad_body")
    assert refused.json()["error"]["details"]


def test_a_file_is_handed_out_as_a_download(admin: httpx.Client, nobody: httpx.Client, answer: dict) -> None:
    """To anybody who may get the answer; with a type of ours, never to be shown in the page."""
    path = f"/api/answers/{answer['id']}/files"
    made = admin.post(path, files={"file": ("表 1.pdf", b"%PDF-1.4 <script>", "text/html")})
    assert made.status_code == 201, made.text
    opened = f"/api/attachments/{made.json()['file']['id']}"
    assert problem_of(nobody.get(opened)) == "login_needed"
    nobody.get("/")  # whoever opened the page may ask
    got = nobody.get(opened)
    assert (got.status_code, got.content) == (200, b"%PDF-1.4 <script>")
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-disposition"] == "attachment; filename*=UTF-8''%E8%A1%A8%201.pdf"
    assert got.headers["x-content-type-options"] == "nosniff"
    refused = admin.post(path, files={"file": ("x.html", b"<script>", "text/html")})
    assert (refused.status_code, problem_of(refused)) == (422, "bad_file")
    large = admin.post(path, files={"file": ("x.pdf", b"x" * 3_000_000, "application/pdf")})
    assert (large.status_code, problem_of(large)) == (422, "bad_file")


def test_a_table_goes_out_and_comes_back(admin: httpx.Client, answer: dict) -> None:
    """The workbook opens in another reader; reading it in again changes nothing."""
    got = admin.get("/api/answers/export", params={"format": "xlsx"})
    sheet = load_workbook(io.BytesIO(got.content)).active
    assert sheet is not None and sheet["B2"].value == answer["text"]
    sent = {"file": ("a.xlsx", got.content, "application/octet-stream")}
    report = admin.post("/api/answers/import", files=sent, data={"dry_run": "false"}).json()
    assert (report["num_new"], report["num_changed"], report["num_same"]) == (0, 0, 1)
    bad = admin.post("/api/answers/import", files={"file": ("a.csv", "问法,答案\n,x\n".encode(), "text/csv")})
    assert (bad.status_code, problem_of(bad)) == (422, "bad_import")
    assert bad.json()["error"]["details"][0]["line"] == 2
