"""Lists upon each other: base, organisation, class. What a class writes is its own affair, and only that."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filters import (
    LANE_DEFAULTS,
    Action,
    AllowPhrase,
    Category,
    Detector,
    DetectorKind,
    Direction,
    Options,
    WordList,
    compile_pipeline,
)
from tests.filters.lists import found, word
from tests.filters.strategies import cuts, texts, word_lists

many = settings(max_examples=int(os.environ.get("FILTER_EXAMPLES", "100")), deadline=None)


@st.composite
def stacks(draw: st.DrawFn, num: int) -> list[WordList]:
    """Lists that can lie upon each other; every word has an id of its own."""
    drawn = [draw(word_lists()) for _ in range(num)]
    report = drawn[0].options.report
    return [
        replace(
            each,
            words=tuple(replace(entry, id=f"{place}.{entry.id}") for entry in each.words),
            options=replace(each.options, report=report),
        )
        for place, each in enumerate(drawn)
    ]


def stacked(*lists: WordList):
    """The lists compiled, each upon the one before."""
    pipeline = None
    for each in lists:
        pipeline = compile_pipeline(each, upon=pipeline)
    return pipeline


def shown(pipeline, text, pieces):
    """The verdict, and what a stream lets out at each step and finds."""
    stream = pipeline.stream(Direction.ANSWER)
    out = [stream.feed(piece) for piece in pieces]
    return pipeline.check(text, Direction.ANSWER), [*out, stream.flush()], stream.matches


@many
@given(stacks(5), texts, st.data())
def test_a_class_is_filtered_the_same_whatever_another_class_writes(lists, text, data):
    """In a whole text and in every cut of a stream: the list of class B is changed, class A sees nothing."""
    base, organisation, of_a, of_b, of_b_later = lists
    shared = stacked(base, organisation)
    pieces = data.draw(cuts(text))
    class_a = compile_pipeline(of_a, upon=shared)
    before = shown(class_a, text, pieces)
    for each in (of_b, of_b_later):
        class_b = compile_pipeline(each, upon=shared)
        class_b.check(text, Direction.ANSWER)
        assert shown(class_a, text, pieces) == before
    assert shown(compile_pipeline(of_a, upon=shared), text, pieces) == before


@many
@given(stacks(3), texts)
def test_what_all_are_held_to_no_class_takes_away(lists, text):
    """Every match of the lists below is still one, and where they block or mask, nothing of it is shown."""
    lists = [replace(each, options=replace(each.options, report="all")) for each in lists]
    shared = stacked(*lists[:2]).check(text, Direction.ANSWER)
    layered = stacked(*lists).check(text, Direction.ANSWER)
    assert {*shared.matches} <= {*layered.matches}
    assert layered.blocked or not shared.blocked
    assert (layered.action.strength if layered.action else 0) >= (
        shared.action.strength if shared.action else 0
    )


@many
@given(stacks(3), texts, st.data())
def test_streams_through_layers_leak_nothing(lists, text, data):
    """At every moment a prefix of the filtered whole, within the bound of what is held."""
    pipeline = stacked(*lists)
    whole = pipeline.check(text, Direction.ANSWER)
    stream, out = pipeline.stream(Direction.ANSWER), ""
    for piece in data.draw(cuts(text)):
        out += stream.feed(piece)
        assert whole.text.startswith(out)
        assert stream.held_chars <= pipeline.longest_hold_chars
    assert out + stream.flush() == whole.text
    assert whole.blocked or stream.matches == whole.matches


@many
@given(word_lists(), st.integers(0, 5), texts, texts)
def test_layers_without_phrases_are_one_list(word_list, place, text, before):
    """Where nothing is spared, a list cut in two finds what the whole one finds."""
    word_list = replace(word_list, allow=(), options=replace(word_list.options, report="all"))
    place = min(place, len(word_list.words))
    parts = [
        replace(word_list, words=word_list.words[:place]),
        replace(word_list, words=word_list.words[place:]),
    ]
    whole, layered = compile_pipeline(word_list), stacked(*parts)
    tail = whole.tail(before)
    assert layered.check(text, Direction.ANSWER, before=tail) == whole.check(
        text, Direction.ANSWER, before=tail
    )


@pytest.mark.parametrize(
    ("layer", "spared"), [(0, {"base", "school", "class"}), (1, {"school", "class"}), (2, {"class"})]
)
def test_a_phrase_spares_its_own_layer_and_those_upon_it(layer, spared):
    """Nobody below in trust takes away what somebody above wrote."""
    names = ("base", "school", "class")
    lists = [WordList(1, (word("坏词", category=name),)) for name in names]
    lists[layer] = replace(lists[layer], allow=(AllowPhrase("a", "坏词典"),))
    lists = [replace(each, options=Options(report="all")) for each in lists]
    pipeline = stacked(*lists)
    left = {match.category for match in pipeline.check("这本坏词典", Direction.ANSWER).matches}
    assert left == set(names) - spared
    stream = pipeline.stream(Direction.ANSWER)
    assert stream.feed("这本坏词典") + stream.flush() == pipeline.check("这本坏词典", Direction.ANSWER).text


def test_a_phrase_for_a_category_reaches_upwards_as_well():
    """Scoped phrases of the school spare a class's words inside longer ones."""
    school = WordList(1, (word("甲乙", category="x"),), (AllowPhrase("a", "坏词典", frozenset({"c"})),))
    of_class = WordList(1, (word("坏词典", category="d"), word("坏词", category="c")))
    verdict = stacked(school, of_class).check("坏词典", Direction.ANSWER)
    assert [match.word for match in verdict.matches] == ["坏词典"]


def test_detectors_of_two_layers_both_look():
    """Each with its own action; the stronger one wins."""
    number = Detector("n", DetectorKind.MOBILE, "school", {Direction.ANSWER: Action.MASK})
    mail = Detector("m", DetectorKind.EMAIL, "class", {Direction.ANSWER: Action.BLOCK})
    pipeline = stacked(WordList(1, (), detectors=(number,)), WordList(1, (), detectors=(mail,)))
    verdict = pipeline.check("13800138000和a@b.cn", Direction.ANSWER)
    assert (verdict.text, verdict.category) == ("***********和", "class")


def test_an_empty_layer_costs_nothing():
    """The pipeline below is used as it is; an empty one below is left out."""
    shared = compile_pipeline(WordList(1, (word("坏词"),)))
    assert len(compile_pipeline(WordList(2, ()), upon=shared).stream(Direction.ANSWER)._walks) == 1
    alone = compile_pipeline(WordList(2, (word("坏词"),)), upon=compile_pipeline(WordList(1, ())))
    assert len(alone.stream(Direction.ANSWER)._walks) == 1
    assert found(alone, "很坏词") == ["坏词"]


def test_forty_layers_share_the_words_below():
    """Their tries are those of the list below, not copies."""
    lanes = {"c": Category(lanes=LANE_DEFAULTS)}
    shared = compile_pipeline(WordList(1, tuple(word(f"词{n}号") for n in range(500)), categories=lanes))
    layered = [compile_pipeline(WordList(1, (word(f"班{n}词"),)), upon=shared) for n in range(40)]
    below = {id(each._layers._lexicons[0]) for each in layered}
    assert below == {id(shared._layers._lexicons[0])}
    assert [found(each, "词7号 班3词") for each in layered[2:4]] == [["词7号"], ["词7号", "班3词"]]


def test_layers_must_agree_on_how_a_text_is_masked():
    """One text has one mask."""
    shared = compile_pipeline(WordList(1, (word("坏词"),)))
    with pytest.raises(ValueError, match="mask_char"):
        compile_pipeline(WordList(1, (word("坏"),), options=Options(mask_char="█")), upon=shared)
