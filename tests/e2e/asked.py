"""A school in which questions were asked, for the tests of the question page, and how they look at it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any

import pytest_asyncio
from playwright.async_api import Page, expect

from tests.e2e.browser import People
from tests.e2e.pupil import chatting
from tests.e2e.school import Member, School
from tests.serving import Serving

BIG, SMALL, OTHER = "七年级（三）班", "七年级（四）班", "八年级（一）班"
FIGURES = ["每天的提问", "什么时候问", "问了什么", "结果如何"]
NUM_PUPILS = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A school in which questions were asked."""

    teacher: Member
    other_teacher: Member
    big: dict[str, Any]
    admin: Member


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def asked(running_server: Serving) -> Asked:
    """Five pupils of one class, two of another and four of a third asked through the chat itself."""
    school = School(running_server)
    teacher, other = school.member("李老师", "teacher"), school.member("陈老师", "teacher")
    big = school.new_class(BIG, teacher, enrolled=42)
    small = school.new_class(SMALL, teacher)
    third = school.new_class(OTHER, other)
    school.close()

    async def pupil(code: str, *texts: str) -> None:
        async with chatting(running_server.url, class_code=code) as page:
            for text in texts:
                await page.ask(text)

    theorem, classics, blocked = "勾股定理怎么用？", "《桃花源记》里有哪些通假字？", "咕噜枣"
    await asyncio.gather(
        *(pupil(big["join_code"], theorem, classics, blocked) for _ in range(NUM_PUPILS)),
        *(pupil(small["join_code"], theorem, classics) for _ in range(2)),
        *(pupil(third["join_code"], "浮力怎么算？") for _ in range(4)),
    )
    return Asked(teacher, other, big, school.admin)


async def statistics(server: Serving, people: People, who: Member, **how: Any) -> Page:
    """The question page of a teacher."""
    page = await people.open(f"{server.url}/stats", login=who.cookie, **how)
    await page.get_by_label(re.compile("^(班级|Class)$")).wait_for()
    return page


async def choose(page: Page, name: str) -> None:
    """Choose a class and wait for its numbers."""
    await page.get_by_label("班级", exact=True).select_option(label=name)
    await expect(page.locator(".results")).to_have_attribute("aria-busy", "false")
