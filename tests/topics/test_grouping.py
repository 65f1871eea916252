"""Groups found one question at a time: how well, and that what was decided by hand sticks."""

from __future__ import annotations

from itertools import count

import pytest

from server.likeness import shipped_pairs
from server.topics.grouping import THRESHOLD, Grouping
from server.topics.judging import judge_grouping


@pytest.fixture
def grouping() -> Grouping:
    """No groups yet; their ids will be 1, 2, 3 …"""
    ids = count(1)
    return Grouping(lambda: str(next(ids)))


def test_groups_agree_with_people() -> None:
    """On each part of the labelled pairs; the trees were fitted to neither `judge` nor `blind`."""
    pairs = shipped_pairs()
    assert len(pairs) >= 300
    assert sum(pair.kind == "hard" for pair in pairs) >= 100
    for half, least in (("tune", 0.80), ("judge", 0.80), ("fresh", 0.80), ("blind", 0.80)):
        chosen = [pair for pair in pairs if pair.half == half]
        assert judge_grouping(chosen, THRESHOLD).f1 >= least, half


def test_no_question_is_in_both_halves() -> None:
    """What judges was not seen when the threshold was chosen."""
    halves: dict[str, set[str]] = {"tune": set(), "judge": set()}
    for pair in (each for each in shipped_pairs() if each.half in halves):
        halves[pair.half] |= {pair.question, pair.other}
    assert not halves["tune"] & halves["judge"]


def test_like_questions_keep_the_id_of_the_first(grouping: Grouping) -> None:
    """An id is given once and stays, whatever is asked in between."""
    first = grouping.add("长方形的面积怎么算")
    assert (first.group, first.is_new, first.is_wording) == ("1", True, True)
    assert grouping.add("浮力怎么算").group == "2"
    assert grouping.add("怎样求长方形的面积").group == "1"
    assert grouping.add("长方形的周长怎么算").group == "3"


def test_question_that_says_nothing_has_no_group(grouping: Grouping) -> None:
    """A greeting is nobody's topic."""
    assert grouping.add("你好").group is None
    assert grouping.add("？").group is None
    assert len(grouping) == 0


def test_terms_say_why_questions_are_together(grouping: Grouping) -> None:
    """What most wordings share, the longest first."""
    for text in ("勾股定理怎么用", "勾股定理有什么用法", "请问勾股定理如何使用"):
        grouping.add(text)
    assert grouping.terms("1") == ("勾股定理",)


def test_merging_sticks_and_can_be_taken_back(grouping: Grouping) -> None:
    """Questions of the one group go to the other one, until that is taken back."""
    grouping.add("长方形的面积怎么算")
    grouping.add("长方形的周长怎么算")
    grouping.merge("2", "1")
    assert grouping.add("求长方形周长的公式").group == "1"
    assert grouping.settled("2") == "1"
    grouping.merge("1", "2")  # a circle is none
    assert grouping.settled("1") == "1"
    grouping.free("2")
    assert grouping.add("怎样计算长方形的周长").group in ("1", "2")
    assert grouping.settled("2") == "2"


def test_splitting_sticks(grouping: Grouping) -> None:
    """Questions with the word go to a group of their own, the others stay."""
    grouping.add("作文怎么写")
    grouping.split("1", "怎样", "new")
    assert grouping.add("作文怎样写").group == "new"
    assert grouping.add("怎么写作文").group == "1"


def test_english_questions_are_not_together_for_their_wording_alone(grouping: Grouping) -> None:
    """`What is the … of …` is no reason; a thing that both ask about is, and is told as a word."""
    circle = grouping.add("How do I calculate the area of a circle?").group
    assert grouping.add("What is the capital of France?").group != circle
    assert grouping.add("What is the difference between “since” and “for”?").group != circle
    assert grouping.add("What is the area of a circle?").group == circle
    assert grouping.terms(str(circle)) == ("circle", "area")


def test_groups_are_known_again(grouping: Grouping) -> None:
    """After a restart the wordings that were kept bring a question to its old group."""
    grouping.load("old", "勾股定理怎么证明")
    placed = grouping.add("如何证明勾股定理")
    assert (placed.group, placed.is_new) == ("old", False)
