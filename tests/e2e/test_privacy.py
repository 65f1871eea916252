"""The privacy panel in a real browser, from who sees what to the last byte; and the rights behind it."""

from __future__ import annotations

import json
import re
import sqlite3
import time
import zipfile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from server.accounts.terms import DEFAULT_STARTS, Terms, parse_starts
from server.accounts.who import pseudonym
from tests.e2e.browser import People, overflow_px
from tests.e2e.chat_page import answered, answers, ask
from tests.e2e.school import School
from tests.serving import Serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SECRET = "我养的乌龟叫闪电侠七号，它吃什么？"


async def panel(page: Page) -> None:
    """Open the privacy panel."""
    await page.get_by_role("button", name=re.compile("^(谁能看到我的问题|Who can see my questions)$")).click()
    await expect(page.get_by_role("dialog")).to_be_visible()


async def test_a_pupil_sees_takes_along_and_deletes_what_is_theirs(
    slow_server: Serving, school: School, people: People, tmp_path: Path
) -> None:
    """Days left and who sees what; the file opened and read; after deleting nothing is left anywhere."""
    page = await people.open(slow_server.url, width=360, height=740)
    await ask(page, SECRET)
    await answered(page)
    await panel(page)
    dialog = page.get_by_role("dialog", name="谁能看到我的问题")
    await expect(dialog.get_by_text(re.compile("现有 1 个对话；最早的一个还有 30 天"))).to_be_visible()
    await expect(dialog.get_by_role("row", name=re.compile("统计数字 管理员"))).to_be_visible()
    await expect(dialog.get_by_role("row", name=re.compile("查看姓名 没有人"))).to_be_visible()
    assert await overflow_px(page) == 0
    async with page.expect_download() as waiting:
        await dialog.get_by_role("link", name="下载我的数据").click()
    file = tmp_path / "my.zip"
    await (await waiting.value).save_as(file)
    with zipfile.ZipFile(file) as archive:
        mine = json.loads(archive.read("my-data.json"))
        assert SECRET in archive.read("my-data.html").decode()
    assert [turn["question"] for turn in mine["conversations"][0]["turns"]] == [SECRET]
    assert mine["AIGC"]["Label"] == "1" and mine["label"] == "AI 生成"
    await dialog.get_by_role("button", name="删除我的数据").click()
    sure = page.get_by_role("dialog", name="删除我的全部数据？")
    await expect(sure.get_by_text(re.compile("1 个对话、1 轮问答"))).to_be_visible()
    await sure.get_by_role("button", name="删除我的数据").click()
    await expect(page.get_by_text("全部数据已删除。")).to_be_visible()
    await expect(answers(page)).to_have_count(0)
    await panel(page)
    await expect(page.get_by_text("目前没有保存任何对话。")).to_be_visible()
    left = b"".join(each.read_bytes() for each in slow_server.data.glob("dayi.sqlite3*"))
    assert "闪电侠七号".encode() not in left
    assert "闪电侠" not in await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")


async def test_a_name_is_told_with_a_reason_that_the_pupil_reads(
    slow_server: Serving, school: School, people: People
) -> None:
    """The right is switched on for one person; who looked, when and why stands in the pupil's panel."""
    pupil = school.member("小明", "pupil")
    page = await people.open(slow_server.url, login=pupil.cookie)
    await ask(page, "你好")
    await answered(page)
    admin = await people.open(f"{slow_server.url}/admin", login=school.admin.cookie, width=360, height=740)
    row = admin.get_by_role("listitem").filter(has=admin.get_by_text("王主任", exact=True))
    await expect(admin.get_by_role("button", name="查看化名背后的人")).to_have_count(0)
    await row.get_by_role("button", name="权限").click()
    rights = admin.get_by_role("dialog", name="“王主任”能看到什么")
    await expect(rights.get_by_label("姓名")).not_to_be_checked()
    await rights.get_by_label("姓名").focus()
    await admin.keyboard.press("Space")
    await rights.get_by_role("button", name="保存").click()
    await expect(rights).to_have_count(0)
    await admin.reload()
    await admin.get_by_role("button", name="查看化名背后的人").click()
    dialog = admin.get_by_role("dialog", name="化名背后的人")
    await dialog.get_by_label("化名").fill(_pseudonym(slow_server, pupil.id))
    await dialog.get_by_label("具体说明").fill("他说不想上学了，班主任需要找他谈谈")
    assert await overflow_px(admin) == 0
    await dialog.get_by_role("button", name="查看姓名").click()
    await expect(dialog.get_by_text("小明", exact=True)).to_be_visible()
    await dialog.get_by_role("button", name="完成").click()
    await expect(admin.get_by_role("cell", name="他说不想上学了，班主任需要找他谈谈")).to_be_visible()
    await panel(page)
    await expect(page.get_by_text("王主任（管理员）")).to_be_visible()
    await expect(page.get_by_text("他说不想上学了，班主任需要找他谈谈")).to_be_visible()
    await expect(page.get_by_text("有人可能受到伤害")).to_be_visible()


def _pseudonym(server: Serving, owner_id: str) -> str:
    """What a record would show, found as only this machine's administrator could."""
    with sqlite3.connect(server.data / "dayi.sqlite3") as connection:
        (salt,) = connection.execute("SELECT value FROM secrets WHERE name = 'pseudonyms'").fetchone()
    connection.close()
    terms = Terms(parse_starts(DEFAULT_STARTS), ZoneInfo("Asia/Shanghai"))
    return pseudonym(owner_id, None, terms.term(time.time_ns() // 1_000_000), salt)


async def test_a_name_is_told_from_the_hit_log(slow_server: Serving, school: School, people: People) -> None:
    """Compliance staff with the right get from a hit to the person in one dialog; without it nowhere."""
    pupil = school.member("小刚", "pupil")
    page = await people.open(slow_server.url, login=pupil.cookie)
    await ask(page, "叮咚石油灯是什么？")
    await answered(page)
    staff = school.member("赵合规", "compliance")
    records = await people.open(f"{slow_server.url}/records", login=staff.cookie)
    name = _pseudonym(slow_server, pupil.id)
    await expect(records.get_by_role("cell", name=name).first).to_be_visible()
    await expect(records.get_by_role("button", name=name)).to_have_count(0)
    school.allow(staff, "see_names")
    await records.reload()
    await records.get_by_role("button", name=name).first.click()
    dialog = records.get_by_role("dialog", name="化名背后的人")
    await dialog.get_by_label("具体说明").fill("词条命中需要核实，请班主任联系")
    await dialog.get_by_role("button", name="查看姓名").click()
    await expect(dialog.get_by_text("小刚", exact=True)).to_be_visible()
