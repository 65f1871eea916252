"""The measurement of leaks counts what it says it counts."""

from __future__ import annotations

from typing import Any

import pytest

from bench import filter_laws
from bench.filter_laws import brute_force, count_leaks, count_over_holds
from filters import Action, AllowPhrase, Direction, Pipeline, Word, WordList


def test_the_filter_of_thirty_lines_masks_blocks_and_spares() -> None:
    """Read beside the real one, it says the same."""
    actions = {"国词": Action.MASK, "ab": Action.BLOCK}
    words = tuple(Word(text, text, "c", {Direction.ANSWER: action}) for text, action in actions.items())
    word_list = WordList(1, words, (AllowPhrase("a", "国词1"),))
    assert brute_force(word_list, "一國 词二a-Ⓐb三") == "一***二a-"
    assert brute_force(word_list, "国词1国词") == "国词1**"


def test_there_are_no_leaks_and_no_over_holds() -> None:
    """A few thousand cases; `dayi bench filter` looks at a hundred thousand of each."""
    assert (count_leaks(4_000), count_over_holds(4_000)) == (0, 0)


def test_a_stream_that_lets_everything_out_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken filter does not measure as a good one."""

    class Open:
        held_chars = 0

        def feed(self, piece: str) -> str:
            return piece

        def flush(self) -> str:
            return ""

    def opened(_: Pipeline, direction: Any) -> Open:
        return Open()

    monkeypatch.setattr(filter_laws.compile_pipeline(WordList(1, ())).__class__, "stream", opened)
    assert count_leaks(2_000) > 100
