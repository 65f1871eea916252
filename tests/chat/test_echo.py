"""An answer that begins by repeating its question."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.chat.echo import EchoCut

QUESTION = "补领要多少钱？"
PARTS = ["补领要多少钱", "补领", "？", "?", "\n", " ", "15元。", "根据资料，"]
ANSWERS = st.lists(st.sampled_from(PARTS)).map("".join)


def through(question: str, pieces: list[str]) -> str:
    """What is let out of an answer that comes in these pieces."""
    echo = EchoCut(question)
    return "".join(echo.feed(piece) for piece in pieces) + echo.flush()


@pytest.mark.parametrize(
    ("question", "answer", "shown"),
    [
        (QUESTION, "补领要多少钱？根据资料，15元。", "根据资料，15元。"),
        ("补领要多少钱", "\n补领要多少钱?\n15元。", "15元。"),
        ("居住证办理", "居住证办理需要身份证。", "居住证办理需要身份证。"),
        (QUESTION, "补领收15元。", "补领收15元。"),
        (QUESTION, "补领要多少钱？", "补领要多少钱？"),
        ("", "您好", "您好"),
    ],
)
def test_a_repeated_question_is_left_out(question: str, answer: str, shown: str) -> None:
    """Only where it is asked again; what merely begins like it, and what has nothing else, stays."""
    assert through(question, [answer]) == shown


@given(ANSWERS, st.lists(st.integers(0, 60)))
def test_every_cut_lets_out_the_same(answer: str, cuts: list[int]) -> None:
    """However the answer comes."""
    places = [0, *sorted(min(cut, len(answer)) for cut in cuts), len(answer)]
    pieces = [answer[start:end] for start, end in pairwise(places)]
    shown = through(QUESTION, pieces)
    assert shown == through(QUESTION, list(answer))
    assert answer.endswith(shown)
