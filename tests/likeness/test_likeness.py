"""What makes two questions one question: wordings that agree, things that differ by one word or number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.likeness import features_of, likeness
from server.topics.grouping import THRESHOLD


def like(one: str, other: str) -> bool:
    """Whether two questions would be grouped."""
    return likeness(features_of(one), features_of(other)) >= THRESHOLD


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("长方形的面积怎么算", "老师，请问怎样求长方形的面积？"),
        ("勾股定理怎么证明", "如何證明勾股定理"),
        ("38×12怎么算", "25×16怎么算"),
        ("三年级上册第五课讲了什么", "3年级上册第5课的主要内容"),
        ("身份证丢了怎么补办", "身份证遗失如何补办"),
        ("社保卡丢了怎么办", "社保卡遗失怎么补办"),
    ],
)
def test_wordings_of_one_question_are_alike(one: str, other: str) -> None:
    """Polite words, traditional characters, ways to ask, and numbers that could be any number say nothing."""
    assert like(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("长方形的面积怎么算", "长方形的周长怎么算"),
        ("社保怎么转移", "医保怎么转移"),
        ("三年级上册第五课讲了什么", "三年级下册第五课讲了什么"),
        ("三年级上册第五课讲了什么", "四年级上册第五课讲了什么"),
        ("2024年社保缴费基数是多少", "2025年社保缴费基数是多少"),
        ("办护照要多少钱", "办护照要带什么材料"),
        ("怎么办理护照", "护照丢了怎么办"),
    ],
)
def test_questions_that_differ_in_one_thing_are_not_alike(one: str, other: str) -> None:
    """One word or number that says which one, or what is wanted, makes another question."""
    assert not like(one, other)


def test_likeness_is_symmetric_and_whole_for_one_text() -> None:
    """A question is wholly like itself, and order does not matter."""
    one, other = features_of("浮力怎么算"), features_of("浮力的计算公式")
    assert likeness(one, one) == pytest.approx(1)
    assert likeness(one, other) == likeness(other, one)


@given(st.text(max_size=40), st.sampled_from(["怎么办护照", "小数化成分数", "身份证丢了", "what is DNA"]))
def test_likeness_of_any_texts_is_symmetric_and_a_share(one: str, other: str) -> None:
    """Whatever is asked: order does not matter, and the number is one from 0 to 1."""
    first, second = features_of(one), features_of(f"{one}{other}")
    assert likeness(first, second) == pytest.approx(likeness(second, first))
    assert 0.0 <= likeness(first, second) <= 1.0


@pytest.mark.parametrize("text", ["", "？？？", "请问", "吗", "😀", "a" * 100_000])
def test_any_text_has_features(text: str) -> None:
    """Whatever is asked, nothing is raised and the work is bounded."""
    assert len(features_of(text).pieces) < 2000
