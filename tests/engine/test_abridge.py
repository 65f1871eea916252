"""A long conversation is told in short, and the prompt is the same."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from server.engine.abridge import abridged
from server.engine.prompt import PromptBuilder
from server.engine.types import Ask, Turn, dump_line, parse_line
from tests.engine.tiny import GREEDY, Tiny, request

WINDOW = 256
# (question, answer) in ids; None: only the text is known, because it is not what the model produced.
spoken = st.lists(st.tuples(st.integers(1, 120), st.integers(1, 120) | st.none()), max_size=40)


def turns_of(tiny: Tiny, sizes: list[tuple[int, int | None]]) -> tuple[Turn, ...]:
    ours = tiny.shape.tokenizer
    return tuple(
        Turn("q" * asked, "a" * (answered or 7), (65,) * asked, answered and (66,) * answered, ours)
        for asked, answered in sizes
    )


@given(sizes=spoken, question=st.integers(1, 60))
def test_the_prompt_of_an_abridged_conversation_is_that_of_the_whole(
    tiny: Tiny, sizes: list[tuple[int, int | None]], question: int
) -> None:
    """Every decision of truncation, and every id, at every length of the conversation."""
    builder = PromptBuilder(tiny.shape, tiny.text, WINDOW)
    whole = request("r", "x" * question, turns=turns_of(tiny, sizes), sampling=GREEDY)
    short = dataclasses.replace(whole, turns=abridged(whole.turns, tiny.shape.tokenizer, WINDOW))
    assert builder.build(short) == builder.build(whole)


def test_a_long_conversation_is_a_short_line(tiny: Tiny) -> None:
    """400 turns of 200 ids: the request takes a tenth of its length, and arrives as it was."""
    turns = turns_of(tiny, [(40, 160)] * 400)
    whole, short = (
        Ask(request("r", turns=each)) for each in (turns, abridged(turns, tiny.shape.tokenizer, 4096))
    )
    assert len(dump_line(short)) * 10 < len(dump_line(whole))
    assert parse_line(dump_line(short)) == short


def test_ids_of_another_tokenizer_are_no_sizes(tiny: Tiny) -> None:
    """After the model was changed, the texts are needed: they are encoded anew."""
    turns = turns_of(tiny, [(100, 100)] * 20)
    assert abridged(turns, "another", WINDOW) == turns
