"""The word desk when several people are at it, and when a file is as bad as files are."""

from __future__ import annotations

import uuid

import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser import People
from tests.e2e.school import Member, School
from tests.serving import Serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture(scope="module")
def staff(school: School) -> tuple[Member, Member]:
    """Two of the compliance staff."""
    return school.member("合规小郑", "compliance"), school.member("合规小冯", "compliance")


async def desk(server: Serving, people: People, member: Member, list_name: str) -> Page:
    """The word desk of one of them, with a list open."""
    page = await people.open(f"{server.url}/words", login=member.cookie)
    await page.get_by_role("navigation", name="词表").get_by_role("button", name=list_name).first.click()
    await expect(page.get_by_role("region", name=list_name)).to_be_visible()
    return page


async def test_who_comes_back_sees_what_others_did_before_publishing_it(
    slow_server: Serving, people: People, school: School, staff: tuple[Member, Member]
) -> None:
    """A tab that lay behind shows the other's word and counts it before it is put in force."""
    school.discard_draft()
    name = f"词表{uuid.uuid4().hex[:6]}"
    school.import_words(name, ["绿灯笼"])
    one, other = [await desk(slow_server, people, member, name) for member in staff]
    draft = other.locator(".draft-bar")
    await expect(draft).to_contain_text("草稿有 2 处改动")
    await one.get_by_label("新词", exact=True).fill("紫灯笼")
    await one.get_by_role("button", name="添加").click()
    await expect(one.locator(".draft-bar")).to_contain_text("草稿有 3 处改动")
    await other.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(other.get_by_role("checkbox", name="选择 紫灯笼", exact=True)).to_be_visible()
    await draft.get_by_role("button", name="发布").click()
    await expect(other.get_by_role("dialog", name="发布草稿")).to_contain_text("草稿有 3 处改动")
    school.discard_draft()


async def test_every_one_of_many_bad_lines_can_be_seen(
    slow_server: Serving, people: People, school: School, staff: tuple[Member, Member]
) -> None:
    """Of 450 bad lines the last one is two presses away; a file that is too large is not even sent."""
    people.tolerate("status of 422")
    name = f"词表{uuid.uuid4().hex[:6]}"
    school.import_words(name, ["绿灯笼"])
    page = await desk(slow_server, people, staff[0], name)
    await page.get_by_role("button", name="导入").click()
    dialog = page.get_by_role("dialog", name="导入词表")
    chosen = dialog.locator("input[type=file]")
    bad = "\n".join(["word,question_action", *(f"坏词{number:03},explode" for number in range(450))])
    await chosen.set_input_files({"name": "坏.csv", "mimeType": "text/csv", "buffer": bad.encode()})
    await dialog.get_by_role("button", name="预览").click()
    await expect(dialog.get_by_text("文件有 450 处错误，什么都没有导入。")).to_be_visible()
    for left in ("200", "50"):
        await dialog.get_by_role("button", name=f"再看 {left} 行").click()
    await expect(dialog.get_by_role("row", name="451 坏词449")).to_have_count(1)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    large = b"x" * (9 * 1024 * 1024)
    await chosen.set_input_files({"name": "大.txt", "mimeType": "text/plain", "buffer": large})
    await dialog.get_by_role("button", name="预览").click()
    await expect(dialog.get_by_text("文件太大（上限 8 MiB）")).to_be_visible()
    assert not [url for url in sent if "/import" in url]
    school.discard_draft()


async def test_every_change_of_a_long_draft_can_be_looked_at(
    slow_server: Serving, people: People, school: School, staff: tuple[Member, Member]
) -> None:
    """Of 650 new words the last is two presses away, by keyboard, and a search begins at its first page."""
    school.discard_draft()
    name = f"词表{uuid.uuid4().hex[:6]}"
    school.import_words(name, [f"长草{chr(0x4E00 + n)}稿" for n in range(650)])
    page = await desk(slow_server, people, staff[0], name)
    await page.locator(".draft-bar").get_by_role("button", name="看改动").click()
    dialog = page.get_by_role("dialog")
    pages = dialog.get_by_role("navigation", name="翻页")
    await expect(pages).to_contain_text("1–100 / 651 条")
    await pages.get_by_role("button", name="最后一页").press("Enter")
    await expect(pages).to_contain_text("601–651 / 651 条")
    await expect(dialog.locator(".difference > li")).to_have_count(51)
    await pages.get_by_role("button", name="上一页").press("Enter")
    await expect(pages).to_contain_text("501–600 / 651 条")
    await dialog.get_by_label("搜索词", exact=True).fill("长草一稿")
    await expect(dialog.locator(".difference > li")).to_have_count(1)
    await expect(pages).to_have_count(0)
    school.discard_draft()
