"""Lanes: what disguises each of them sees through, and what it leaves alone."""

from __future__ import annotations

from datetime import date

import pytest

from filters import (
    LANE_DEFAULTS,
    Action,
    AllowPhrase,
    Category,
    Direction,
    Lane,
    LaneUse,
    Options,
    Word,
    WordList,
    compile_pipeline,
)
from tests.filters.lists import found, pipeline, word

SAME = LaneUse.SAME


@pytest.mark.parametrize(
    ("lane", "entry", "text", "slices"),
    [
        (Lane.REPEAT, "assert", "an asssert", ["asssert"]),
        (Lane.REPEAT, "敏感词", "敏敏感感。感词", ["敏敏感感。感词"]),
        (Lane.REPEAT, "asshole", "ashole", ["ashole"]),
        (Lane.NUMBER, "下三滥", "下3滥、下叁滥", ["下3滥", "下叁滥"]),
        (Lane.NUMBER, "0售", "零售", ["零售"]),
        (Lane.NUMBER, "18禁", "十八禁 一十八禁", ["十八禁", "一十八禁"]),
        (Lane.NUMBER, "十八摸", "18摸、１８摸", ["18摸", "１８摸"]),
        (Lane.NUMBER, "第3帝国", "第Ⅲ帝国、第ⅲ帝国", ["第Ⅲ帝国", "第ⅲ帝国"]),
        (Lane.SPLIT, "枪支", "木仓支", ["木仓支"]),
        (Lane.REVERSED, "敏感词", "词感敏", ["词感敏"]),
        (Lane.LEET, "shit", "5h1t sh1t! sh!t", ["5h1t", "sh1t", "sh!t"]),
        (Lane.LEET, "shit", "🇸🇭🇮🇹 s🇭it 🇨🇳", ["🇸🇭🇮🇹", "s🇭it"]),
        (Lane.LEET, "ass", "455 a$$", ["a$$"]),
        (Lane.PINYIN, "敏感词", "min感词 Mingan Ci 敏敢词", ["min感词", "Mingan Ci"]),
        (Lane.PINYIN, "乐清", "yueqing leqing", ["yueqing", "leqing"]),
        (Lane.PINYIN, "安全", "我看quan", []),
        (Lane.PINYIN, "西安", "先a", []),
        (Lane.INITIALS, "敏感词", "mgc amgc m.g.c", ["mgc", "m.g.c"]),
        (Lane.HOMOPHONE, "敏感词", "民敢词", ["民敢词"]),
    ],
)
def test_a_lane_sees_through_its_disguise(lane, entry, text, slices):
    """And finds nothing else; without the lane nothing at all is found."""
    assert found(pipeline(entry, lanes={lane: SAME}), text) == slices
    assert found(pipeline(entry), text) == []


def test_lanes_that_hit_much_only_review_by_default():
    """They report and change nothing."""
    filter_ = pipeline(word("敏感词", Action.BLOCK), lanes=dict(LANE_DEFAULTS))
    verdict = filter_.check("敏敢词", Direction.ANSWER)
    assert (verdict.action, verdict.text) == (Action.REVIEW, "敏敢词")
    assert filter_.check("敏敏感词", Direction.ANSWER).blocked
    assert verdict.matches[0].lane == "homophone"


def test_the_word_outweighs_the_category_and_the_category_the_list():
    """For lanes and for actions."""
    category = Category({Direction.ANSWER: Action.MASK}, {Lane.SPLIT: LaneUse.OFF, Lane.NUMBER: SAME})
    words = (
        Word("1", "枪支一", "c"),
        Word("2", "法三", "c", {Direction.ANSWER: Action.PASS}),
        Word("3", "枪法", "c", {Direction.ANSWER: Action.WARN}, lanes={Lane.SPLIT: SAME}),
    )
    lists = WordList(1, words, options=Options(lanes={Lane.SPLIT: SAME}), categories={"c": category})
    verdict = compile_pipeline(lists).check("枪支1 木仓支一 法三 木仓法", Direction.ANSWER)
    assert [(m.word_id, m.action) for m in verdict.matches] == [("1", Action.MASK), ("3", Action.WARN)]


def test_a_lane_that_only_reviews_holds_nothing_in_a_stream():
    """It is looked at when the text is over."""
    stream = pipeline("敏感词", lanes={Lane.HOMOPHONE: LaneUse.REVIEW}).stream(Direction.ANSWER)
    assert stream.feed("民敢") == "民敢"
    assert stream.feed("词") == "词"
    assert stream.matches == ()
    stream.flush()
    assert [m.lane for m in stream.matches] == ["homophone"]


@pytest.mark.parametrize("text", ["很大。麻烦你", "很大\n麻烦你", "a|b", "a\nb", "a\tb"])
def test_two_sentences_or_cells_make_a_word_only_for_review(text):
    """Nobody masks 大麻 in 很大。麻烦你, nor two letters from two cells of a table."""
    verdict = pipeline("大麻", "ab").check(text, Direction.ANSWER)
    assert (verdict.action, verdict.text) == (Action.REVIEW, text)


@pytest.mark.parametrize("text", ["大*麻", "大 麻", "敏|感|词", "a.b"])
def test_other_gaps_hide_nothing(text):
    """They are how people evade."""
    assert pipeline("大麻", "ab", "敏感词").check(text, Direction.ANSWER).action is Action.MASK


@pytest.mark.parametrize(
    ("entry", "text", "slices"),
    [
        ("制造&炸弹", "制造一个炸弹吧", ["制造一个炸弹"]),
        ("制造 & 炸弹", "炸弹的制造", ["炸弹的制造"]),
        ("制造&炸弹", "制造" + "很" * 13 + "炸弹", []),
        ("苹果!手机", "苹果好吃", ["苹果"]),
        ("苹果！手机", "手机是苹果的", []),
        ("AT&T", "用AT&T，AT 和 T", ["AT&T"]),
        ("R & B", "R 和 B", ["R 和 B"]),
    ],
)
def test_pairs_of_words(entry, text, slices):
    """A & B within the distance, whichever comes first; A ! B only where no B is near."""
    assert found(pipeline(entry), text) == slices


def test_a_pair_is_held_only_while_the_other_side_may_come():
    """And the match may begin long before it is certain."""
    stream = pipeline("制造&炸弹", within=2).stream(Direction.ANSWER)
    assert [stream.feed(piece) for piece in ("制造", "很好", "的", "制造了炸", "弹")] == [
        "",
        "",
        "制造很好的",
        "",
        "*****",
    ]


def test_the_other_side_of_an_exception_sets_text_free():
    """Both before and after."""
    stream = pipeline("苹果!手机", within=1).stream(Direction.ANSWER)
    assert [stream.feed(piece) for piece in ("苹果", "手", "机", "苹果")] == ["", "", "苹果手机", "苹果"]


def test_expired_entries_do_not_count():
    """The last day is included; without a date of today nothing expires."""
    words = (Word("1", "敏感", "c", {Direction.ANSWER: Action.MASK}, expires=date(2030, 1, 2)),)
    allow = (AllowPhrase("a", "不敏感", expires=date(2030, 1, 1)),)
    lists = WordList(1, words, allow)

    def masked(today):
        return compile_pipeline(lists, today=today).check("不敏感", Direction.ANSWER).text != "不敏感"

    assert not masked(None)
    assert not masked(date(2030, 1, 1))
    assert masked(date(2030, 1, 2))
    assert not masked(date(2030, 1, 3))


def test_an_allow_phrase_spares_only_its_scope():
    """Its categories and its directions."""
    words = (word("敏感", category="a"), word("感词", category="b"))
    allow = (AllowPhrase("1", "敏感词", frozenset("a"), frozenset([Direction.ANSWER])),)
    filter_ = compile_pipeline(WordList(1, words, allow))
    assert filter_.check("敏感词", Direction.ANSWER).text == "敏**"
    assert filter_.check("敏感词", Direction.QUESTION).text == "***"


@pytest.mark.parametrize(
    ("style", "masked"),
    [
        ("characters", "*****"),
        ("ends", "w***d"),
        ("label", "【c】"),
        ("text", "x"),
    ],
)
def test_a_masked_word_looks_as_its_style_says(style, masked):
    """Characters, ends kept, the category, or a text of its own."""
    entry = word("world", Action.REPLACE, replacement="x", style=style)
    assert pipeline(entry).check("hello world!", Direction.ANSWER).text == f"hello {masked}!"


def test_a_word_split_over_two_messages_is_found_in_the_second():
    """With the tail of what came before; two characters only for review, and nothing twice."""
    filter_ = pipeline(word("敏感词", Action.BLOCK), "大麻")
    carried = filter_.check("词", Direction.QUESTION, before=filter_.tail("很敏感"))
    assert (carried.action, carried.text, carried.matches[0].carried) == (Action.BLOCK, "", True)
    assert (carried.matches[0].start, carried.matches[0].end) == (0, 1)
    assert filter_.check("麻烦", Direction.QUESTION, before="很大").action is Action.REVIEW
    assert filter_.check("好", Direction.QUESTION, before="敏感词").action is None
    assert len(filter_.tail("长" * 1000)) < 100


def test_prefix_words_guard_only_their_beginning():
    """shit in shitty, not in bullshit."""
    assert found(pipeline(word("shit", match="prefix")), "shitty bullshit") == ["shit"]


def test_a_match_at_the_edge_does_not_bring_back_a_side_that_was_let_go():
    """What went out stays out: only sides keep sides waiting."""
    words = (word("aab", Action.BLOCK, match="whole"), word("a & b", match="substring"))
    filter_ = pipeline(*words, lanes={Lane.REPEAT: SAME}, within=4)
    stream, text = filter_.stream(Direction.ANSWER), "aaa国国ab"
    out = "".join(map(stream.feed, text)) + stream.flush()
    assert out == filter_.check(text, Direction.ANSWER).text
