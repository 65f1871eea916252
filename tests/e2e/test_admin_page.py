"""The administrator's page in a real browser, from the one-time link to a class with pupils in it."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.browser import People, chinese_on, overflow_px
from tests.e2e.school import ADMIN, PASSWORD, School
from tests.serving import Serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CLASS = "七年级（三）班"
CODE = re.compile(r"^[0-9A-Z]{6}$")


async def administration(server: Serving, people: People, school: School, **how: object) -> Page:
    """The page of the administrator."""
    page = await people.open(f"{server.url}/admin", login=school.admin.cookie, **how)  # type: ignore[arg-type]
    await page.get_by_role("heading", level=1).wait_for()
    return page


def person(page: Page, name: str) -> Locator:
    """The row of a user or a class."""
    return page.get_by_role("listitem").filter(has=page.get_by_text(name, exact=True))


async def new_user(page: Page, name: str, role: str) -> None:
    """Make a user in the dialog."""
    await page.get_by_role("button", name="新建用户").click()
    dialog = page.get_by_role("dialog", name="新建用户")
    await dialog.get_by_label("用户名").fill(name)
    await dialog.get_by_label("角色").select_option(label=role)
    await dialog.get_by_label("密码", exact=True).fill(PASSWORD)
    await dialog.get_by_role("button", name="创建").click()
    await expect(dialog).to_have_count(0)


async def enter(page: Page, name: str, password: str) -> None:
    """Fill in the log-in page."""
    await page.get_by_label("用户名").fill(name)
    await page.get_by_label("密码", exact=True).fill(password)
    await page.get_by_role("button", name="登录", exact=True).click()


async def test_one_time_link_makes_the_administrator_once(running_server: Serving, people: People) -> None:
    """The printed link leads in; a weak password is explained in place; the link is dead afterwards."""
    people.tolerate("status of 4(22|03|09)")
    link = f"{running_server.url}/setup#{running_server.setup_token}"
    page = await people.open(link)
    late = await people.open(link)
    await expect(page.get_by_role("heading", name="建立管理员账号")).to_be_visible()
    await expect(late.get_by_role("heading", name="建立管理员账号")).to_be_visible()
    await page.get_by_label("用户名").fill("校长")
    await page.get_by_label("密码", exact=True).fill("password123")
    await page.get_by_role("button", name="建立并登录").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_label("密码", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="建立并登录").click()
    await page.wait_for_url("**/admin")
    await expect(person(page, "校长")).to_be_visible()
    assert "#" not in page.url

    await late.get_by_label("用户名").fill("后来者")
    await late.get_by_label("密码", exact=True).fill(PASSWORD)
    await late.get_by_role("button", name="建立并登录").click()
    await expect(late.get_by_role("alert")).to_be_visible()
    assert "#" not in late.url
    again = await people.open(link)
    await expect(again.get_by_role("heading", name="管理员已经建立")).to_be_visible()
    await again.get_by_role("link", name="登录").click()
    await enter(again, "校长", PASSWORD)
    await again.wait_for_url("**/admin")


async def test_class_with_teachers_is_joined_by_link_and_by_hand(
    slow_server: Serving, people: People, school: School
) -> None:
    """Users and a class are made, its code is shown large with a picture, and pupils come in both ways."""
    people.tolerate("status of 404")
    page = await administration(slow_server, people, school)
    await new_user(page, "李老师", "教师")
    await new_user(page, "陈老师", "教师")
    await page.get_by_role("button", name="新建班级").click()
    dialog = page.get_by_role("dialog", name="新建班级")
    await dialog.get_by_label("名称").fill(CLASS)
    await dialog.get_by_label("人数").fill("42")
    await dialog.get_by_role("checkbox", name="李老师").check()
    await dialog.get_by_role("checkbox", name="陈老师").check()
    await dialog.get_by_role("button", name="创建").click()
    await expect(dialog).to_have_count(0)
    await expect(person(page, CLASS)).to_contain_text("已加入 0 人，共 42 人 · 李老师、陈老师")

    await person(page, CLASS).get_by_role("button", name="显示加入码").click()
    sheet = page.get_by_role("dialog", name=CLASS)
    large = sheet.get_by_text(CODE)
    await expect(large).to_be_visible()
    assert float((await large.evaluate("each => getComputedStyle(each).fontSize")).removesuffix("px")) >= 28
    picture = sheet.get_by_role("img", name=f"加入“{CLASS}”的二维码")
    await expect(picture).to_be_visible()
    box = await picture.bounding_box()
    assert box
    assert box["width"] > 200
    code = await large.inner_text()

    scanned = await people.open(f"{slow_server.url}/#join={code}", width=360, height=740)
    joining = scanned.get_by_role("dialog", name="输入班级的加入码")
    await expect(joining.get_by_label("加入码")).to_have_value(code)
    await joining.get_by_role("button", name="加入").click()
    await expect(scanned.get_by_text(f"已加入「{CLASS}」。")).to_be_visible()
    await expect(joining).to_have_count(0)

    typed = await people.open(slow_server.url)
    await typed.get_by_role("button", name="加入班级").click()
    joining = typed.get_by_role("dialog", name="输入班级的加入码")
    await joining.get_by_label("加入码").fill("QQQQQQ")
    await joining.get_by_role("button", name="加入").click()
    await expect(joining.get_by_role("alert")).to_be_visible()
    await joining.get_by_label("加入码").fill(code.lower())
    await joining.get_by_role("button", name="加入").click()
    await expect(typed.get_by_role("navigation", name="我的对话").get_by_text(CLASS)).to_be_visible()

    await sheet.get_by_role("button", name="换一个加入码").click()
    await (
        page.get_by_role("dialog", name=f"更换“{CLASS}”的加入码？")
        .get_by_role("button", name="换一个加入码")
        .click()
    )
    await expect(sheet.get_by_text(code, exact=True)).to_have_count(0)
    await page.reload()
    await expect(person(page, CLASS)).to_contain_text("已加入 2 人")
    late = await people.open(f"{slow_server.url}/#join={code}")
    await late.get_by_role("dialog").get_by_role("button", name="加入").click()
    await expect(late.get_by_role("dialog").get_by_role("alert")).to_be_visible()


async def test_user_is_changed_switched_off_and_on(
    slow_server: Serving, people: People, school: School
) -> None:
    """A role and a password take effect at once; a disabled user is out at once and told at the door."""
    people.tolerate("status of 40[13]")
    someone = school.member("新来的老师", "teacher")
    page = await administration(slow_server, people, school)
    theirs = await people.open(f"{slow_server.url}/stats", login=someone.cookie)
    await expect(theirs.get_by_role("heading", name="您还没有班级")).to_be_visible()

    row = person(page, "新来的老师")
    await row.get_by_label("新来的老师 角色").select_option(label="合规人员")
    await expect(page.get_by_text("已保存")).to_be_visible()
    await theirs.goto(f"{slow_server.url}/words")
    await expect(theirs.get_by_role("table")).to_be_visible()

    await row.get_by_role("button", name="重设密码").click()
    dialog = page.get_by_role("dialog", name="为“新来的老师”重设密码")
    await dialog.get_by_label("新密码", exact=True).fill("another-river-20")
    await dialog.get_by_role("button", name="保存").click()
    await expect(dialog).to_have_count(0)
    await row.get_by_role("button", name="停用").click()
    await page.get_by_role("dialog", name="停用“新来的老师”？").get_by_role("button", name="停用").click()
    await expect(row.get_by_text("已停用")).to_be_visible()
    await theirs.reload()
    await theirs.wait_for_url("**/login?next=*")
    await enter(theirs, "新来的老师", "another-river-20")
    await expect(theirs.get_by_role("alert")).to_be_visible()
    await row.get_by_role("button", name="启用").click()
    await expect(row.get_by_text("已停用")).to_have_count(0)
    await enter(theirs, "新来的老师", "another-river-20")
    await theirs.wait_for_url("**/words")


async def test_last_administrator_stays(slow_server: Serving, people: People, school: School) -> None:
    """The only administrator can neither be switched off nor made something else, and is told why."""
    people.tolerate("status of 409")
    page = await administration(slow_server, people, school)
    row = person(page, ADMIN)
    await row.get_by_role("button", name="停用").click()
    await page.get_by_role("dialog", name=f"停用“{ADMIN}”？").get_by_role("button", name="停用").click()
    await expect(page.get_by_text(re.compile("没有成功：.*管理员"))).to_be_visible()
    role = row.get_by_label(f"{ADMIN} 角色")
    await role.select_option(label="教师")
    await expect(role).to_have_value("admin")
    await page.reload()
    await expect(row.get_by_label(f"{ADMIN} 角色")).to_have_value("admin")


@pytest.mark.parametrize("role", ["teacher", "compliance"])
async def test_others_are_told_kindly_and_get_nothing(
    slow_server: Serving, people: People, school: School, role: str
) -> None:
    """/admin is not theirs, on the page and behind it."""
    someone = school.member(f"别人{role}", role)
    page = await people.open(f"{slow_server.url}/admin", login=someone.cookie)
    await expect(page.get_by_role("heading", name="这个页面不对您的账号开放")).to_be_visible()
    assert (await page.request.get(f"{slow_server.url}/api/users")).status == 403


async def test_one_logs_out(slow_server: Serving, people: People, school: School) -> None:
    """Logged out from the menu, the page is closed to whoever sits there next."""
    someone = school.member("值班员", "admin")
    page = await people.open(f"{slow_server.url}/admin", login=someone.cookie)
    await page.wait_for_load_state("networkidle")  # what is asked for after the logout would be refused
    await page.get_by_role("button", name="账号：值班员").click()
    await page.get_by_role("button", name="退出登录").click()
    await page.wait_for_url("**/login")
    await page.goto(f"{slow_server.url}/admin")
    await page.wait_for_url("**/login?next=%2Fadmin")
    school.disable(someone)


async def test_page_fits_a_telephone(slow_server: Serving, people: People, school: School) -> None:
    """At 360 px nothing is wider than the screen, the sheet with the code neither."""
    school.new_class("一个名字特别特别特别长的班级，长得一行放不下，还有英文VeryLongNameWithoutSpaces")
    page = await administration(slow_server, people, school, width=360, height=740, theme="dark")
    assert await overflow_px(page) == 0
    await page.get_by_role("button", name="显示加入码").first.click()
    sheet = await page.get_by_role("dialog").bounding_box()
    assert sheet
    assert sheet["x"] >= 0
    assert sheet["x"] + sheet["width"] <= 360
    assert await overflow_px(page) == 0


@pytest.mark.parametrize("path", ["/admin", "/login", "/setup"])
async def test_english_page_is_english_throughout(
    slow_server: Serving, people: People, school: School, path: str
) -> None:
    """Only names are Chinese on the English pages."""
    page = await people.open(f"{slow_server.url}{path}", login=school.admin.cookie, lang="en")
    await page.get_by_role("heading").first.wait_for()
    names = [ADMIN, "老师", "班", "别人", "值班员", "合规"]
    left = {text for text in await chinese_on(page) if not any(name in text for name in names)}
    assert {text.split(" · ")[-1] for text in left} <= {"答疑"}


async def test_key_is_made_shown_once_and_revoked(
    slow_server: Serving, people: People, school: School
) -> None:
    """The dialog shows it in full; afterwards there is its beginning, and revoking is confirmed by name."""
    page = await administration(slow_server, people, school)
    await page.get_by_role("button", name="新建密钥").click()
    dialog = page.get_by_role("dialog", name="新建密钥")
    await dialog.get_by_label("用途或系统名").fill("教务系统")
    await dialog.get_by_role("button", name="创建").click()
    made = page.get_by_role("dialog", name="教务系统")
    key = await made.get_by_label("密钥", exact=True).input_value()
    assert key.startswith("dayi-")
    await made.get_by_role("button", name="我已保存").click()
    row = person(page, "教务系统")
    await expect(row).to_contain_text(key[:11])
    assert key not in await page.content()
    await row.get_by_role("button", name="吊销").click()
    await page.get_by_role("dialog", name="吊销“教务系统”？").get_by_role("button", name="吊销").click()
    await expect(row).to_contain_text("已吊销")
    assert await overflow_px(page) == 0
