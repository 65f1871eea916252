"""Documents in a real browser: uploaded, tried, cited, opened at their place; other questions declined."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Locator, Page, expect

from server.sources.scripted import ScriptedSource
from tests.e2e.browser import People, chinese_on, overflow_px
from tests.e2e.chat_page import answered, answers, ask, conversation
from tests.e2e.school import School
from tests.serving import serving
from tests.web.inside import inside

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FILES = Path(__file__).parents[1] / "knowledge" / "files"
GUIDE, INSURANCE = FILES / "residence_permit.docx", FILES / "social_insurance.pdf"
NEW = re.compile("^(新对话|New conversation)$")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A public office with one desk, which the tests of this module fill one after the other."""
    with serving(tmp_path_factory.mktemp("office"), preset="government", asks_per_minute=600) as server:
        made = School(server)
        made.new_class("户籍窗口")
        yield made
        made.close()


def row(page: Page, title: str) -> Locator:
    """The document of this title in the list."""
    return page.locator("li.document").filter(has=page.get_by_text(title, exact=True))


async def test_files_are_uploaded_tried_and_looked_after(office: School, people: People) -> None:
    """A PDF and a Word file made by a real program; a broken one says why and hinders nobody."""
    people.tolerate("status of 409")
    page = await people.open(f"{office.server.url}/documents", login=office.admin.cookie)
    await expect(page.get_by_role("heading", name="还没有文档")).to_be_visible()
    broken: FilePayload = {"name": "坏.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 nothing"}
    chooser = page.locator("input[type=file]")
    await chooser.set_input_files([GUIDE, INSURANCE])
    await expect(row(page, "social insurance").get_by_text("可以查到")).to_be_visible()
    await expect(row(page, "residence permit").get_by_text("可以查到")).to_be_visible()
    await expect(row(page, "social insurance")).to_contain_text("PDF")
    await expect(row(page, "social insurance")).to_contain_text("3 页")
    await chooser.set_input_files([broken])
    await expect(row(page, "坏").get_by_text("文件已损坏或不完整，无法读取。")).to_be_visible()
    await chooser.set_input_files([GUIDE])
    await expect(page.get_by_text("这个文件已经有了：《residence permit》。")).to_be_visible()

    await row(page, "residence permit").get_by_role("button", name="改标题").click()
    dialog = page.get_by_role("dialog", name="修改标题")
    await dialog.get_by_label("标题").fill("居住证办理指南")
    await dialog.get_by_role("button", name="保存").click()
    await expect(row(page, "居住证办理指南")).to_be_visible()
    await row(page, "坏").get_by_role("button", name="删除").click()
    await page.get_by_role("dialog", name="删除《坏》？").get_by_role("button", name="删除").click()
    await expect(row(page, "坏")).to_have_count(0)

    await page.get_by_label("问题").fill("居住证逾期没有签注怎么办？")
    await page.get_by_role("button", name="查找").click()
    used = page.locator(".tried > li.used").first
    await expect(used).to_contain_text("四、签注")
    await used.get_by_role("button").click()
    opened = page.get_by_role("dialog", name="居住证办理指南")
    await expect(opened.locator("mark").first).to_contain_text("居住证每年签注一次")
    await page.keyboard.press("Escape")
    await expect(opened).to_have_count(0)
    await page.get_by_label("问题").fill("勾股定理怎么证明？")
    await page.get_by_role("button", name="查找").click()
    await expect(page.get_by_text(re.compile("没有段落足够切题|没有任何段落"))).to_be_visible()


ASKED = [
    ("办居住证要带什么材料？", "租房合同"),
    ("申请居住证需要提交哪些东西", "租房合同"),
    ("养老保险中断了还能补缴吗？", "六十日内申请补缴"),
]


@pytest.mark.parametrize(("question", "quote"), ASKED)
async def test_answer_names_its_source_and_opens_it_at_its_place(
    office: School, people: People, question: str, quote: str
) -> None:
    """In several wordings; whoever asks needs no login to read what the answer rests on."""
    page = await people.open(office.server.url)
    title = "居住证办理指南" if "居住证" in question else "social insurance · 第三章 补缴和中断 · 第 2 页"
    await _asked_and_opened(page, question, title, quote)
    await page.reload()
    await expect(page.locator("button.passage").first).to_contain_text(title)


async def test_a_school_answers_from_its_documents_and_makes_up_nothing_of_its_own(
    people: People, tmp_path: Path
) -> None:
    """The same two files; what is the school's own and in none of them is declined, and a person is named."""
    with serving(tmp_path, preset="education", asks_per_minute=600) as server:
        school = School(server)
        page = await people.open(f"{server.url}/documents", login=school.admin.cookie)
        await page.locator("input[type=file]").set_input_files([GUIDE, INSURANCE])
        for title in ("social insurance", "residence permit"):
            await expect(row(page, title).get_by_text("可以查到")).to_be_visible()
        page = await people.open(server.url)
        for number, (question, quote) in enumerate(ASKED, 1):
            await _asked_and_opened(page, question, "", quote, number)
        await ask(page, "我们学校游泳馆几点开门？")
        await answered(page, len(ASKED) + 1)
        await expect(answers(page).last).to_contain_text("请问问班主任或学校办公室")
        school.close()


async def _asked_and_opened(page: Page, question: str, title: str, quote: str, number: int = 1) -> None:
    """Ask; the answer names its source, which opens where the quote is marked."""
    await ask(page, question)
    await answered(page, number)
    chip = conversation(page).locator(".answer").last.locator("button.passage").first
    await expect(chip).to_contain_text(title)
    await chip.click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.locator("mark").first).to_be_visible()
    assert quote in "".join(await dialog.locator("mark").all_inner_texts())
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)


async def test_question_outside_the_documents_is_declined(office: School, people: People) -> None:
    """The hotline is named, no model is asked, and no source is shown."""
    page = await people.open(office.server.url)
    await ask(page, "护照丢了怎么补办？")
    await answered(page)
    await expect(answers(page).last).to_have_text("建议您拨打12345政务服务热线获取权威解答。")
    await expect(page.locator("button.passage")).to_have_count(0)


async def test_facts_that_no_document_says_are_underlined(people: People, tmp_path: Path) -> None:
    """In a school the whole answer is shown; a note names the facts, too, for those who see no lines."""
    source = ScriptedSource(lambda request: "补领收取**工本费20元**，约3天，请到公安局办理。")
    async with inside(tmp_path, source) as served:
        await served.house.documents.add(
            GUIDE.read_bytes(), GUIDE.name, class_id=None, classes=None, who="t", now_ms=1
        )
        await served.house.documents.shelf.settle()
        page = await people.open(served.url)
        await ask(page, "居住证补领工本费")
        await answered(page)
        assert await page.locator("mark.unproven").all_inner_texts() == ["3天", "公安局"]
        await expect(page.get_by_text("请核实：3天、公安局。")).to_be_visible()
        await ask(page, "勾股定理怎么证明？")
        await answered(page, 2)
        await expect(page.get_by_text("资料里没有找到相关内容，以下由模型回答，请核对。")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1440])
async def test_page_is_whole_in_both_languages(office: School, people: People, width: int) -> None:
    """No sideways scrolling, nothing Chinese left on the English page but what people wrote."""
    page = await people.open(
        f"{office.server.url}/documents", login=office.admin.cookie, lang="en", width=width
    )
    await row(page, "居住证办理指南").wait_for()
    assert await overflow_px(page) == 0
    written = {"居住证办理指南", "户籍窗口", "政务答疑"}
    left = {text for text in await chinese_on(page) if not any(each in text for each in written)}
    assert {text for text in left if "王主任" not in text} == set()
