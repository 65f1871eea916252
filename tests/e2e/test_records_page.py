"""The records in a real browser: a hit, its review, an alert and who handled it, coverage, the proof."""

from __future__ import annotations

import re
import uuid

import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser import People, chinese_on, overflow_px
from tests.e2e.school import Member, School
from tests.serving import Serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
TABS = ("命中", "复核", "警报", "覆盖率", "审计日志")

# What axe calls serious and a page of ours could get wrong: names of controls, headings, ids, labels.
NAMELESS = """() => {
  const wrong = [];
  const seen = (e) => e.checkVisibility();
  for (const e of document.querySelectorAll('button, a[href], input, select, textarea, progress, [role=img]')) {
    const said = e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length;
    if (seen(e) && !said) wrong.push(e.outerHTML.slice(0, 120));
  }
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  for (const id of new Set(ids)) if (ids.filter((each) => each === id).length > 1) wrong.push(`twice: ${id}`);
  for (const e of document.querySelectorAll('[aria-labelledby], [aria-controls]')) {
    for (const name of ['aria-labelledby', 'aria-controls']) {
      const id = e.getAttribute(name);
      if (id && !document.getElementById(id)) wrong.push(`nobody is ${id}`);
    }
  }
  if (document.querySelectorAll('h1').length !== 1) wrong.push('not one h1');
  for (const e of document.querySelectorAll('table')) if (!e.querySelector('th[scope]')) wrong.push('table without heads');
  return wrong;
}"""  # noqa: E501


@pytest.fixture(scope="module")
def staff(school: School) -> Member:
    """One of the compliance staff."""
    return school.member(f"合规小周{uuid.uuid4().hex[:4]}", "compliance")


@pytest.fixture(scope="module")
def words(school: School) -> dict[str, str]:
    """A word that is reviewed and one that is blocked, in effect; their category is the key's."""
    made = {action: f"纸船{uuid.uuid4().hex[:4]}糕" for action in ("review", "block")}
    for action, word in made.items():
        school.import_words(f"记录测试{action}{word}", [word], action)
    school.publish()
    return made


async def records(server: Serving, people: People, who: Member, tab: str, **how: object) -> Page:
    """A tab of the records of a logged-in person."""
    page = await people.open(f"{server.url}/records#{tab}", login=who.cookie, **how)  # type: ignore[arg-type]
    await expect(page.get_by_role("tabpanel")).to_be_visible()
    return page


async def ask(server: Serving, people: People, text: str) -> None:
    """Somebody asks in the chat and is answered or refused."""
    page = await people.open(server.url)
    await page.get_by_role("textbox").first.fill(text)
    await page.keyboard.press("Enter")
    await expect(
        page.locator("li.turn").get_by_text(re.compile("你说|不能回答|AI 生成")).first
    ).to_be_visible()


async def test_hit_is_looked_at_and_becomes_an_allow_phrase(
    slow_server: Serving, people: People, staff: Member, words: dict[str, str], school: School
) -> None:
    """The number at the link tells that somebody must look; two clicks make an allow phrase in the draft."""
    await ask(slow_server, people, f"请问{words['review']}怎么做")
    page = await records(slow_server, people, staff, "review")
    await expect(page.get_by_role("link", name=re.compile("^记录 ?[0-9]+$"))).to_be_visible()
    row = page.get_by_role("listitem").filter(has_text=words["review"]).filter(has_text="提问")
    await expect(row).to_contain_text("批量")
    await row.get_by_role("button", name="误判").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("放行短语").fill(f"{words['review']}店")
    await dialog.get_by_role("button", name="记为误判并加入草稿").click()
    await expect(page.get_by_text(f"「{words['review']}店」已加入草稿的放行词表。")).to_be_visible()
    await expect(row).to_have_count(0)
    await page.get_by_role("button", name="已复核").click()
    await expect(row).to_contain_text(f"误判 · {staff.name}")
    await page.goto(f"{slow_server.url}/words")
    await page.get_by_role("button", name=re.compile("^复核放行")).click()
    await expect(page.get_by_text(f"{words['review']}店").first).to_be_visible()
    await expect(page.get_by_role("link", name="命中、警报与审计日志")).to_have_attribute("href", "/records")
    school.discard_draft()


async def test_alert_reaches_who_is_named_on_every_page_and_is_handled(
    slow_server: Serving, people: People, staff: Member, words: dict[str, str], school: School
) -> None:
    """A rule for a teacher; the teacher's bell rings on the question page; handled, it says by whom."""
    teacher = school.member(f"李老师{uuid.uuid4().hex[:4]}", "teacher")
    page = await records(slow_server, people, staff, "alerts")
    await expect(page.get_by_text("还没有规则")).to_be_visible()
    await page.get_by_role("button", name="新建规则").click()
    dialog = page.get_by_role("dialog", name="新建规则")
    await dialog.get_by_label("类别").fill("批量")
    await dialog.get_by_label(re.compile(teacher.name)).check()
    await dialog.get_by_role("button", name="保存规则").click()
    await expect(page.get_by_text(f"通知 {teacher.name}")).to_be_visible()
    await ask(slow_server, people, f"请问{words['block']}怎么做")
    await expect(page.get_by_text("没有警报")).to_be_visible()
    desk = await people.open(f"{slow_server.url}/stats", login=teacher.cookie)

    async def ring() -> None:
        while not await desk.get_by_role("button", name="1 条警报待处理").count():
            await desk.evaluate("dispatchEvent(new Event('dayi-waiting-changed'))")
            await desk.wait_for_timeout(100)

    await ring()
    await desk.get_by_role("button", name="1 条警报待处理").click()
    mine = desk.get_by_role("dialog", name="给我的警报")
    await expect(mine.get_by_text("严重")).to_be_visible()
    await mine.get_by_label("怎么处理的").fill("已和学生谈过")
    await mine.get_by_role("button", name="标为已处理").click()
    await expect(mine.get_by_text("没有警报")).to_be_visible()
    await desk.keyboard.press("Escape")
    await expect(desk.get_by_role("button", name=re.compile("条警报待处理"))).to_have_count(0)
    await page.get_by_role("button", name="已处理").click()
    await expect(page.get_by_role("listitem").filter(has_text="已和学生谈过")).to_contain_text(teacher.name)


async def test_log_is_filtered_and_proven_and_the_review_is_marked(
    slow_server: Serving, people: People, staff: Member, words: dict[str, str]
) -> None:
    """Hits by word; the chart has its table; the clock is set; the chain is whole and shows its head."""
    await ask(slow_server, people, f"再问一次{words['block']}")
    page = await records(slow_server, people, staff, "hits")
    await page.get_by_label("词（开头）").fill(words["block"])
    table = page.get_by_role("region", name="命中")
    await expect(table.get_by_role("row")).not_to_have_count(0)
    await expect(table.locator("tbody tr td.word").first).to_have_text(words["block"])
    await page.get_by_role("button", name=re.compile("看表格")).click()
    await expect(page.get_by_role("region", name="按类别和日期：表格")).to_contain_text("批量")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="XLSX").click()
    assert (await download.value).suggested_filename.startswith("dayi-hits-")
    await page.get_by_role("tab", name=re.compile("覆盖率")).click()
    await expect(page.get_by_text("词库还没有复查过")).to_be_visible()
    await page.get_by_label("复查了什么").fill("看过上周的命中")
    await page.get_by_role("button", name="标为已复查").click()
    await expect(page.get_by_role("list", name="以往的复查")).to_contain_text("看过上周的命中")
    await page.get_by_label("风险: 批量").select_option("a2")
    await expect(page.get_by_text(re.compile("/ 100 词"))).to_be_visible()
    await page.get_by_role("tab", name="审计日志").press("Enter")
    await page.get_by_role("button", name="现在核验").click()
    await expect(page.get_by_role("status").filter(has_text="完整")).to_contain_text(
        re.compile("[0-9a-f]{64}")
    )
    rows = page.get_by_role("region", name="审计日志").locator("tbody tr")
    await expect(rows.nth(0)).to_contain_text("设定覆盖目标")
    await expect(rows.nth(2)).to_contain_text("导出命中记录")


async def test_every_tab_works_by_keyboard_and_on_a_telephone(
    slow_server: Serving, people: People, staff: Member
) -> None:
    """Arrows turn the tabs; nothing is nameless; the page never scrolls sideways; English is complete."""
    page = await records(slow_server, people, staff, "hits", width=360, theme="dark")
    await page.get_by_role("tab", name="命中").focus()
    for name in (*TABS[1:], TABS[0]):
        await page.keyboard.press("ArrowRight")
        await expect(page.get_by_role("tab", name=re.compile(name))).to_be_focused()
        await expect(page.get_by_role("tab", selected=True)).to_have_text(re.compile(name))
        await page.wait_for_load_state("networkidle")
        assert await page.evaluate(NAMELESS) == []
        assert await overflow_px(page) == 0
    english = await records(slow_server, people, staff, "hits", lang="en")
    for tab in ("Review", "Alerts", "Coverage", "Audit log", "Hits"):
        await english.get_by_role("tab", name=re.compile(tab)).click()
        await english.wait_for_load_state("networkidle")
        ours = {
            text
            for text in await chinese_on(english)
            if not re.search(
                "批量|纸船|小周|老师|王主任|演示|复查|命中|谈过|答疑|班|记录测试|复核放行|放行|校", text
            )
        }
        assert ours == set(), tab
