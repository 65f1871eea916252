"""Approved answers from end to end: written from a group, served to the next pupil, expired again."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.e2e.asked import BIG, NUM_PUPILS, choose, statistics
from tests.e2e.browser import People, overflow_px
from tests.e2e.chat_page import answered, answers, ask, conversation
from tests.e2e.pupil import chatting
from tests.e2e.school import Member, School
from tests.serving import Serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ANSWER = "直角三角形两条直角边的平方和等于斜边的平方。"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def school(running_server: Serving) -> tuple[Member, dict[str, Any]]:
    """A teacher and a class, of which five pupils asked one question."""
    made = School(running_server)
    teacher = made.member("李老师", "teacher")
    big = made.new_class(BIG, teacher, enrolled=42)
    made.close()

    async def pupil() -> None:
        async with chatting(running_server.url, class_code=big["join_code"]) as page:
            await page.ask("勾股定理怎么证明？")

    await asyncio.gather(*(pupil() for _ in range(NUM_PUPILS)))
    return teacher, big


async def desk(server: Serving, people: People, who: Member, **how: Any) -> Page:
    """The page of approved answers."""
    page = await people.open(f"{server.url}/answers", login=who.cookie, **how)
    await page.get_by_role("heading", name="试一试").wait_for()
    return page


async def origin(server: Serving, code: str, question: str) -> str:
    """Whose answer the next pupil gets."""
    async with chatting(server.url, class_code=code) as pupil:
        turn = await pupil.ask(question)
    started: str = next(frame for frame in turn.frames if frame["type"] == "started")["origin"]
    return started


async def test_an_answer_written_from_a_group_serves_the_next_pupil(
    running_server: Serving, people: People, school: tuple[Member, dict[str, Any]]
) -> None:
    """Two clicks; the pupil sees the label, who answers for it, and can go on asking; the group says so."""
    teacher, big = school
    page = await statistics(running_server, people, teacher)
    await choose(page, BIG)
    row = page.get_by_role("region", name="相似的问题").locator("tbody tr")
    await row.get_by_role("button", name="写标准答案").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("问法，一行一种")).to_have_value("勾股定理怎么证明？")
    await dialog.get_by_label("答案", exact=True).fill(ANSWER)
    await dialog.get_by_label("来源").fill("数学组讲义")
    await dialog.get_by_label("负责人或部门").fill("数学组")
    await dialog.get_by_role("button", name="保存").click()
    await expect(row).to_contain_text("已有标准答案")

    chat = await people.open(f"{running_server.url}/")
    await chat.request.post(
        f"{running_server.url}/api/join",
        data={"code": big["join_code"]},
        headers={"Origin": running_server.url},
    )
    await chat.reload()
    await ask(chat, "老师，请问勾股定理如何证明？")
    await answered(chat)
    await expect(answers(chat)).to_have_text(ANSWER)
    await expect(conversation(chat)).to_contain_text("标准答案")
    await expect(conversation(chat)).to_contain_text("来源：数学组讲义 · 数学组")
    await ask(chat, "还有别的方法吗")
    await answered(chat, 2)


async def test_an_answer_is_kept_tried_and_expires(
    running_server: Serving, people: People, school: tuple[Member, dict[str, Any]], tmp_path: Path
) -> None:
    """Imported after a look, tried, served; past its last day it is marked, and nobody makes up another.
    Formulas are drawn while one writes, and in the list, as in the chat."""
    teacher, big = school
    page = await desk(running_server, people, teacher)
    file = tmp_path / "answers.csv"
    file.write_text("问法,答案\n学校几点放学|放学时间是几点,四点半。\n", encoding="utf-8")
    await page.get_by_role("button", name="导入…").click()
    await page.get_by_label("文件（CSV、XLSX 或 JSON）").set_input_files(file)
    await page.get_by_role("button", name="先看一看").click()
    await page.get_by_role("button", name="导入 1 条").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_label("假如有人问").fill("请问学校几点放学呀")
    await expect(page.get_by_text("会直接得到这条：")).to_be_visible()
    assert await origin(running_server, big["join_code"], "放学时间是几点？") == "approved_answer"

    await page.get_by_role("button", name="学校几点放学", exact=True).click()
    yesterday = (date.today() - timedelta(days=2)).isoformat()  # in whatever zone: it is past
    await page.get_by_label("最后有效日（可不填）").fill(yesterday)
    await page.get_by_label("答案", exact=True).fill(r"**四点半**，就是 $16\tfrac{1}{2}$ 时。")
    preview = page.get_by_role("region", name="提问的人会看到：")
    await expect(preview.locator(".katex")).to_be_visible()
    await expect(preview.locator("strong")).to_have_text("四点半")
    await page.get_by_role("button", name="保存").click()
    await expect(page.get_by_text("已过期")).to_be_visible()
    await expect(page.locator("tbody .katex")).to_be_visible()
    await expect(page.locator("tbody")).not_to_contain_text("**")
    assert await origin(running_server, big["join_code"], "放学时间是几点？") == "declined"  # own affairs

    await page.get_by_role("button", name="「学校几点放学」的修改记录").click()
    await expect(page.get_by_role("dialog")).to_contain_text("最后有效日")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_two_that_fit_are_two_buttons(
    running_server: Serving, people: People, school: tuple[Member, dict[str, Any]]
) -> None:
    """One click asks exactly that question."""
    teacher, big = school
    page = await desk(running_server, people, teacher, width=360)
    for question, text in (("学校图书馆周末开门吗", "周六开。"), ("区图书馆周末开门吗", "都开。")):
        await page.get_by_role("button", name="新建").click()
        await page.get_by_label("问法，一行一种").fill(question)
        await page.get_by_label("答案", exact=True).fill(text)
        await page.get_by_role("button", name="保存").click()
        await expect(page.get_by_role("dialog")).to_have_count(0)
    assert await overflow_px(page) == 0
    chat = await people.open(f"{running_server.url}/", width=360)
    await chat.request.post(
        f"{running_server.url}/api/join",
        data={"code": big["join_code"]},
        headers={"Origin": running_server.url},
    )
    await chat.reload()
    await ask(chat, "图书馆周末开门吗")
    await (
        chat.get_by_role("group", name="您问的是哪一个？")
        .get_by_role("button", name="区图书馆周末开门吗")
        .click()
    )
    await answered(chat, 2)
    await expect(answers(chat).last).to_have_text("都开。")
    assert await overflow_px(chat) == 0
