"""A day at the word desk: a list from outside, a second person, a chat that obeys, the way back."""

from __future__ import annotations

import re
import uuid

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.browser import People
from tests.e2e.school import Member, School
from tests.serving import Serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NUM_WORDS = 5000
WORD = "词04242条"


@pytest.fixture(scope="module")
def staff(school: School) -> tuple[Member, Member]:
    """Two of the compliance staff."""
    return school.member("合规小周", "compliance"), school.member("合规小郑", "compliance")


async def desk(server: Serving, people: People, member: Member) -> Page:
    """The word desk of somebody."""
    page = await people.open(f"{server.url}/words", login=member.cookie)
    await page.get_by_role("table").first.wait_for()
    return page


def bar(page: Page) -> Locator:
    """What is only there while a draft is."""
    return page.locator(".draft-bar")


async def come_back(page: Page) -> None:
    """Somebody comes back to a tab that lay behind."""
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


async def rehearse(page: Page) -> Locator:
    """Rehearse the draft; the dialog with what was found."""
    await bar(page).get_by_role("button", name="演练").click()
    dialog = page.get_by_role("dialog", name="演练：这份草稿会改变什么")
    await dialog.get_by_role("button", name=re.compile("开始演练|重新演练")).click()
    await expect(dialog.get_by_role("button", name="重新演练")).to_be_enabled()
    await expect(dialog.get_by_text("结果已过时")).to_have_count(0)
    await expect(dialog.get_by_role("row", name=re.compile("^正常文字"))).to_be_visible()
    return dialog


async def rehearse_and_submit(page: Page, comment: str) -> None:
    """What the first person does."""
    dialog = await rehearse(page)
    await dialog.get_by_role("button", name="关闭").click()
    await bar(page).get_by_role("button", name="提交审核").click()
    dialog = page.get_by_role("dialog", name="提交草稿审核")
    await dialog.get_by_label("说明").fill(comment)
    await dialog.get_by_role("button", name="提交审核").click()
    await expect(bar(page)).to_contain_text("等待另一个人审核")


async def ask(pupil: Page, text: str) -> None:
    """A pupil's next question."""
    await pupil.get_by_label("输入问题").fill(text)
    await pupil.keyboard.press("Enter")


async def test_a_list_from_outside_is_rehearsed_refused_corrected_approved_obeyed_and_rolled_back(
    slow_server: Serving, people: People, school: School, staff: tuple[Member, Member]
) -> None:
    """From a file of 5,000 words to a chat that stayed open all day, and back to the morning's words."""
    pupil = await people.open(slow_server.url)
    await ask(pupil, f"{WORD}是什么？")
    await expect(pupil.locator(".prose")).to_contain_text(WORD)

    admin = await desk(slow_server, people, school.admin)
    await admin.get_by_role("checkbox", name="发布须经第二人审核").click()
    await expect(admin.get_by_role("checkbox", name="发布须经第二人审核")).to_be_checked()

    one = await desk(slow_server, people, staff[0])
    await one.get_by_role("button", name="新建词表").first.click()
    dialog = one.get_by_role("dialog", name="新建词表")
    await dialog.get_by_label("名称").fill("市局词表")
    await dialog.get_by_label("类别").fill("市局")
    await dialog.get_by_role("button", name="保存").click()
    await one.get_by_role("button", name="导入").click()
    dialog = one.get_by_role("dialog", name="导入词表")
    lines = [f"词{number:05}条" for number in range(NUM_WORDS - 1)] + ["老师"]
    file = {"name": "市局.txt", "mimeType": "text/plain", "buffer": "\n".join(lines).encode()}
    await dialog.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    await dialog.get_by_role("button", name="预览").click()
    await expect(dialog.get_by_text("新增 5000 条，不同 0 条，相同 0 条")).to_be_visible()
    await expect(dialog.get_by_role("row", name=re.compile("老师 会命中正常文字"))).to_be_visible()
    await dialog.get_by_role("button", name="导入 5000 条").click()
    await expect(bar(one)).to_contain_text("草稿有 5001 处改动")

    found = await rehearse(one)
    await expect(found.get_by_role("row", name=re.compile("^正常文字"))).not_to_contain_text(" 0 0 0")
    await expect(found.get_by_text(f"命中“{WORD}”").first).to_be_visible()
    await found.get_by_role("button", name="关闭").click()
    await rehearse_and_submit(one, "市局第 3 号")
    await expect(bar(one).get_by_role("button", name="审核", exact=True)).to_have_count(0)

    other = await desk(slow_server, people, staff[1])
    await expect(bar(other)).to_contain_text("合规小周 已提交 5001 处改动")
    await bar(other).get_by_role("button", name="审核", exact=True).click()
    review = other.get_by_role("dialog", name="审核草稿")
    await expect(review.get_by_text("市局第 3 号")).to_be_visible()
    await expect(review.get_by_role("row", name="市局词表 5000 0 0")).to_be_visible()
    await review.get_by_role("tab", name="演练").click()
    await expect(review.locator("mark", has_text="老师").first).to_be_visible()
    await review.get_by_label("退回的理由").fill("会误伤“老师”")
    await review.get_by_role("button", name="退回").click()
    await expect(bar(other)).to_contain_text("合规小郑 退回：会误伤“老师”")

    await come_back(one)
    await expect(bar(one)).to_contain_text("合规小郑 退回：会误伤“老师”")
    await one.get_by_label("搜索词或备注").fill("老师")
    await expect(one.get_by_role("table")).to_have_attribute("aria-rowcount", "2")
    await one.get_by_role("table").focus()
    for key in ("ArrowDown", "Delete"):
        await one.keyboard.press(key)
    dialog = one.get_by_role("dialog", name="删除 1 条？")
    await dialog.get_by_role("button", name="删除").click()
    await expect(one.get_by_text("没有找到“老师”。")).to_be_visible()
    await rehearse_and_submit(one, "去掉了“老师”")

    await come_back(other)
    await bar(other).get_by_role("button", name="审核", exact=True).click()
    await review.get_by_role("button", name="批准并发布").click()
    await expect(other.get_by_text("已批准，第 2 版已生效")).to_be_visible()
    await expect(bar(other)).to_have_count(0)
    await ask(pupil, f"{WORD}还有吗？")
    await expect(pupil.get_by_role("alert")).to_contain_text("这个问题我不能回答")

    await other.get_by_role("button", name="记录", exact=True).click()
    record = other.get_by_role("dialog", name="记录")
    await record.get_by_role("tab", name="版本").click()
    await expect(record.get_by_role("listitem").filter(has_text="第 2 版")).to_contain_text("合规小郑 批准")
    await record.get_by_role("button", name="回到此版 第 1 版").click()
    dialog = other.get_by_role("dialog", name="回到第 1 版？")
    await dialog.get_by_role("button", name="回到此版").click()
    await expect(bar(other)).to_contain_text("草稿有 5000 处改动")
    await rehearse_and_submit(other, "回到早上")
    await come_back(one)
    await bar(one).get_by_role("button", name="审核", exact=True).click()
    await one.get_by_role("dialog", name="审核草稿").get_by_role("button", name="批准并发布").click()
    await expect(one.get_by_text("已批准，第 3 版已生效")).to_be_visible()
    await ask(pupil, f"{WORD}最后一次")
    await expect(pupil.locator(".prose").last).to_contain_text(f"{WORD}最后一次")

    await admin.get_by_role("checkbox", name="发布须经第二人审核").click()
    await expect(admin.get_by_role("checkbox", name="发布须经第二人审核")).not_to_be_checked()


async def test_two_people_at_one_word_are_told_and_choose(
    slow_server: Serving, people: People, school: School, staff: tuple[Member, Member]
) -> None:
    """Who comes second sees what the first wrote; nothing is overwritten unasked."""
    people.tolerate("status of 409")
    school.discard_draft()
    name = f"词表{uuid.uuid4().hex[:6]}"
    school.import_words(name, ["绿灯笼", "紫灯笼"])
    pages = [await desk(slow_server, people, member) for member in staff]
    for page in pages:
        await page.get_by_role("navigation", name="词表").get_by_role("button", name=name).first.click()
        await expect(page.get_by_role("region", name=name)).to_be_visible()
        await expect(page.get_by_role("checkbox", name="选择 绿灯笼", exact=True)).to_be_visible()
    one, other = pages
    await one.get_by_label("绿灯笼 提问").select_option(label="复核")
    await expect(one.get_by_text("已存入草稿")).to_be_visible()
    await other.get_by_role("table").focus()
    for key in ("ArrowDown", "End"):
        await other.keyboard.press(key)
    await expect(other.locator(".words-row:focus")).to_contain_text("绿灯笼")
    await other.keyboard.press("Enter")
    await other.get_by_role("row").get_by_label("词", exact=True).fill("大绿灯笼")
    await other.keyboard.press("Enter")
    conflict = other.get_by_role("dialog", name="别人先改了")
    await expect(conflict).to_contain_text("合规小周")
    await expect(conflict.get_by_role("row", name="词 绿灯笼 大绿灯笼")).to_be_visible()
    await conflict.get_by_role("button", name="用我的覆盖").click()
    await expect(other.get_by_role("checkbox", name="选择 大绿灯笼", exact=True)).to_be_visible()
    await expect(other.get_by_label("大绿灯笼 提问")).to_have_value("review")

    await one.get_by_role("checkbox", name="选择 绿灯笼", exact=True).check()
    await one.get_by_role("button", name="停用", exact=True).click()
    conflict = one.get_by_role("dialog", name="别人先改了")
    await expect(conflict).to_contain_text("其中 1 条已被 合规小郑 改过")
    await conflict.get_by_role("button", name="采用对方的").click()
    await expect(one.get_by_role("checkbox", name="大绿灯笼 启用")).to_be_checked()
    school.discard_draft()
