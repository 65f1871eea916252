"""What is one's own: told, taken along, and deleted down to the bytes of the files."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from pathlib import Path

import pytest

from server.accounts import ClassPatch, NewReveal, NewUser, Permission, Role, UserPatch, Who
from server.errors import ClientProblem
from server.presets import Bilingual
from server.storage import audit, removals
from server.web.parts import now_ms
from tests.chat.house import Page
from tests.chat.whole_house import ask, bytes_of, pupils, report, whole_house

SECRET = "我养的乌龟叫闪电侠七号"
LIKE = "闪电侠七号乌龟吃什么"


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    """What another program would read."""
    with sqlite3.connect(folder / "dayi.sqlite3") as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found


async def test_deletion_leaves_no_byte_of_what_was_said(tmp_path: Path) -> None:
    """Questions, echoed answers, titles, frames, reasons and wordings: nothing is in the files any more."""
    async with whole_house(tmp_path) as house:
        _, (pupil, *others) = await pupils(house, 4)
        for other in others:
            await ask(house, other, *(f"{number} 加 {number} 等于几" for number in range(20)))
        page = await ask(house, pupil, SECRET, *(f"{LIKE}，第{number}次问" for number in range(20)))
        (turn, *_) = [frame["turn"] for frame in page.frames if frame["type"] == "accepted"]
        again = Page(house.chat.connect(pupil, "10.0.0.1"))
        await again.hello(conversation=page.conversation)
        await again.send(type="rate", turn=turn, value=-1, reason="闪电侠七号没有讲清楚")
        await again.send(type="ask_teacher", turn=turn, note="想请老师看看闪电侠七号的事")
        await again.get(lambda frame: frame["type"] == "thread")
        await again.send(type="ping")
        await again.kind("pong")
        before = bytes_of(tmp_path)
        assert "想请老师看看".encode() in before
        assert "闪电侠七号".encode() in before
        done = await house.own.delete(pupil, now_ms())
        assert done.counts["conversations"] == 1 and done.counts["turns"] == 21
        after = bytes_of(tmp_path)
        for text in ("闪电侠七号", "乌龟", "想请老师看看"):
            assert text.encode() not in after
            assert text.encode("utf-16-le") not in after
            assert text.encode("unicode_escape") not in after
        assert pupil.id.encode() not in after
        assert "加 19 等于几".encode() in after, "what others said is still there"
        assert again.connection.outbox.is_closed
        assert house.chat.num_in_memory == 3
        assert done.visitor_token is not None
        someone = await house.accounts.who(None, done.visitor_token, now_ms())
        assert someone is not None and (someone.id, someone.class_id) != (pupil.id, None)
        assert someone.class_id == pupil.class_id
        assert all("闪电" not in term for group in _groups(house, pupil.class_id) for term in group)
        await again.leave()


def _groups(house: object, class_id: str | None) -> list[tuple[str, ...]]:
    grouping = house.groups._of(class_id)  # type: ignore[attr-defined]
    return [grouping.terms(group, 100) for group in list(grouping._groups)]


async def test_deletion_changes_no_number(tmp_path: Path) -> None:
    """Else the difference of two looks would be what one person asked."""
    async with whole_house(tmp_path) as house:
        class_id, group = await pupils(house, 4)
        for number, pupil in enumerate(group):
            await ask(house, pupil, "勾股定理是什么", *["光合作用是什么"] * number)
        before = await report(house, class_id)
        assert before.tiles.questions == 10
        await house.own.delete(group[2], now_ms())
        assert await report(house, class_id) == before


async def test_deletion_cuts_every_thread_to_the_person(tmp_path: Path) -> None:
    """Hits lose the pseudonym, counts the turn; a reveal stays on record without the person."""
    async with whole_house(tmp_path) as house:
        class_id, (pupil, *_) = await pupils(house, 1)
        name = house.accounts.pseudonym(pupil.id, class_id, now_ms())
        await ask(house, pupil, "我的电话是13800138000，请记住")
        boss = Who("user", "boss", "王主任", "admin")
        wanted = NewReveal(class_id=class_id, asker=name, reason="safety", note="有人担心他的安全，需要联系")
        await house.accounts.reveals.reveal(wanted, boss, now_ms())
        (seen,) = (await house.own.view(pupil)).reveals
        assert (seen.by_name, seen.by_role, seen.reason, seen.note) == (
            "王主任", "admin", "safety", "有人担心他的安全，需要联系",
        )  # fmt: skip
        await house.own.delete(pupil, now_ms())
        assert rows(tmp_path, "SELECT turn_id FROM question_facts") == [(None,)]
        assert rows(tmp_path, "SELECT owner_id, asker, by_name FROM reveals") == [(None, None, "王主任")]
        assert rows(tmp_path, f"SELECT 1 FROM verdicts WHERE asker = '{name}'") == []
        async with house.database.read() as connection:
            acts = [(entry.what, entry.who) async for entry in audit.every(connection)]
            (last, *_) = await removals.newest(connection, 1)
            checked = await audit.verify(connection)
        assert ("reveal_name", "王主任") in acts and acts[-1] == ("delete_person", "dayi")
        assert last.cause == "person" and last.ended_at_ms is not None and last.counts["visitors"] == 1
        assert checked.first_broken is None


async def test_what_the_hit_log_kept_of_a_text_goes_with_the_person(tmp_path: Path) -> None:
    """Of answered and of blocked questions alike; that a word was hit stays on record, of nobody."""
    async with whole_house(tmp_path, hit_text="masked") as house:
        _, (pupil, *_) = await pupils(house, 1)
        page = await ask(house, pupil, "闪电侠身边的叮咚石油灯")
        again = Page(house.chat.connect(pupil, "10.0.0.1"))
        await again.hello(conversation=page.conversation)
        assert (await again.ask("闪电侠爱吃咕噜枣"))["type"] == "refused"
        await again.leave()
        assert any("闪电侠" in str(text) for (text,) in rows(tmp_path, "SELECT text FROM verdicts"))
        await house.own.delete(pupil, now_ms())
        left = rows(tmp_path, "SELECT text, sealed, conversation_id, substr(asker, 1, 1) FROM verdicts")
        assert len(left) >= 2 and set(left) == {(None, None, None, "~")}
        assert "闪电侠".encode() not in bytes_of(tmp_path)


async def test_an_account_stays_and_what_was_said_with_it_goes(tmp_path: Path) -> None:
    """It belongs to the school; in the running week it stays one person, or a cell would show too much."""
    async with whole_house(tmp_path) as house:
        new = NewUser(name="小明", role=Role.PUPIL, password="bamboo-river-19")
        user = await house.accounts.users.add(new, now_ms())
        who = Who("user", user.id, "小明", "pupil")
        await ask(house, who, SECRET)
        assert (await house.own.view(who)).keeps_account
        done = await house.own.delete(who, now_ms())
        assert done.visitor_token is None
        assert [each.name for each in await house.accounts.users.list_all()] == ["小明"]
        await ask(house, who, "还在吗")
        assert rows(tmp_path, "SELECT count(DISTINCT asker) FROM question_facts") == [(1,)]
        assert SECRET.encode() not in bytes_of(tmp_path)
        assert (await house.own.view(who)).num_turns == 1


async def test_a_second_deletion_finds_nothing_and_does_no_harm(tmp_path: Path) -> None:
    """Pressed twice, or by somebody who never asked anything."""
    async with whole_house(tmp_path) as house:
        _, (pupil, *_) = await pupils(house, 1)
        await house.own.delete(pupil, now_ms())
        again = await house.own.delete(pupil, now_ms())
        assert again.counts == {}


async def test_archive_has_everything_and_says_that_a_model_wrote_it(tmp_path: Path) -> None:
    """A file for programs and a page for people, both with the label where people and machines look."""
    async with whole_house(tmp_path) as house:
        _, (pupil, *_) = await pupils(house, 1)
        await ask(house, pupil, "<script>alert(1)</script> 是什么", "第二个问题")
        content = await house.own.archive(pupil, now_ms(), "zh")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert json.loads(archive.comment) == {"AIGC": {"Label": "1", "ContentProducer": "答疑"}}
        table = json.loads(archive.read("my-data.json"))
        page = archive.read("my-data.html").decode()
    assert table["AIGC"] == {"Label": "1", "ContentProducer": "答疑"} and table["label"] == "AI 生成"
    (conversation,) = table["conversations"]
    assert [turn["question"] for turn in conversation["turns"]] == [
        "<script>alert(1)</script> 是什么",
        "第二个问题",
    ]
    assert {turn["label"] for turn in conversation["turns"]} == {"AI 生成"}
    assert "<script>" not in page and "&lt;script&gt;" in page
    assert '<meta name="AIGC"' in page and "<h3>AI 生成</h3>" in page and "第二个问题" in page


async def test_archive_has_the_label_that_is_in_effect(tmp_path: Path) -> None:
    """An administrator who changed the label changed it in files, too."""
    async with whole_house(tmp_path) as house:
        _, (pupil, *_) = await pupils(house, 1)
        await ask(house, pupil, "问题")
        label = Bilingual(zh="机器所写", en="Written by a machine")
        house.use_preset(house.preset.model_copy(update={"label": label}))
        content = await house.own.archive(pupil, now_ms(), "zh")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert json.loads(archive.read("my-data.json"))["label"] == "机器所写"


async def test_view_tells_who_can_really_see_what(tmp_path: Path) -> None:
    """By the rights as they are: of the teachers of my class, and of staff for the whole school."""
    async with whole_house(tmp_path, anonymise_after_days=7) as house:
        class_id, (pupil, *_) = await pupils(house, 1)
        password = "bamboo-river-19"
        users = house.accounts.users
        admin = await users.add(NewUser(name="root", role=Role.ADMIN, password=password), 0)
        li = await users.add(NewUser(name="li", role=Role.TEACHER, password=password), 0)
        assert (await house.own.view(pupil)).seen_by[Permission.SEE_GROUPS] == ["admin"]
        await house.accounts.classes.change(class_id, ClassPatch(teachers=(li.id,)))
        await users.change(li.id, UserPatch(rights={Permission.SEE_TEXT: True}))
        await users.change(admin.id, UserPatch(rights={Permission.SEE_GROUPS: False}))
        await ask(house, pupil, "一")
        view = await house.own.view(pupil)
        assert view.seen_by == {
            Permission.SEE_STATISTICS: ["admin", "teacher"],
            Permission.SEE_GROUPS: ["teacher"],
            Permission.SEE_NAMES: [],
            Permission.SEE_TEXT: ["teacher"],
            Permission.SEE_DATES: [],
        }
        assert view.next_removal_at_ms is not None
        days = (view.next_removal_at_ms - now_ms()) / 86_400_000
        assert 6.9 < days <= 7


async def test_names_are_told_with_a_reason_one_at_a_time(tmp_path: Path) -> None:
    """Without a reason, for nobody's pseudonym, or too often: no name."""
    async with whole_house(tmp_path) as house:
        new = NewUser(name="小明", role=Role.PUPIL, password="bamboo-river-19")
        user = await house.accounts.users.add(new, now_ms())
        reveals, boss = house.accounts.reveals, Who("user", "boss", "王主任", "admin")
        name = house.accounts.pseudonym(user.id, None, now_ms())

        async def reveal(asker: str = name, note: str = "他在提问里说想伤害自己，需要马上联系") -> str | None:
            wanted = NewReveal(class_id=None, asker=asker, about="hit:7", reason="safety", note=note)
            return (await reveals.reveal(wanted, boss, now_ms())).name

        for code, asker, note in (
            ("bad_reason", name, "想看"),
            ("not_found", "0" * 16, "有人要求查看这个名字吗"),
        ):
            with pytest.raises(ClientProblem) as refused:
                await reveal(asker, note)
            assert refused.value.code == code
        assert [await reveal() for _ in range(10)] == ["小明"] * 10
        with pytest.raises(ClientProblem) as slowed:
            await reveal()
        assert (slowed.value.code, slowed.value.status) == ("too_many_reveals", 429)
        assert len(await reveals.of_person(user.id)) == 10
