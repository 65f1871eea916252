"""Approved answers as they are written: in effect at once, for the right people, with a history."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from server.errors import ClientProblem
from server.knowledge import AnswerAttachments, AnswerDesk, ApprovedAnswers, Served
from server.storage import audit
from server.storage.database import Database
from tests.knowledge.answers.conftest import ADMIN, NOW_MS, TEACHER, written


async def asked(answers: ApprovedAnswers, question: str, class_id: str | None = "c1") -> str | None:
    """The text that a question gets."""
    finding = await answers.find(question, class_id)
    return finding.answer.text if isinstance(finding, Served) else None


async def test_an_answer_is_in_effect_when_it_is_saved(desk: AnswerDesk, answers: ApprovedAnswers) -> None:
    """Added, changed, taken back: the next question knows."""
    view = await desk.add(written("校园卡丢了怎么办", "饭卡丢了怎么补"), TEACHER, NOW_MS)
    assert await asked(answers, "请问饭卡丢了怎么补？") == "到总务处补办。"
    body = written("校园卡丢了怎么办", text="到一楼补办。")
    await desk.change(view.id, body, view.revision, TEACHER, NOW_MS)
    assert await asked(answers, "校园卡丢了怎么办") == "到一楼补办。"
    assert await asked(answers, "饭卡丢了怎么补") is None
    await desk.delete(view.id, TEACHER, NOW_MS)
    assert await asked(answers, "校园卡丢了怎么办") is None


async def test_another_process_follows(desk: AnswerDesk, database: Database) -> None:
    """A second server on the same database serves what the first one wrote, and forgets what it deleted."""
    other = ApprovedAnswers(database, ZoneInfo("Asia/Shanghai"), lambda: NOW_MS / 1000)
    await other.load()
    view = await desk.add(written("几点放学"), TEACHER, NOW_MS)
    assert await asked(other, "几点放学") is None
    assert await other.refresh() and not await other.refresh()
    assert await asked(other, "几点放学") == "到总务处补办。"
    await desk.delete(view.id, TEACHER, NOW_MS)
    await other.refresh()
    assert await asked(other, "几点放学") is None


async def test_a_class_answer_is_for_that_class(desk: AnswerDesk, answers: ApprovedAnswers) -> None:
    """Others do not get it; what is for everybody, everybody gets."""
    await desk.add(written("几点放学", text="四点。"), TEACHER, NOW_MS)
    assert [await asked(answers, "几点放学", each) for each in ("c1", "c2", None)] == ["四点。", None, None]
    await desk.add(written("几点放学", text="五点。", class_id=None), ADMIN, NOW_MS)
    got = [await asked(answers, "几点放学", each) for each in ("c1", "c2", None)]
    assert got == ["四点。", "五点。", "五点。"]


async def test_an_answer_of_yesterday_is_not_served(desk: AnswerDesk, answers: ApprovedAnswers) -> None:
    """Its last day is the last on which it is served; the list still shows it."""
    await desk.add(written("几点放学", last_day="2027-01-14"), TEACHER, NOW_MS)
    await desk.add(written("校车几点发车", last_day="2027-01-15"), TEACHER, NOW_MS)
    await desk.add(written("食堂几点开饭", valid_from="2027-01-16"), TEACHER, NOW_MS)
    assert await asked(answers, "几点放学") is None
    assert await asked(answers, "校车几点发车") == "到总务处补办。"
    assert await asked(answers, "食堂几点开饭") is None
    assert (await desk.listed(TEACHER, "", 0, 50))["total"] == 3


async def test_a_teacher_writes_for_own_classes_only(desk: AnswerDesk) -> None:
    """For another class or for everybody is refused; what is for everybody is shown, not changed."""
    for class_id in ("c2", None):
        with pytest.raises(ClientProblem, match="自己班级") as refused:
            await desk.add(written("几点放学", class_id=class_id), TEACHER, NOW_MS)
        assert refused.value.status == 403
    common = await desk.add(written("几点放学", class_id=None), ADMIN, NOW_MS)
    hidden = await desk.add(written("几点上学", class_id="c2"), ADMIN, NOW_MS)
    (shown,) = (await desk.listed(TEACHER, "", 0, 50))["answers"]
    assert (shown.id, shown.may_edit) == (common.id, False)
    for answer_id, status in ((common.id, 403), (hidden.id, 404)):
        with pytest.raises(ClientProblem) as refused:
            await desk.delete(answer_id, TEACHER, NOW_MS)
        assert refused.value.status == status


async def test_two_editors_do_not_overwrite_each_other(desk: AnswerDesk) -> None:
    """The second one is told who was quicker; nothing of the first is lost."""
    view = await desk.add(written("几点放学"), TEACHER, NOW_MS)
    await desk.change(view.id, written("几点放学", text="四点。"), view.revision, ADMIN, NOW_MS)
    with pytest.raises(ClientProblem, match="主任") as refused:
        await desk.change(view.id, written("几点放学", text="五点。"), view.revision, TEACHER, NOW_MS)
    assert (refused.value.code, refused.value.status) == ("changed_meanwhile", 409)
    (shown,) = (await desk.listed(TEACHER, "四点", 0, 50))["answers"]
    assert shown.text == "四点。"


async def test_history_and_audit_log_know_every_change(desk: AnswerDesk, database: Database) -> None:
    """The history has the texts, the audit log only the acts; both outlive the answer."""
    view = await desk.add(written("几点放学"), TEACHER, NOW_MS)
    await desk.change(view.id, written("几点放学", text="四点。"), view.revision, TEACHER, NOW_MS + 1)
    first, second = await desk.history(view.id, TEACHER)
    assert (first.what, second.what) == ("change", "add")
    assert first.before is not None and first.after is not None
    assert (first.before["text"], first.after["text"]) == ("到总务处补办。", "四点。")
    await desk.delete(view.id, ADMIN, NOW_MS + 2)
    async with database.read() as connection:
        told = [each.what async for each in audit.every(connection)]
        assert (await audit.verify(connection)).first_broken is None
    assert told == ["add_approved_answer", "change_approved_answer", "delete_approved_answer"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"wordings": ()},
        {"wordings": ("  ",)},
        {"wordings": ("请问",)},
        {"wordings": ("问" * 201,)},
        {"wordings": tuple(f"第{n}题怎么做" for n in range(31))},
        {"text": " "},
        {"text": "长" * 4001},
        {"last_day": "2027-02-30"},
        {"last_day": "soon"},
        {"valid_from": "2027-03-01", "last_day": "2027-02-01"},
        {"links": ({"name": "x", "url": "javascript:alert(1)"},)},
        {"links": ({"name": "x", "url": "//evil.example/"},)},
    ],
)
async def test_what_cannot_be_an_answer_is_refused(desk: AnswerDesk, wrong: dict[str, Any]) -> None:
    """With a sentence in both languages, and nothing is kept."""
    with pytest.raises(ClientProblem) as refused:
        fields = {"wordings": ("几点放学",), **wrong}
        await desk.add(written(*fields.pop("wordings"), **fields), TEACHER, NOW_MS)
    assert refused.value.code == "bad_answer" and refused.value.message_en
    assert (await desk.listed(TEACHER, "", 0, 50))["total"] == 0


async def test_hits_are_told_in_steps_of_a_group(desk: AnswerDesk, answers: ApprovedAnswers) -> None:
    """One more question never shows; what was counted survives a restart."""
    view = await desk.add(written("几点放学"), TEACHER, NOW_MS)
    seen = []
    for _ in range(7):
        answers.served(view.id)
        seen.append((await desk.listed(TEACHER, "", 0, 50))["answers"][0].hits)
    assert seen == [0, 0, 3, 3, 3, 6, 6]


async def test_a_question_can_be_tried(desk: AnswerDesk) -> None:
    """What it would get and how surely; what speaks against the nearest; what is alike already."""
    view = await desk.add(written("校园卡丢了怎么补办"), TEACHER, NOW_MS)
    tried = await desk.tried("校园卡遗失如何补办", "c1")
    assert tried["found"]["ids"] == [view.id]
    other = await desk.tried("校园卡怎么注销", "c1")
    assert (other["found"]["kind"], other["nearest"][0]["against"]) == ("nothing", "act")
    assert [each["id"] for each in await desk.alike(["校园卡遗失如何补办"], None, TEACHER)] == [view.id]
    assert await desk.alike(["校园卡遗失如何补办"], view.id, TEACHER) == []


async def test_a_group_is_known_by_its_answer(desk: AnswerDesk) -> None:
    """While the answer counts."""
    view = await desk.add(written("几点放学", group_id="g1"), TEACHER, NOW_MS)
    assert await desk.of_groups(TEACHER) == {"g1": view.id}
    await desk.change(view.id, written("几点放学", last_day="2027-01-01"), 1, TEACHER, NOW_MS)
    assert await desk.of_groups(TEACHER) == {}


async def test_a_file_beside_an_answer(
    desk: AnswerDesk, database: Database, answers: ApprovedAnswers
) -> None:
    """Kept under a plain name, handed out to whom the answer is for, and only what a browser does not run."""
    files = AnswerAttachments(database, desk)
    view = await desk.add(written("怎么请假"), TEACHER, NOW_MS)
    file = await files.add(view.id, "../请假条.pdf", b"%PDF-1.4", TEACHER, NOW_MS)
    finding = await answers.find("怎么请假", "c1")
    assert isinstance(finding, Served)
    assert [(each.name, each.url) for each in finding.answer.attachments] == [
        ("请假条.pdf", f"/api/attachments/{file.id}")
    ]
    assert await files.opened(file.id, "c1") == ("请假条.pdf", "application/pdf", b"%PDF-1.4")
    for name, content in (("a.html", b"x"), ("a.svg", b"x"), ("a.pdf", b""), ("a.pdf", b"x" * 2_097_153)):
        with pytest.raises(ClientProblem) as refused:
            await files.add(view.id, name, content, TEACHER, NOW_MS)
        assert refused.value.code == "bad_file"
    with pytest.raises(ClientProblem):
        await files.opened(file.id, "c2", frozenset({None}))
    await files.remove(file.id, TEACHER, NOW_MS)
    with pytest.raises(ClientProblem):
        await files.opened(file.id, "c1")


async def test_a_file_of_an_answer_that_does_not_count_is_for_its_keepers(
    desk: AnswerDesk, database: Database
) -> None:
    """Switched off, not yet or no more in effect: nobody else opens what belongs to it."""
    files = AnswerAttachments(database, desk)
    for more in ({"enabled": False}, {"valid_from": "2099-01-01"}, {"last_day": "2020-01-01"}):
        view = await desk.add(written("怎么请假", **more), TEACHER, NOW_MS)
        file = await files.add(view.id, "请假条.pdf", b"%PDF-1.4", TEACHER, NOW_MS)
        with pytest.raises(ClientProblem):
            await files.opened(file.id, "c1")
        assert (await files.opened(file.id, None, TEACHER.class_ids))[0] == "请假条.pdf"
