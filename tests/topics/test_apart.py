"""Groups that somebody decided are not the same stay two: for merging, for new questions, after a restart."""

from __future__ import annotations

from itertools import count

import pytest

from server.errors import ClientProblem
from server.storage.database import Database
from server.topics import GroupDesk
from server.topics.grouping import Grouping
from tests.topics.test_groups import AREA, PERIMETER, Room
from tests.topics.test_groups import room as room

HOW = {"at_ms": 1, "who": "李老师"}


async def pair(room: Room) -> tuple[str, str]:
    """The groups of area and perimeter."""
    rows = {row.wording: row.id for row in await room.table()}
    area = next(group for wording, group in rows.items() if wording in AREA)
    perimeter = next(group for wording, group in rows.items() if wording in PERIMETER)
    return area, perimeter


async def test_what_is_not_the_same_cannot_be_merged_even_after_a_restart(
    room: Room, database: Database
) -> None:
    """Nor by way of a third group; both rows say so; taken back it can be merged."""
    area, perimeter = await pair(room)
    await room.groups.keep_apart(None, area, perimeter, **HOW)
    rows = {row.id: row for row in await room.table()}
    assert rows[area].apart == (perimeter,)
    assert rows[perimeter].apart == (area,)
    again = GroupDesk(database)
    await again.load()
    for desk in (room.groups, again):
        with pytest.raises(ClientProblem) as problem:
            await desk.merge(None, area, perimeter, **HOW)
        assert (problem.value.code, problem.value.status) == ("groups_apart", 409)
    third = (await again.place(None, "鸟为什么会飞")).group
    assert third is not None
    await again.merge(None, third, area, **HOW)
    with pytest.raises(ClientProblem):
        await again.merge(None, third, perimeter, **HOW)
    await again.allow(None, area, perimeter, **HOW)
    await again.merge(None, area, perimeter, **HOW)
    last = GroupDesk(database)
    await last.load()
    assert last.settled(None, area) == last.settled(None, perimeter)
    with pytest.raises(ClientProblem) as problem:
        await last.keep_apart(None, area, perimeter, **HOW)
    assert problem.value.code == "groups_together"


def test_a_question_like_both_goes_where_its_own_words_are() -> None:
    """What two groups share no longer decides between them, only what one of them has alone."""
    ids = count(1)
    grouping = Grouping(lambda: f"g{next(ids)}")
    lamp, tent = "g-lamp", "g-tent"
    grouping.load(lamp, "露营活动用的台灯从哪里领")
    grouping.load(tent, "露营活动用的帐篷从哪里领")
    grouping.keep_apart(lamp, tent)
    for _ in range(3):
        assert grouping.add("露营活动台灯在哪里领").group == lamp
        assert grouping.add("露营活动帐篷在哪里领").group == tent
