"""The government preset in a real browser: a public office that is nowhere mistaken for a school."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser import People, overflow_px
from tests.e2e.chat_page import answered, answers, ask, conversation
from tests.e2e.school import School
from tests.serving import Serving, serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

GUIDE = Path(__file__).parents[1] / "knowledge" / "files" / "residence_permit.docx"
HOTLINE = "建议您拨打12345政务服务热线获取权威解答。"
PAGES = ("/", "/words", "/stats", "/answers", "/documents", "/admin", "/login", "/#join=ABCDEF")
OF_A_SCHOOL = re.compile("学生|教师|老师|班级|同学|学习|[Tt]eacher|[Pp]upil|[Cc]lass")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A public office with an administrator and one desk."""
    folder = tmp_path_factory.mktemp("office")
    with serving(folder, preset="government", asks_per_minute=600) as server:
        made = School(server)
        made.new_class("户籍窗口")
        yield made
        made.close()


async def of_a_school(page: Page) -> list[str]:
    """Words of a school on a page, in labels and hints too."""
    await expect(page.locator(".wait")).to_have_count(0)
    text: str = await page.evaluate(
        """() => {
          const named = [...document.querySelectorAll('[aria-label], [title], option')];
          const names = named.map((each) => `${each.ariaLabel ?? ''} ${each.title} ${each.textContent}`);
          return [document.title, document.body.innerText, ...names].join('\\n');
        }"""
    )
    return OF_A_SCHOOL.findall(text)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
async def test_page_speaks_of_desks_and_citizens(
    office: School, people: People, path: str, lang: str
) -> None:
    """No page of a public office says teacher, pupil or class."""
    server: Serving = office.server
    page = await people.open(server.url + path, login=office.admin.cookie, lang=lang)  # type: ignore[arg-type]
    await page.get_by_role("heading").first.wait_for()
    assert await of_a_school(page) == []


async def test_dialogs_of_the_administrator_speak_of_the_office(office: School, people: People) -> None:
    """Neither the roles one may give, nor the form of a desk, are those of a school."""
    page = await people.open(f"{office.server.url}/admin", login=office.admin.cookie)
    await page.get_by_role("button", name="新建用户").click()
    dialog = page.get_by_role("dialog", name="新建用户")
    await expect(dialog.get_by_label("角色").get_by_role("option")).to_have_text(
        ["窗口人员", "合规人员", "管理员", "市民"]
    )
    assert await of_a_school(page) == []
    await dialog.get_by_role("button", name="关闭").click()
    await page.get_by_role("button", name="新建服务台").click()
    await expect(page.get_by_role("dialog", name="新建服务台")).to_be_visible()
    assert await of_a_school(page) == []


async def test_citizen_who_cannot_be_answered_is_told_the_hotline(office: School, people: People) -> None:
    """A question that is held back is refused politely, with the number to call."""
    page = await people.open(office.server.url)
    await ask(page, "咕噜枣在哪里办？")
    await expect(page.get_by_role("alert")).to_contain_text("12345")
    await ask(page, "居住证在哪里办？")
    await answered(page)
    await expect(page.get_by_text("AI 生成，仅供参考", exact=True)).to_be_visible()


async def test_a_document_answers_until_it_is_deleted(office: School, people: People) -> None:
    """What no document says is declined; so is what the deleted one said."""
    desk = await people.open(f"{office.server.url}/documents", login=office.admin.cookie)
    await desk.locator("input[type=file]").set_input_files([GUIDE])
    row = desk.locator("li.document").filter(has=desk.get_by_text("residence permit", exact=True))
    await expect(row.get_by_text("可以查到")).to_be_visible()
    citizen = await people.open(office.server.url)
    await ask(citizen, "办居住证要带什么材料？")
    await answered(citizen)
    await expect(citizen.locator("button.passage").first).to_be_visible()
    await ask(citizen, "护照丢了怎么补办？")
    await answered(citizen, 2)
    await expect(answers(citizen).last).to_have_text(HOTLINE)

    # Another one stays, or there would be nothing to decline by.
    other = {"name": "停车.md", "mimeType": "text/markdown", "buffer": "# 停车\n每小时五元。".encode()}
    await desk.locator("input[type=file]").set_input_files([other])  # type: ignore[list-item]
    await expect(desk.get_by_text("可以查到")).to_have_count(2)
    await row.get_by_role("button", name="删除").click()
    await desk.get_by_role("dialog").get_by_role("button", name="删除").click()
    await expect(row).to_have_count(0)
    await ask(citizen, "办居住证要带什么材料？")
    await answered(citizen, 3)
    await expect(answers(citizen).last).to_have_text(HOTLINE)


async def test_an_approved_answer_is_served_until_its_last_day(office: School, people: People) -> None:
    """Written, given in another wording under its own label, expired, and not given any more."""
    desk = await people.open(f"{office.server.url}/answers", login=office.admin.cookie)
    await desk.get_by_role("button", name="新建").first.click()
    await desk.get_by_label("问法，一行一种").fill("护照丢了怎么补办？")
    await desk.get_by_label("答案", exact=True).fill("请本人到任一出入境窗口申请补发。")
    await desk.get_by_role("textbox", name="来源").fill("出入境办事指南")
    await desk.get_by_role("button", name="保存").click()
    await expect(desk.get_by_role("dialog")).to_have_count(0)
    citizen = await people.open(office.server.url)
    await ask(citizen, "请问护照丢了如何补办")
    await answered(citizen)
    await expect(answers(citizen)).to_have_text("请本人到任一出入境窗口申请补发。")
    await expect(conversation(citizen)).to_contain_text("标准答案")
    await expect(conversation(citizen)).to_contain_text("来源：出入境办事指南")

    await desk.get_by_role("button", name="护照丢了怎么补办？", exact=True).click()
    past = (date.today() - timedelta(days=2)).isoformat()  # in whatever zone
    await desk.get_by_label("最后有效日（可不填）").fill(past)
    await desk.get_by_role("button", name="保存").click()
    await expect(desk.get_by_text("已过期")).to_be_visible()
    await ask(citizen, "请问护照丢了如何补办")
    await answered(citizen, 2)
    await expect(answers(citizen).last).to_have_text(HOTLINE)


async def test_what_is_declined_is_answered_by_a_person(office: School, people: People) -> None:
    """Sent with one click by somebody at no desk, seen by the administrator, answered into the open page."""
    citizen = await people.open(office.server.url, width=360, height=740)
    await ask(citizen, "港澳通行证签注怎么办？")
    await answered(citizen)
    await citizen.get_by_role("button", name="请窗口人员看看").click()
    await citizen.get_by_role("dialog").get_by_role("button", name="发给窗口人员").click()
    await expect(citizen.get_by_text("正在等回复")).to_be_visible()
    hall = await people.open(f"{office.server.url}/stats", login=office.admin.cookie)
    await hall.get_by_role("tab", name="问窗口人员（1）").click()
    ticket = hall.locator(".threads > li")
    await expect(ticket).to_contain_text("港澳通行证签注怎么办？")
    await ticket.get_by_label("回复").fill("请到出入境窗口办理，带通行证原件。")
    await ticket.get_by_role("button", name="发送回复").click()
    await expect(citizen.get_by_text("请到出入境窗口办理，带通行证原件。")).to_be_visible()
    await citizen.reload()
    await expect(citizen.get_by_text("请到出入境窗口办理，带通行证原件。")).to_be_visible()
    assert await overflow_px(citizen) == 0


async def test_an_operator_without_a_desk_answers_citizens_who_have_none(
    office: School, people: People
) -> None:
    """The ticket appears without reloading; the citizen, in another conversation by then, is told at once."""
    operator = office.member("孙窗口", "teacher")
    hall = await people.open(f"{office.server.url}/stats", login=operator.cookie)
    counted = await hall.request.get(f"{office.server.url}/api/stats")  # the right to answer opens no numbers
    assert (await counted.json())["tiles"]["questions"] == 0
    await hall.clock.install()
    await hall.get_by_role("tab", name="问窗口人员", exact=True).click()
    await expect(hall.get_by_text("没有等待回复的问题")).to_be_visible()

    citizen = await people.open(office.server.url)
    await ask(citizen, "社保卡丢了怎么办？")
    await answered(citizen)
    await citizen.get_by_role("button", name="请窗口人员看看").click()
    await citizen.get_by_role("dialog").get_by_role("button", name="发给窗口人员").click()
    await expect(citizen.get_by_text("正在等回复")).to_be_visible()
    await citizen.get_by_role("button", name="新对话").first.click()
    await ask(citizen, "你们几点开门？")
    await answered(citizen)

    await hall.clock.fast_forward(16_000)
    ticket = hall.locator(".threads > li")
    await expect(ticket).to_contain_text("社保卡丢了怎么办？")
    await expect(hall.get_by_role("tab", name="问窗口人员（1）")).to_be_visible()
    await ticket.get_by_label("回复").fill("先电话挂失，再到社保窗口补办。")
    await ticket.get_by_role("button", name="发送回复").click()
    await expect(ticket).to_have_count(0)

    listed = citizen.get_by_role("navigation", name="我的对话")
    marked = listed.get_by_role("listitem").filter(has=citizen.get_by_role("img", name="有新的回复"))
    await expect(marked).to_contain_text("社保卡丢了怎么办？")
    button = citizen.get_by_role("button", name="打开对话列表")
    await expect(button).to_have_count(0)  # there is room for the list itself
    await citizen.get_by_role("status").get_by_role("button", name="打开").click()
    await expect(citizen.get_by_text("先电话挂失，再到社保窗口补办。")).to_be_visible()
    await expect(marked).to_have_count(0)
