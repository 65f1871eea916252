"""Which topics a question touches."""

from __future__ import annotations

import pytest

from server.topics.matcher import TopicMatcher
from server.topics.taxonomy import TopicNode, shipped_taxonomy

EDUCATION = TopicMatcher.compile(shipped_taxonomy("education"))
GOVERNMENT = TopicMatcher.compile(shipped_taxonomy("government"))


@pytest.mark.parametrize(
    ("question", "topics"),
    [
        ("勾股定理是什么？请举一个例子。", ("math.pythagoras",)),
        ("畢達哥拉斯是誰？", ("math.pythagoras",)),
        ("What is the Pythagorean theorem?", ("math.pythagoras",)),
        ("When do I use the present perfect?", ("english.tenses",)),
        ("相似三角形的判定", ("math.similarity",)),
        ("怎么解一元二次方程，抛物线有什么用", ("math.quadratic_equations", "math.quadratic_functions")),
        ("我的数学不好怎么办", ("math",)),
        ("数学里的概率怎么算", ("math.statistics",)),
        ("今天吃什么", ()),
        ("", ()),
    ],
)
def test_school_question_finds_its_topics(question: str, topics: tuple[str, ...]) -> None:
    """The longest keyword at a place counts, and a subject only where nothing finer is known."""
    assert EDUCATION.topics_of(question) == topics


@pytest.mark.parametrize(
    ("question", "topics"),
    [
        ("居住证到期了怎么续签？", ("residence.apply",)),
        ("公积金贷款额度怎么算", ("housing_fund.loan",)),
        ("社保断缴有什么影响", ("social_security.transfer",)),
        ("How do I get a passport?", ("id_card.passport",)),
    ],
)
def test_public_service_question_finds_its_topics(question: str, topics: tuple[str, ...]) -> None:
    """The desk of an office knows its matters."""
    assert GOVERNMENT.topics_of(question) == topics


def test_one_keyword_may_lead_to_two_topics() -> None:
    """Two subjects that claim a word both get the question."""
    matcher = TopicMatcher.compile(
        [TopicNode("a", None, "甲", "A", ("细胞",)), TopicNode("b", None, "乙", "B", ("細胞",))]
    )
    assert matcher.topics_of("细胞是什么") == ("a", "b")


def test_taxonomy_without_keywords_finds_nothing() -> None:
    """An emptied taxonomy is no reason to fail."""
    assert TopicMatcher.compile([]).topics_of("勾股定理") == ()
