"""The taxonomy in effect: loaded, edited, kept."""

from __future__ import annotations

import pytest

from server.errors import ClientProblem
from server.storage.database import Database
from server.topics import TopicDesk
from server.topics.taxonomy import shipped_taxonomy


def test_first_start_brings_the_presets_topics(desk: TopicDesk) -> None:
    """A new database begins with what ships."""
    assert desk.taxonomy == shipped_taxonomy("education")


async def test_edit_is_effective_at_once_and_kept(desk: TopicDesk, database: Database) -> None:
    """The next question is matched by the new keywords, also after a restart."""
    rows = [*desk.listed()["topics"], {"name_zh": "校园生活", "name_en": "Life", "keywords": ["食堂"]}]  # type: ignore[misc]
    saved = await desk.replace(rows, "zh")
    new_id = saved["topics"][-1]["id"]  # type: ignore[index]
    assert desk.matcher.topics_of("食堂几点开门") == (new_id,)
    again = TopicDesk(database, "government")
    await again.load()
    assert again.taxonomy == desk.taxonomy
    assert again.matcher.topics_of("勾股定理和食堂") == ("math.pythagoras", new_id)


async def test_refused_edit_changes_nothing(desk: TopicDesk) -> None:
    """One bad row, and everything stays as it was."""
    before = desk.taxonomy
    with pytest.raises(ClientProblem):
        await desk.replace([{"id": "x", "name_zh": "", "name_en": "", "keywords": []}], "zh")
    assert desk.taxonomy == before


async def test_subject_may_come_after_its_points(desk: TopicDesk) -> None:
    """The order of the page is kept, whatever refers to what."""
    rows = [
        {"id": "b", "parent_id": "a", "name_zh": "乙", "name_en": "B", "keywords": []},
        {"id": "a", "parent_id": None, "name_zh": "甲", "name_en": "A", "keywords": []},
    ]
    await desk.replace(rows, "zh")
    assert [topic.id for topic in desk.taxonomy] == ["b", "a"]


async def test_slower_of_two_editors_is_told(desk: TopicDesk) -> None:
    """Who edited what is no longer in effect overwrites it only on purpose."""
    read = desk.listed()
    mine, theirs = ([{"name_zh": name, "name_en": name, "keywords": []}] for name in ("我的", "别人的"))
    await desk.replace(theirs, "zh", str(read["stamp"]))
    with pytest.raises(ClientProblem) as refused:
        await desk.replace(mine, "zh", str(read["stamp"]))
    assert (refused.value.code, desk.taxonomy[0].name_zh) == ("topics_changed", "别人的")
    await desk.replace(mine, "zh")
    assert desk.taxonomy[0].name_zh == "我的"
