"""Whole texts: what is a match, what is spared, what happens to the text."""

from __future__ import annotations

import pytest

from filters import Action, Direction, Options, Word, WordList, WordListProblem, compile_pipeline
from tests.filters.lists import found, pipeline, word


@pytest.mark.parametrize(
    "text", ["敏感词", "敏*感-词", "敏\n感\n词", "敏\u200b感\ufe0f词", "敏**感**词", "敏。。。感词"]
)
def test_ignored_characters_may_stand_inside_a_word(text):
    """Up to three ignored characters between two of a word, and any few hidden ones, hide nothing."""
    assert found(pipeline("敏感词"), f"很{text}吗") == [text]


def test_a_wider_gap_ends_the_match():
    """Four ignored characters, or a flood of invisible ones, part two words."""
    assert found(pipeline("敏感"), "敏....感") == []
    assert found(pipeline("敏感"), "敏" + "\u200b" * 33 + "感") == []
    assert found(pipeline("敏感", max_gap=0), "敏.感") == []


@pytest.mark.parametrize(
    ("text", "slices"),
    [
        ("你是SB吧", ["SB"]),
        ("HAVE", []),
        ("1sb2", ["sb"]),
        ("usb", []),
        ("sbé", []),
        ("s\u0301b", ["s\u0301b"]),
        ("sb\u200bx", []),
        ("_s-b_", ["s-b"]),
        ("a ssb", []),
    ],
)
def test_ascii_words_are_whole_words(text, slices):
    """A letter beside it makes it another word; Han, digits and punctuation do not."""
    assert found(pipeline("SB", "av"), text) == slices


def test_match_mode_is_the_words_own():
    """`substring` finds inside; `whole` guards letters at the edge of a mixed word."""
    assert found(pipeline(word("sb", match="substring")), "usb") == ["sb"]
    assert found(pipeline("av女"), "xav女") == ["av女"]
    assert found(pipeline(word("av女", match="whole")), "xav女") == []


def test_symbols_belong_to_a_word_that_has_them():
    """`c++` is not `c`; an emoji can be a word; punctuation and space in a word do not count."""
    assert found(pipeline("c++"), "c 和 C++ 和 c+ +") == ["C++"]
    assert found(pipeline("cool 🌉"), "cool cool cool 🌉") == ["cool 🌉"]
    assert found(pipeline("敏-感"), "敏感") == ["敏感"]


def test_an_allow_phrase_wins_when_the_match_lies_wholly_inside():
    """It spares what it covers, and nothing that sticks out."""
    filter_ = pipeline("敏感词", "词典", allow=("敏感词汇", "感词典"))
    assert found(filter_, "敏感词汇") == []
    assert found(filter_, "敏 感词！汇") == []
    assert found(filter_, "敏感词") == ["敏感词"]
    assert found(filter_, "敏感词典") == ["敏感词"]


def test_an_allow_phrase_with_a_space_spares_only_that():
    """`pen is` spares no `penis`."""
    filter_ = pipeline("penis", allow=("pen is",))
    assert found(filter_, "the pen is mightier than the penis") == ["penis"]


def test_overlapping_words_are_masked_together_and_the_longest_reported():
    """Every occurrence masks; a match inside another one at least as strong is not told."""
    verdict = pipeline("中国", "国人").check("我是【中国【人】", Direction.ANSWER)
    assert verdict.text == "我是【****】"
    assert found(pipeline("知识产权", "国家知识产权局"), "国家知识产权") == ["知识产权"]
    assert found(pipeline("我的", "我的世界"), "我的世界，我的") == ["我的世界", "我的"]
    assert found(pipeline("我的", "我的世界", report="all"), "我的世界") == ["我的世界", "我的"]


def test_a_stronger_word_inside_a_weaker_one_is_reported():
    """Otherwise a long word that is only logged would hide a block."""
    verdict = pipeline(word("坏", Action.BLOCK), word("坏天气", Action.LOG)).check("坏天气", Direction.ANSWER)
    assert verdict.blocked
    assert [m.word for m in verdict.matches] == ["坏天气", "坏"]


def test_the_strongest_action_decides():
    """Verdict and category are those of the strongest match."""
    effective = [action for action in Action if action is not Action.PASS]
    words = [word(action.value, action, category=action.value) for action in effective]
    for place, action in enumerate(effective):
        weaker = words[place:]
        verdict = pipeline(*weaker).check(" ".join(w.text for w in reversed(weaker)), Direction.QUESTION)
        assert (verdict.action, verdict.category) == (action, action.value)


def test_review_warn_and_log_let_the_text_pass():
    """They are reported and change nothing."""
    verdict = pipeline(word("敏感", Action.REVIEW), word("词", Action.WARN)).check("敏感词", Direction.ANSWER)
    assert (verdict.action, verdict.text, len(verdict.matches)) == (Action.REVIEW, "敏感词", 2)


def test_replacement_stands_in_once_for_each_run():
    """The longest word at the first place gives the text; the rest of the run goes; masks win."""
    a, b = word("国人", Action.REPLACE, replacement="乙"), word("中国", Action.REPLACE, replacement="甲")
    assert pipeline(a, b).check("在中国人前", Direction.ANSWER).text == "在甲前"
    assert pipeline(a, "中国").check("在中国人前", Direction.ANSWER).text == "在**前"
    assert pipeline(word("中国", Action.REPLACE)).check("中国", Direction.ANSWER).text == "**"


def test_a_blocked_text_goes_on_up_to_the_match():
    """Before it masks hold; the match and what follows are gone, but reported."""
    filter_ = pipeline("脏", word("坏", Action.BLOCK))
    verdict = filter_.check("很脏，很坏，很脏", Direction.ANSWER)
    assert (verdict.text, verdict.blocked) == ("很*，很", True)
    assert [m.word for m in verdict.matches] == ["脏", "坏", "脏"]


def test_a_word_counts_only_in_its_directions():
    """A direction without an action does not look for the word."""
    only_answers = Word("1", "敏感", "c", {Direction.ANSWER: Action.BLOCK})
    filter_ = compile_pipeline(WordList(7, (only_answers,)))
    assert filter_.check("敏感", Direction.ANSWER).blocked
    question = filter_.check("敏感", Direction.QUESTION)
    assert (question.action, question.text, question.matches) == (None, "敏感", ())


def test_offsets_point_into_the_raw_text():
    """In code points, and in UTF-16 for browsers."""
    verdict = pipeline("敏感").check("😀敏😀感", Direction.ANSWER)
    (match,) = verdict.matches
    assert (match.start, match.end, match.start_utf16, match.end_utf16) == (1, 4, 2, 6)
    assert verdict.folded == "敏感"


def test_a_character_that_folds_to_several_is_matched_whole():
    """A span never ends inside a raw character."""
    assert found(pipeline(word("k", match="substring")), "5㎏重") == ["㎏"]


def test_every_verdict_carries_the_list_version():
    """With and without a match."""
    filter_ = pipeline("敏感", version=42)
    assert filter_.check("敏感", Direction.ANSWER).lists_version == 42
    assert filter_.check("好", Direction.ANSWER).lists_version == filter_.version == 42


def test_an_empty_list_lets_everything_pass():
    """No words, no matches."""
    assert pipeline().check("什么都行", Direction.ANSWER).text == "什么都行"


def test_entries_of_which_nothing_is_left_are_refused_all_at_once():
    """A list that cannot do what it says is not compiled."""
    with pytest.raises(WordListProblem) as caught:
        pipeline("好", "\u200b", " ", allow=("\u2060",))
    assert [(p.line, p.reason) for p in caught.value.problems] == [(n, "empty_fold") for n in (2, 3, 4)]
    with pytest.raises(ValueError, match="max_gap"):
        compile_pipeline(WordList(1, (), (), Options(max_gap=99)))


@pytest.mark.parametrize(
    "text", ["", "\0", "\ud83d", "敏\ud83d感", "\U0010ffff\uffff", "敏感" * 5000, "敏 " * 5000]
)
def test_awkward_texts_are_checked_like_any_other(text):
    """Nothing raises, and a stream agrees."""
    filter_ = pipeline("敏感", "\0")
    stream = filter_.stream(Direction.ANSWER)
    assert stream.feed(text) + stream.flush() == filter_.check(text, Direction.ANSWER).text
