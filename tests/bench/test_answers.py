"""How answers are judged, and that the labelled questions fit the examples they are asked about."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

import server.presets
from bench.answer_judge import Labelled, declines, judge, load_labelled
from server.presets import SHIPPED

EXAMPLES = Path(server.presets.__file__).parent / "examples"
PERMIT = Labelled("居住证要等多久？", "document", must=("10个工作日|十个工作日",))


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("材料齐全的，10 个工作日内发证。", "right"),
        ("一般**１０个工作日**。", "right"),
        ("大约十个工作日。建议您拨打12345政务服务热线获取权威解答。", "right"),
        ("一般110个工作日。", "wrong"),
        ("一般7天。建议您拨打12345政务服务热线获取权威解答。", "wrong"),
        ("建议您拨打12345政务服务热线获取权威解答。", "declined"),
        ("您好，各地办理时间可能不同。建议您拨打12345政务服务热线获取权威解答。", "declined"),
        ("资料里没有提到这一点，我不确定。", "declined"),
        ("", "wrong"),
    ],
)
def test_answer_is_judged_by_the_fact_it_must_have(answer: str, verdict: str) -> None:
    """The fact in any way of writing it; else whether the answer owns up to not knowing."""
    assert judge(PERMIT, answer) == verdict


def test_answer_with_a_forbidden_fact_is_wrong_whatever_else_it_has() -> None:
    """Both poets are one too many."""
    poem = Labelled("谁写的？", "approved", must=("李白",), never=("王维",))
    assert judge(poem, "李白") == "right"
    assert judge(poem, "李白，也有人说是王维") == "wrong"


def test_decline_that_invents_something_beside_it_is_none() -> None:
    """Naming the hotline does not make up for a made-up office."""
    assert not declines("婚姻登记处在人民路东段的行政大楼二层办公，周末也开门。如有疑问请拨打12345。")
    assert not declines("电话是0571-88888888，您也可以拨打12345。")
    assert declines("晨光中学的校长是谁，我不知道，请教老师吧。")
    assert declines("超过2年的情况我不确定。", "超过2年怎么办？")


def test_question_without_an_answer_anywhere_can_only_be_declined() -> None:
    """Whatever is said, there is nothing it could be right about."""
    outside = Labelled("云州市地铁末班车几点？", "outside")
    assert judge(outside, "末班车是晚上十一点。") == "wrong"
    assert judge(outside, "我不确定。") == "declined"


@pytest.mark.parametrize("preset", SHIPPED)
def test_labelled_questions_fit_the_examples(preset: str) -> None:
    """At least sixty; each names a passage or an approved answer that is there and has its facts, and no
    question is word for word one of an approved answer."""
    rows = load_labelled(preset)
    kinds = Counter(row.kind for row in rows)
    assert len(rows) >= 60
    assert len({row.question for row in rows}) == len(rows)
    assert min(kinds["document"], kinds["approved"], kinds["outside"]) >= 15
    answers = json.loads((EXAMPLES / preset / "answers.json").read_text(encoding="utf-8"))
    by_wording = {wording: each["answer"] for each in answers for wording in each["questions"]}
    for row in rows:
        if row.kind == "document":
            text = (EXAMPLES / preset / "documents" / f"{row.document}.md").read_text(encoding="utf-8")
            passage = text.split(f"## {row.heading}\n")[1].split("\n## ")[0]
            assert judge(row, passage) == "right", row.question
        elif row.kind == "approved":
            assert row.question not in by_wording
            assert judge(row, by_wording[row.answer]) == "right", row.question
