"""What ships, and what an editor may send."""

from __future__ import annotations

import pytest

from server.errors import ClientProblem
from server.topics.taxonomy import TopicNode, checked_taxonomy, shipped_taxonomy


def row(**fields: object) -> dict[str, object]:
    """A good row with some fields changed."""
    return {"id": "a", "parent_id": None, "name_zh": "甲", "name_en": "A", "keywords": ["苹果"]} | fields


@pytest.mark.parametrize("preset", ["education", "government", "a-school-of-our-own"])
def test_shipped_taxonomy_passes_its_own_check(preset: str) -> None:
    """What ships could be saved on the page unchanged."""
    shipped = shipped_taxonomy(preset)
    assert checked_taxonomy([topic.as_json() for topic in shipped], "zh") == shipped


def test_shipped_taxonomy_covers_the_subjects_of_lower_secondary_school() -> None:
    """All ten subjects are there."""
    subjects = {topic.name_zh for topic in shipped_taxonomy("education") if topic.parent_id is None}
    assert " ".join(sorted(subjects)) == "信息科技 化学 历史 地理 数学 物理 生物 英语 语文 道德与法治"


def test_shipped_keywords_have_one_owner() -> None:
    """No keyword leads to two topics, so what ships counts a question where people expect it."""
    for preset in ("education", "government"):
        keywords = [keyword for topic in shipped_taxonomy(preset) for keyword in topic.keywords]
        assert len(keywords) == len(set(keywords))


def test_every_mistake_is_named_with_its_row() -> None:
    """Nobody has to save nine times to find nine mistakes."""
    rows = [
        row(),
        row(name_en="  "),
        row(id="b", parent_id="nowhere", name_zh="乙", name_en="B"),
        row(id="c", parent_id="b", name_zh="丙", name_en="C", keywords=["水", "苹果", "苹 果"]),
        row(id="有空格", name_zh="字" * 61, name_en="D", keywords="苹果"),
        "nothing",
    ]
    with pytest.raises(ClientProblem) as raised:
        checked_taxonomy(rows, "en")
    assert raised.value.code == "bad_topics" and raised.value.status == 422
    named = {(found["row"], found["reason"]) for found in raised.value.details}
    assert named == {
        (2, "empty_name"),
        (2, "id_twice"),
        (2, "name_twice"),
        (3, "unknown_parent"),
        (4, "parent_not_subject"),
        (4, "short_keyword"),
        (4, "keyword_twice"),
        (5, "bad_id"),
        (5, "long_name"),
        (5, "keywords_not_texts"),
        (6, "not_an_object"),
    }
    assert all(str(found["message"]) for found in raised.value.details)


@pytest.mark.parametrize("raw", [None, "text", {"a": 1}, [row()] * 1001])
def test_something_else_than_a_list_is_refused(raw: object) -> None:
    """Neither other types nor endless lists come further than the door."""
    with pytest.raises(ClientProblem, match="1000"):
        checked_taxonomy(raw, "zh")


def test_new_topics_get_ids_and_texts_are_trimmed() -> None:
    """A row without an id takes the next fresh one; the others keep theirs."""
    rows = [row(id="", name_zh=" 甲 ", keywords=[" 苹果 ", ""]), row(id="mine", name_zh="乙", name_en="B")]
    assert checked_taxonomy(rows, "zh", ["fresh"]) == (
        TopicNode("fresh", None, "甲", "A", ("苹果",)),
        TopicNode("mine", None, "乙", "B", ("苹果",)),
    )
