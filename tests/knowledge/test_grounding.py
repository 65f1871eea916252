"""Facts that nothing supports are found, whatever way they are written and however the answer comes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.knowledge.grounding import Grounding, Support, sentences, unsupported
from server.knowledge.numerals import form_of, value_of

PASSAGE = (
    "自2025年3月15日起，申请人到居住地派出所或者区社会保险服务中心二楼3号窗口办理，15个工作日内发放，工本费20元，"
    "比例为百分之八。《居住证暂行条例》第十八条。咨询电话：0000-8812345，上午九点至下午五点。联系人：李明。"
    "网址 https://www.example.gov.cn/card 。补贴1,200元，另有1.5万元。断缴的有6个月的等待期。"
)
SUPPORT = Support([PASSAGE, "我今年30岁，怎么办？"])
PIECES = [
    "请带身份证。",
    "工本费20元。",
    "工本费30元。",
    "15个工作日内，",
    "十五天",
    "3月15日",
    "2024年",
    "。",
    "；",
    "\n",
    "1. ",
    "二、",
    "拨打12345",
    "0000-8812345",
    "《宪法》",
    "《居住证暂行条例》",
    "到公安局",
    "到派出所",
    "3.5",
    ". ",
    "百分之八",
    "9%",
    "李明主任",
    "张伟主任",
    "a",
    "，",
    "年满十六",
    "周岁",
    "www.example.gov.cn/card",
    " x.com ",
    "8点",
]
answers = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@pytest.mark.parametrize(
    "text",
    [
        "工本费为二十元，也就是20 元。",
        "自２０２５年３月起，十五天内发放。",
        "2025-03-15 起办理，比例8%。",
        "请在9:00到17:00拨打00008812345。",
        "依据《居住证暂行条例》第18条，到服务中心二楼。",
        "可登录www.example.gov.cn/card，找李明。",
        "需要以下3种材料：",
        "1. 身份证",
        "（二）租房合同",
        "第一步，准备材料，一般一次办好，万一忘了也不要紧。",
        "补贴一千二百元，另有15000元。",
        "您30岁，可以办理。",
        "等待期是六个月。",
        "返校时要带医院的诊断证明。",
    ],
)
def test_supported_answer_passes(text: str) -> None:
    """The same fact in another form is the same fact; counting one's own list claims nothing."""
    assert unsupported(text, SUPPORT) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("工本费30元。", ["30元"]),
        ("自2025年4月起，二十个工作日内发放。", ["2025年4月", "二十个工作日"]),
        ("比例为百分之九。", ["百分之九"]),
        ("请在8:30拨打12345。", ["8:30", "12345"]),
        ("依据《宪法》第十九条。", ["《宪法》", "十九条"]),
        ("请到公安局找张伟主任。", ["公安局", "张伟"]),
        ("见 http://other.cn 。", ["http://other.cn"]),
        ("工本费15元。", ["15元"]),
        ("断缴的有9个月的等待期。", ["9个月"]),
    ],
)
def test_unsupported_facts_are_named(text: str, wrong: list[str]) -> None:
    """As the answer has them, also where the number alone stands elsewhere with another unit."""
    assert [each.text for each in unsupported(text, SUPPORT)] == wrong


@given(answers, st.lists(st.integers(0, 80), max_size=12), st.sampled_from(["mark", "fallback"]))
def test_every_cut_gives_the_same(answer: str, cuts: list[int], mode: str) -> None:
    """Law: what is let out and what is found do not depend on the pieces in which an answer comes."""
    whole = Grounding(SUPPORT, mode)  # type: ignore[arg-type]
    out = whole.feed(answer) + whole.flush()
    places = sorted({0, len(answer), *(cut for cut in cuts if cut < len(answer))})
    by_pieces = Grounding(SUPPORT, mode)  # type: ignore[arg-type]
    pieces = [answer[start:end] for start, end in pairwise(places)]
    assert "".join([*map(by_pieces.feed, pieces), by_pieces.flush()]) == out
    assert by_pieces.unsupported == whole.unsupported
    if mode == "mark":
        assert out == answer
        assert whole.unsupported == unsupported(answer, SUPPORT)
        for each in whole.unsupported:
            assert answer[each.start :].lstrip().startswith(each.text)


@given(answers)
def test_fallback_lets_out_no_unsupported_fact(answer: str) -> None:
    """Law: what is let out is a beginning of the answer, ends with a whole sentence, and has no such fact."""
    grounding = Grounding(SUPPORT, "fallback")
    out = grounding.feed(answer) + grounding.flush()
    assert answer.startswith(out)
    assert unsupported(out, SUPPORT) == []
    assert out == "".join(sentences(answer)[: len(sentences(out))])
    assert grounding.is_cut == (out != answer)


@given(st.text(max_size=300))
def test_any_text_is_judged(answer: str) -> None:
    """Whatever a model says, the check ends and supports a text by itself."""
    assert unsupported(answer, Support([answer])) == [] or "《" in answer
    assert "".join(sentences(answer)) == answer


@given(st.integers(0, 10**9))
def test_chinese_numerals_have_their_value(number: int) -> None:
    """Law: a number is the same in digits, with separators and in Chinese."""
    assert value_of(str(number)) == value_of(f"{number:,}") == number
    assert value_of(chinese(number)) == number
    value = value_of(f"{number}.50")
    assert value is not None and form_of(value) == f"{number}.5"


def chinese(number: int) -> str:
    """A number in Chinese, the long way."""
    if number == 0:
        return "零"
    for size, name in ((10**8, "亿"), (10**4, "万")):
        if number >= size:
            rest = number % size
            gap = "零" if rest and rest < size // 10 else ""
            return chinese(number // size) + name + gap + (chinese(rest) if rest else "")
    out = ""
    for size, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, size)
        if digit:
            out += "零一二三四五六七八九"[digit] + name
        elif out and number and not out.endswith("零"):
            out += "零"
    return out
