"""Where the vectors of an embedding model may say something about two questions."""

from __future__ import annotations

import pytest

from server.likeness import bridging, features_of, shipped_pairs, speaks_against

OPEN = [
    ("叶子为什么是绿的", "树叶呈绿色的原因"),
    ("港澳通行证签注可以在自助机上办吗？", "自助机能办港澳通行证签注吗"),
]
CLOSED = [
    ("第3课讲什么", "第4课讲什么"),  # another number
    ("等腰三角形有什么性质", "等边三角形有什么性质"),  # a piece exchanged
    ("杜甫的诗有什么风格？", "杜牧的诗有什么风格？"),  # also where only one is a known name
    ("生育津贴怎么领", "生育津贴能领多少"),  # something else wanted
    ("什么是浮力", "浮力的方向怎么判断"),  # something of it
    ("请问", "校园卡怎么补办"),  # nothing said
]


@pytest.mark.parametrize(("one", "other"), OPEN)
def test_another_wording_may_be_bridged(one: str, other: str) -> None:
    """Nothing speaks against it, and what is wanted is the same."""
    assert bridging(features_of(one), features_of(other)) is not None


@pytest.mark.parametrize(("one", "other"), CLOSED)
def test_what_vectors_cannot_see_is_closed_to_them(one: str, other: str) -> None:
    """Siblings and other aspects lie as near as wordings do."""
    assert bridging(features_of(one), features_of(other)) is None


def test_it_is_the_same_both_ways_and_never_open_against_a_veto() -> None:
    """Whichever of the two was asked."""
    for pair in shipped_pairs()[::7]:
        one, other = features_of(pair.question), features_of(pair.other)
        found = bridging(one, other)
        assert found == bridging(other, one)
        assert found is None or speaks_against(one.reading, other.reading) is None
