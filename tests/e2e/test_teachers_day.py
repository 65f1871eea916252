"""A teacher's day: three hundred questions, sorted by the page; one of them is answered by a person."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.async_api import expect

from tests.e2e.asked import choose
from tests.e2e.browser import People
from tests.e2e.pupil import chatting
from tests.e2e.school import School
from tests.serving import Serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ROOM = "九年级（二）班"
NUM_PUPILS = 40
THEMES = (
    ("勾股定理怎么用", "怎么用勾股定理", "勾股定理该怎么使用"),
    ("浮力怎么计算", "怎样计算浮力", "浮力的计算方法"),
    ("光合作用需要什么条件", "光合作用的条件有哪些", "植物光合作用要什么条件"),
    ("一般过去时怎么用", "一般过去时的用法", "怎么用一般过去时"),
)


async def ask_all(server: Serving, code: str) -> None:
    """Forty pupils; the first twenty ask eight questions, the others seven: three hundred."""
    places = asyncio.Semaphore(10)

    async def pupil(number: int) -> None:
        async with places, chatting(server.url, class_code=code) as page:
            for turn in range(8 if number < NUM_PUPILS // 2 else 7):
                theme = THEMES[(number + turn) % len(THEMES)]
                answer = await page.ask(theme[turn % len(theme)])
                assert answer.last["type"] == "done"

    await asyncio.gather(*(pupil(number) for number in range(NUM_PUPILS)))


async def test_a_teachers_day(running_server: Serving, people: People, tmp_path: Path) -> None:
    """Groups, a merge and a difference by hand, ask-my-teacher there and back, and the exported workbook."""
    school = School(running_server)
    teacher = school.member("赵老师", "teacher")
    room = school.new_class(ROOM, teacher, enrolled=NUM_PUPILS)
    school.close()
    await ask_all(running_server, room["join_code"])

    # A pupil does not understand, and sends the turn on purpose.
    pupil = await people.open(f"{running_server.url}/#join={room['join_code']}")
    await pupil.get_by_role("dialog").get_by_role("button", name="加入").click()
    await expect(pupil.locator(".my-class")).to_have_text(ROOM)
    await pupil.get_by_label("输入问题").fill("勾股定理怎么用？")
    await pupil.keyboard.press("Enter")
    await pupil.get_by_role("button", name="请教师看看").click()
    dialog = pupil.get_by_role("dialog")
    await expect(dialog).to_contain_text("勾股定理怎么用？")
    await expect(dialog).to_contain_text("看不到您的名字")
    await dialog.get_by_label("附言").fill("第二步没看懂")
    await dialog.get_by_role("button", name="发给教师").click()
    await expect(dialog).to_have_count(0)
    await expect(pupil.get_by_text("已发给教师，正在等回复")).to_be_visible()

    page = await people.open(f"{running_server.url}/stats", login=teacher.cookie)
    await expect(page.locator(".sentence")).to_contain_text("301 个问题")
    rows = page.get_by_role("region", name="相似的问题").locator("tbody tr")
    await expect(rows.first).to_contain_text("41")
    named = [await row.inner_text() for row in await rows.all()]
    for theme in ("勾股定理", "浮力", "光合作用", "一般过去时"):
        assert any(theme in row for row in named), named
    assert len(named) <= 6, named

    # Not the same, which sticks: the other group is no longer offered for merging.
    floats = rows.filter(has=page.locator("strong", has_text="浮力"))
    await floats.first.get_by_role("button", name="不是一回事…").click()
    dialog = page.get_by_role("dialog")
    theorem = (
        await dialog.get_by_label("另一组", exact=True)
        .locator("option", has_text="勾股定理")
        .first.inner_text()
    )
    await dialog.get_by_label("另一组", exact=True).select_option(label=theorem)
    await dialog.get_by_role("button", name="不是一回事", exact=True).click()
    await expect(floats.first).to_contain_text(f"不是一回事：「{theorem}」")
    await floats.first.get_by_role("button", name="合并…").click()
    await expect(page.get_by_label("并入").locator("option", has_text=theorem)).to_have_count(0)
    past = await page.get_by_label("并入").locator("option", has_text="过去时").first.inner_text()
    await page.get_by_label("并入").select_option(label=past)
    await page.get_by_role("dialog").get_by_role("button", name="合并", exact=True).click()
    await expect(rows).to_have_count(len(named) - 1)

    # By keyboard to the last tab; the question has no name, and the answer goes into the open page.
    await page.get_by_role("tab", name="相似的问题").focus()
    await page.keyboard.press("End")
    await expect(page.get_by_role("tab", name="问教师（1）")).to_be_focused()
    thread = page.locator(".threads > li")
    await expect(thread).to_contain_text("第二步没看懂")
    await thread.get_by_text("AI 的回答").click()
    await expect(thread.locator(".prose")).to_be_visible()
    await thread.get_by_label("回复").fill("等式两边同时减去同一个数。")
    await page.reload()
    await expect(thread.get_by_label("回复")).to_have_value("等式两边同时减去同一个数。")
    await thread.get_by_role("button", name="发送回复").click()
    await expect(page.get_by_role("tab", name="问教师", exact=True)).to_be_visible()
    await expect(pupil.get_by_text("等式两边同时减去同一个数。")).to_be_visible()
    await expect(pupil.get_by_text("赵老师回复了")).to_be_visible()
    await pupil.get_by_role("button", name="明白了").click()
    await expect(pupil.get_by_text("已结束。")).to_be_visible()
    await pupil.reload()
    await expect(pupil.get_by_text("等式两边同时减去同一个数。")).to_be_visible()

    await choose(page, ROOM)
    async with page.expect_download() as download:
        await page.get_by_role("link", name="导出 XLSX").click()
    await (await download.value).save_as(tmp_path / "stats.xlsx")
    book = load_workbook(tmp_path / "stats.xlsx")
    table = [[cell for cell in row if cell is not None] for row in book.worksheets[0].values]
    assert "AI" in str(table[0][0])
    assert ["提问数", 301] in table
    assert any("勾股定理" in str(row[0]) and 41 in row for row in table if row)
    assert ["等待人工回复的问题", 0] in table
    assert "AI" in book.properties.description
    assert not any(
        "移项" in str(cell) for row in table for cell in row
    )  # one person's words stay on the page
