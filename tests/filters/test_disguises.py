"""What people try, and what is spared: one row for each kind of disguise and of harmless look-alike."""

from __future__ import annotations

import sys

import pytest

from filters import (
    Action,
    AllowPhrase,
    Detector,
    DetectorKind,
    Direction,
    Lane,
    LaneUse,
    Options,
    Pipeline,
    Word,
    WordList,
    compile_pipeline,
    harmless_texts,
)
from filters.detect import _symbol, may_contain
from filters.forms import HAN_ZERO

MASKED = dict.fromkeys(Direction, Action.MASK)
WORDS = (
    *("敏感词", "法师塔", "冰糖豆", "木枪队", "六四二", "8964", "18禁", "台灯独立", "加微信"),
    *("frak", "shoot", "gum", "av"),
)
EVERY_LANE = Options(lanes=dict.fromkeys(Lane, LaneUse.SAME))
FOUND = compile_pipeline(
    WordList(
        1,
        tuple(Word(text, text, "c", MASKED) for text in WORDS),
        (AllowPhrase("a", "敏感词典"), AllowPhrase("b", "南法师塔路")),
        EVERY_LANE,
    )
)
FORMS = compile_pipeline(
    WordList(
        1,
        (),
        detectors=tuple(Detector(k, k, "c", MASKED) for k in DetectorKind if k is not DetectorKind.DIGITS),
    )
)


def found(pipeline: Pipeline, text: str) -> str:
    """The slices that are hit; the same in a stream, cut at every character."""
    verdict = pipeline.check(text, Direction.ANSWER)
    stream = pipeline.stream(Direction.ANSWER)
    assert "".join(map(stream.feed, text)) + stream.flush() == verdict.text
    return "|".join(text[match.start : match.end] for match in verdict.matches)


WHOLLY = [
    *(
        "敏感词",
        "敏感詞",
        "敏 感 词",
        "敏　感　词",
        "敏*感@词",
        "敏...感...词",
        "敏——感——词",
        "敏_感_词",
        "敏\n感词",
    ),
    *("敏**感**词", "敏~感~词", "敏😀感👍🏽词", "敏👨‍👩‍👧感词", "敏#️⃣感词", "敏❤️感❤️词"),
    "敏🇨🇳感词",
    *(
        "敏\u200b感\u200c词",
        "敏\u200d感\ufeff词",
        "敏\u00ad感词",
        "敏\ufe0f感\U000e0100词",
        "敏\U000e0061感词",
    ),
    *("敏\u3164感词", "敏\u2800感词", "敏̶感词"),
    *(
        "ｆｒａｋ",
        "ⓕⓡⓐⓚ",
        "⒡⒭⒜⒦",
        "𝒻𝓇𝒶𝓀",
        "𝐟𝐫𝐚𝐤",
        "𝔣𝔯𝔞𝔨",
        "𝚏𝚛𝚊𝚔",
        "🅕🅡🅐🅚",
        "🅵🆁🅰🅺",
        "🄵🅁🄰🄺",
        "ꜰʀᴀᴋ",
        "ᶠʳᵃᵏ",
        "fråk",
        "FrAk",
    ),
    *("ѕһооt", "ѕhοοt", "f r a k", "f.r.a.k", "f-r-a-k", "fraaaak", "敏敏感感词", "5h00t"),
    *("$h00t", "$hoot"),
    *("min感词", "mingan词", "mingan ci", "mǐngǎncí", "mǐn gǎn cí", "min3gan3ci", "MinGanCi"),
    "ｍｉｎ感词",
    *(
        "mgc",
        "MGC",
        "m g c",
        "fst",
        "民感词",
        "敏敢词",
        "法狮塔",
        "木木仓队",
        "氵去师塔",
        "词感敏",
        "塔师法",
        "karf",
    ),
    *(
        "八九六四",
        "捌玖陆肆",
        "捌玖陸肆",
        "⑧⑨⑥④",
        "８９６４",
        "❽❾❻❹",
        "٨٩٦٤",
        "8 9 6 4",
        "八9陆④",
        "一八禁",
        "⑱禁",
        "㈥㈣②",
    ),
    *("六4二", "台燈獨立", "加薇信"),
]


@pytest.mark.parametrize("text", WHOLLY)
def test_disguise_is_seen_through(text: str) -> None:
    """Alone, and inside a sentence."""
    assert found(FOUND, text) == text
    assert found(FOUND, f"你好，{text}。再见") == text


@pytest.mark.parametrize(
    "text",
    [
        *(
            "gumption",
            "shooting",
            "have",
            "avoid",
            "敏****感词",
            "敏x感词",
            "128964",
            "敏感",
            "感词",
            "xmgcx",
        ),
        *("敏感词典", "在敏感词典里", "敏感詞典", "南法师塔路", "敏\u200b感词典"),
    ],
)
def test_harmless_neighbour_is_spared(text: str) -> None:
    """Parts of longer words, too wide gaps, longer numbers, and what an allow phrase contains wholly."""
    assert found(FOUND, text) == ""


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("你是av吧", "av"),
        ("av女", "av"),
        ("敏感词敏感词典", "敏感词"),
        ("大敏感词典里有敏感词语", "敏感词"),
        ("【敏】【感】【词】", "敏】【感】【词"),
        ("\u202e敏感词", "敏感词"),
    ],
)
def test_hit_has_exactly_its_span(text: str, hit: str) -> None:
    """A Han neighbour is no boundary violation; only a hit that lies wholly inside a phrase is spared."""
    assert found(FOUND, text) == hit


@pytest.mark.parametrize(
    "text",
    [
        *(
            "13812345678",
            "138-1234-5678",
            "138 1234 5678",
            "138.1234.5678",
            "+86 13812345678",
            "１３８１２３４５６７８",
        ),
        *("一三八一二三四五六七八", "幺三八幺二三四五六七八", "①③⑧①②③④⑤⑥⑦⑧", "壹叁捌壹贰叁肆伍陆柒捌"),
        *(
            "11010519491231002X",
            "11010519491231002x",
            "110105 19491231 002X",
            "１１０１０５１９４９１２３１００２Ｘ",
        ),
        *(
            "11010519491231002Х",
            "11010519491231002×",
            "4111111111111111",
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
        ),
        *(
            "a.b+c@example.com",
            "ａ＠ｂ.ｃｏｍ",
            "http://example.com/a?b=c",
            "www.example.xyz",
            "HTTPS://EXAMPLE.COM",
        ),
        *("ｗｗｗ.ｅｘａｍｐｌｅ.ｃｏｍ", "t.me/abc", "bit.ly/xyz", "http://192.168.0.1:80/a"),
        "192.168.1.1",
        *(
            "微信号：abc_12345",
            "加V：abc12345",
            "VX abc123456",
            "ｖｘ ａｂｃ_defg",
            "QQ：123456789",
            "qq群 12345678",
        ),
        "扣扣一二三四五六七",
    ],
)
def test_form_is_recognised_in_every_style(text: str) -> None:
    """Alone, and between Chinese characters."""
    assert found(FORMS, text) == text
    assert found(FORMS, f"请看：{text}，谢谢") == text


@pytest.mark.parametrize(
    "text",
    [
        *(
            "213812345678",
            "138123456789",
            "1.3862943611",
            "110105194912310021",
            "4111111111111112",
            "foo@bar",
        ),
        *("1.5倍", "e.g. this", "main.py", "256.1.1.1", "微信下载", "等等…com", "3.14159265358979"),
    ],
)
def test_form_that_is_none_is_spared(text: str) -> None:
    """Longer numbers, wrong checksums, logarithms, file names."""
    assert found(FORMS, text) == ""


def test_quick_look_misses_no_character_that_detectors_know() -> None:
    """Whatever counts as a digit, a sign or a first letter of a form makes a text worth a look."""
    first = {*"0123456789.@:vwq微薇威信扣球企", *(chr(HAN_ZERO + value) for value in range(10))}
    every = map(chr, range(sys.maxunicode + 1))
    # Without the cache, which is for the characters that texts really have.
    assert [char for char in every if _symbol.__wrapped__(char) in first and not may_contain(char)] == []


def test_harmless_text_that_comes_along_is_hit_by_nothing() -> None:
    """Not with every lane at full strength, and not by a detector."""
    for text in harmless_texts():
        assert found(FOUND, text) == ""
        assert found(FORMS, text) == ""
