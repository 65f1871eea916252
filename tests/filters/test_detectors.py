"""Detectors: what has the form of personal data, addresses and hidden text, and what has not."""

from __future__ import annotations

import os
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filters import (
    Action,
    AllowPhrase,
    Detector,
    DetectorKind,
    Direction,
    Pipeline,
    Word,
    WordList,
    addresses,
    compile_pipeline,
    harmless_texts,
)
from filters.detect import MAX_FORM_CHARS
from filters.forms import named_han
from tests.filters.lists import found
from tests.filters.strategies import cuts

EVERY = dict.fromkeys(Direction, Action.MASK)
many = settings(max_examples=int(os.environ.get("FILTER_EXAMPLES", "1000")), deadline=None)


def detecting(*kinds: DetectorKind, action: Action = Action.MASK, min_digits: int = 8) -> Pipeline:
    """A filter of detectors only."""
    actions = dict.fromkeys(Direction, action)
    detectors = tuple(Detector(kind, kind, "privacy", actions, min_digits) for kind in kinds)
    return compile_pipeline(WordList(1, (), detectors=detectors))


@pytest.mark.parametrize(
    ("kind", "text", "slices"),
    [
        ("id_card", "身份证11010519491231002X。", ["11010519491231002X"]),
        ("id_card", "110105 19491231 002x", ["110105 19491231 002x"]),
        ("id_card", "110105194912310021", []),
        ("id_card", "1110105194912310021", []),
        ("bank_card", "卡号 6222 0212 3456 7890 129，", []),
        ("bank_card", "卡号4111 1111 1111 1111，", ["4111 1111 1111 1111"]),
        ("bank_card", "4111111111111112", []),
        ("mobile", "打138-0013-8000或+86 13900139000", ["138-0013-8000", "+86 13900139000"]),
        ("mobile", "一三八零零一三八零零零", ["一三八零零一三八零零零"]),
        ("mobile", "138001380001 12800138000", []),
        ("email", "写信到Zhang.San@xx-y.com.cn。", ["Zhang.San@xx-y.com.cn"]),
        ("email", "a@b 和 @abc", []),
        ("url", "见https://a.cn/b?c=d，", ["https://a.cn/b?c=d"]),
        ("url", "www.baidu.com。baidu.com!", ["www.baidu.com", "baidu.com"]),
        ("url", "file.txt 3.14 e.g. x@a.com", []),
        ("url", "看中文．网址 和http://教育.中国/a?b=c", ["文．网址", "http://教育.中国/a?b=c"]),
        ("url", "www.中文.公司，www.baidu.com官网", ["www.中文.公司", "www.baidu.com"]),
        ("url", "我学计算机.网络安全，加油.中国！", []),
        ("ipv4", "访问 127.0.0.1。", ["127.0.0.1"]),
        ("ipv4", "256.1.1.1 1.2.3", []),
        ("wechat", "微信号：abc_123，vx zhang88", ["微信号：abc_123", "vx zhang88"]),
        ("wechat", "微信 download", []),
        ("qq", "QQ群：12345678", ["QQ群：12345678"]),
        ("qq", "qq 123", []),
        ("address", "我家住在朝阳区建国路88号3号楼1201室，近吗", ["朝阳区建国路88号3号楼1201室"]),
        ("address", "朝陽區建國路８８號；文三路十号", ["朝陽區建國路８８號", "文三路十号"]),
        ("address", "上海市中山路123弄4号501室", ["上海市中山路123弄4号501室"]),
        ("address", "寄到阳光花园3栋2单元501室、李家村3组15号", ["阳光花园3栋2单元501室", "李家村3组15号"]),
        ("address", "和平区南京道12号 长安街甲12号", ["和平区南京道12号", "长安街甲12号"]),
        ("address", "人民路怎么走？教学楼3号楼201室在哪？5月12号放假吗？", []),
        ("address", "知道12号考试 一路12号 建国路1号线 电路2号元件 国道104号 没有思路3号", []),
        ("digits", "1234567===0001哈", ["1234567===0001"]),
        ("digits", "①二3４五⑥7八", ["①二3４五⑥7八"]),
        ("digits", "12345\n67890", []),
        ("invisible", "你\u200b好\u202e吗", ["\u200b", "\u202e"]),
        ("invisible", "סִמֵּס 👨‍👩‍👧 ❤️ 🏴\U000e0067\U000e0062\U000e007f", []),
    ],
)
def test_detectors_know_forms(kind, text, slices):
    """Each its own, with checksums and boundaries."""
    assert found(detecting(DetectorKind(kind)), text) == slices


def test_names_of_places_may_have_every_character_that_other_forms_name():
    """文 is in 中文网 and in 文三路: a form that names one more character takes none away from addresses."""
    between = set("之十百号室幢弄户房栋")  # stand between names and behind them
    assert named_han() - addresses._NAME - addresses.STOPS == between


def test_an_allow_phrase_spares_what_a_detector_finds():
    """Like any match."""
    detector = Detector("1", DetectorKind.URL, "c", EVERY)
    filter_ = compile_pipeline(WordList(1, (), (AllowPhrase("a", "www.gov.cn"),), detectors=(detector,)))
    assert filter_.check("看 www.gov.cn 或 www.x.cn", Direction.ANSWER).text == "看 www.gov.cn 或 ********"


def test_a_stream_holds_a_number_until_it_is_one_or_not():
    """Digits wait for what follows; words do not."""
    stream = detecting(DetectorKind.MOBILE).stream(Direction.ANSWER)
    assert [stream.feed(piece) for piece in ("打", "138", "0013", "8000", "吧", "12", "3")] == [
        "打",
        "",
        "",
        "",
        "***********吧",
        "12",
        "3",
    ]


@pytest.mark.parametrize(
    "endless",
    [
        "大路1号" * 1_000,
        "海市" * 2_000,
        "1" * 5_000,
        "a." * 3_000,
        "http://" + "a" * 5_000,
        "\u200b" * 5_000,
        "1\ufe0f" * 3_000,
    ],
)
def test_endless_forms_are_cut(endless):
    """The hold is bounded, and the stream still agrees with the whole text."""
    filter_ = detecting(*DetectorKind)
    stream, out = filter_.stream(Direction.ANSWER), ""
    for char in endless:
        out += stream.feed(char)
        assert stream.held_chars <= MAX_FORM_CHARS + 1
    assert out + stream.flush() == filter_.check(endless, Direction.ANSWER).text


PIECES = [
    "1",
    "3",
    "13800138000",
    "6",
    "a",
    "a@b.cn",
    "http://",
    "www.",
    ".com",
    " ",
    "-",
    "一",
    "微信",
    "qq",
]
PIECES += ["：", "\u200b", "好", "💩", "x", "①", "²", "幺", "○", "×", "ｖ", "ⓦⓧ", "…", ".", "138.0013.8000"]
PIECES += ["建国路", "88号", "市", "3号楼", "1201室", "线", "村", "公司", "://中", ".中国", "十号"]


def test_no_address_is_found_in_harmless_text():
    """Neither in the everyday sentences of the filter nor in the shipped pairs of questions."""
    pairs = resources.files("server.likeness").joinpath("pairs.csv").read_text("utf-8").splitlines()
    filter_ = detecting(DetectorKind.ADDRESS)
    texts = [*harmless_texts(), *pairs]
    assert len(texts) > 900
    assert [text for text in texts if filter_.check(text, Direction.QUESTION).matches] == []


@many
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.data())
def test_streams_of_detectors_leak_nothing(text, data):
    """What is out is a prefix of the filtered whole, for every way to cut it."""
    kinds = data.draw(st.lists(st.sampled_from(list(DetectorKind)), min_size=1, max_size=4, unique=True))
    action = data.draw(st.sampled_from([Action.MASK, Action.BLOCK, Action.REPLACE, Action.LOG]))
    words = (Word("w", "好13", "c", EVERY),)
    detectors = tuple(
        Detector(kind, kind, "c", dict.fromkeys(Direction, action), 5, replacement="<n>") for kind in kinds
    )
    filter_ = compile_pipeline(WordList(1, words, detectors=detectors))
    whole = filter_.check(text, Direction.ANSWER)
    stream, out = filter_.stream(Direction.ANSWER), ""
    for piece in data.draw(cuts(text)):
        out += stream.feed(piece)
        assert whole.text.startswith(out)
    assert out + stream.flush() == whole.text
    assert whole.blocked or stream.matches == whole.matches
