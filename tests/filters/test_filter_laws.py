"""The laws of the filter, each for every list, text and way to cut it that Hypothesis can think of."""

from __future__ import annotations

import os
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from filters import Action, Direction, compile_pipeline
from filters.expressions import parse_expression
from filters.placing import place_word
from filters.sounds import sound_codes
from tests.filters.brute import brute, keys_of
from tests.filters.strategies import cuts, texts, word_lists

many = settings(max_examples=int(os.environ.get("FILTER_EXAMPLES", "1000")), deadline=None)


@many
@given(word_lists(), texts)
def test_check_agrees_with_brute_force(word_list, text):
    """Action, text and every occurrence are those of a filter that tries every word at every place."""
    verdict = compile_pipeline(word_list).check(text, Direction.ANSWER)
    action, passed, hits = brute(word_list, text, Direction.ANSWER)
    assert verdict.text == passed
    assert verdict.action == action
    assert {(m.start, m.end, m.word_id, m.action) for m in verdict.matches} == hits


@many
@given(word_lists(), texts, st.data())
def test_stream_leaks_nothing(word_list, text, data):
    """What is out is at every moment a prefix of the filtered whole, and equal to it after flush."""
    pipeline = compile_pipeline(word_list)
    whole = pipeline.check(text, Direction.ANSWER)
    stream, out = pipeline.stream(Direction.ANSWER), ""
    for piece in data.draw(cuts(text)):
        out += stream.feed(piece)
        assert whole.text.startswith(out)
        assert stream.held_chars <= pipeline.longest_hold_chars
    out += stream.flush()
    assert out == whole.text
    assert stream.raw_text == text
    assert whole.blocked == any(match.action is Action.BLOCK for match in stream.matches)
    if not whole.blocked:
        assert stream.matches == whole.matches
    for match in stream.matches:  # behind a block a longer one may have followed
        assert any(other.start <= match.start and match.end <= other.end for other in whole.matches)


@many
@given(word_lists(), texts)
def test_stream_holds_no_more_than_needed(word_list, text):
    """Where characters are held, some continuation makes something else of the first of them.

    For different words that block, mask or report, and for one word in all its lanes, without allow
    phrases and pairs: whether two words (or two lanes) come to the same thing, or a word can only be
    finished inside an allow phrase, is not worked out.
    """
    plain = [word for word in word_list.words if not parse_expression(word.text).operator]
    words = {place_word(word.text): without_replace(word) for word in plain}
    options = replace(word_list.options, lanes={} if len(words) > 1 else word_list.options.lanes)
    if len(words) > 1:
        words = {key: replace(word, lanes={}) for key, word in words.items()}
    word_list = replace(word_list, words=tuple(words.values()), allow=(), options=options)
    pipeline = compile_pipeline(word_list)
    stream = pipeline.stream(Direction.ANSWER)
    out = stream.feed(text)
    if stream.held_chars:
        assert len({after_one_more(pipeline, out, text, end) for end in endings(word_list)}) > 1


def without_replace(word):
    """The word, masked where it would be replaced."""
    actions = {d: Action.MASK if a is Action.REPLACE else a for d, a in word.actions.items()}
    return replace(word, actions=actions)


def after_one_more(pipeline, out, text, ending):
    """The first character that comes after `out` for this continuation ('' if none does)."""
    whole = pipeline.check(text + ending, Direction.ANSWER).text
    return whole[len(out) : len(out) + 1]


def endings(word_list):
    """Continuations: the rest of every key from every place, nothing, and a stranger."""
    keys = {
        key.folded
        for word in word_list.words
        for key, _ in keys_of(word, word.text, {**word_list.options.lanes, **word.lanes})
    }
    typed = {"".join(TYPED.get(char, char) for char in key) for key in keys}
    rests = {key[place:] for key in typed for place in range(len(key) + 1)}
    strangers = {"。。。。", "门", "z", "9"}
    return {first + rest for rest in rests | {""} for first in strangers | {""}} | {
        rest + last for rest in rests for last in strangers
    }


# A character for each sound in the drawn words.
SOUNDS = {"guo": "果", "ci": "雌", "hao": "郝"}
TYPED = {chr(sound_codes()[syllable]): char for syllable, char in SOUNDS.items()}


def test_every_action_is_drawn():
    """The strategies reach all seven actions, so the laws speak of all of them."""
    assert len(Action) == 7
