"""A whole house with a scripted source, for what reaches from the chat down to the bytes of the files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from server.accounts import NewClass, Who
from server.chat import Retention, RetentionRules
from server.settings import Settings
from server.topics import Audience, Report
from server.web.parts import now_ms
from server.wiring.house import House, wire
from tests.chat.house import Page

DAY_MS = 86_400_000


@asynccontextmanager
async def whole_house(folder: Path, **settings: Any) -> AsyncIterator[House]:
    """An open house; its first round of removing is over."""
    async with wire(Settings(data=folder, model="scripted:", asks_per_minute=1000, **settings)) as house:
        await asyncio.sleep(0)  # the round that every start begins with comes first
        await house.retention.run()
        yield house


async def pupils(house: House, number: int) -> tuple[str, list[Who]]:
    """A class and so many visitors in it."""
    made = await house.accounts.classes.add(NewClass(name="七年级（一）班", enrolled=40), now_ms())
    found = []
    for _ in range(number):
        _, stranger = await house.accounts.classes.new_visitor(now_ms())
        await house.accounts.classes.join(stranger, made.join_code, "10.0.0.1", now_ms())
        found.append(Who("visitor", stranger.id, class_id=made.id))
    return made.id, found


async def ask(house: House, who: Who, *texts: str) -> Page:
    """Ask one after the other in a new conversation, and leave."""
    page = Page(house.chat.connect(who, "10.0.0.1"))
    await page.hello()
    for text in texts:
        assert (await page.answer(text))["finish"] == "stop"
    await page.leave()
    await house.chat.removing.settled()
    return page


async def report(house: House, class_id: str) -> Report:
    """The numbers of a class in the running week, counted anew."""
    house.statistics.forget()
    today = house.statistics.today(now_ms())
    monday = today - timedelta(days=today.weekday())
    return await of_week(house, class_id, monday)


async def of_week(house: House, class_id: str, monday: date, at_ms: int | None = None) -> Report:
    """The numbers of a class in the week of a Monday."""
    audience = Audience((class_id,), "七年级（一）班")
    when = at_ms or now_ms()
    return await house.statistics.report(audience, monday, monday, lang="zh", now_ms=when)


def later(house: House, days: int, **rules: int) -> Retention:
    """The removing of what is too old, as it will be in so many days."""
    return Retention(
        house.database,
        house.chat,
        house.groups,
        house.statistics,
        RetentionRules(**{"anonymise_after_days": 30, **rules}),
        now_ms=lambda: now_ms() + days * DAY_MS,
    )


def bytes_of(folder: Path) -> bytes:
    """Every byte of the database's files."""
    return b"".join(file.read_bytes() for file in sorted(folder.glob("dayi.sqlite3*")))
