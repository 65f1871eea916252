"""Predicts how often words would be hit: in harmless text, or in whatever texts one has.

It does not know what a hit would do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import NamedTuple

from filters.files import ParsedWord
from filters.lint import MESSAGES, Finding
from filters.pipeline import compile_pipeline
from filters.placing import place_word
from filters.types import Action, Direction, Options, Word, WordList


class Prediction(NamedTuple):
    """How often a list would be hit: in how many of so many texts, and by which entries (line → texts)."""

    num_texts: int
    num_hit: int
    by_line: dict[int, int]

    @property
    def rate(self) -> float:
        """The share of texts that are hit."""
        return self.num_hit / self.num_texts if self.num_texts else 0.0


def predict(words: Iterable[ParsedWord], texts: Iterable[str] | None = None) -> Prediction:
    """How often entries would be hit, whatever they would do then.

    Args:
        words: the entries; their lines tell them apart.
        texts: None is the harmless text that comes with the library.
    """
    looked = dict.fromkeys(Direction, Action.LOG)
    entries = tuple(
        Word(str(word.line), word.text, "", looked, match=word.match, lanes=word.lanes)
        for word in words
        if place_word(word.text)[1]
    )
    pipeline = compile_pipeline(WordList(0, entries, options=Options(report="all")))
    by_line: Counter[int] = Counter()
    num_texts = num_hit = 0
    for text in harmless_texts() if texts is None else texts:
        lines = {int(match.word_id) for match in pipeline.check(text, Direction.QUESTION).matches}
        num_texts += 1
        num_hit += bool(lines)
        by_line.update(lines)
    return Prediction(num_texts, num_hit, dict(by_line))


def lint_harmless(words: Iterable[ParsedWord], prediction: Prediction) -> list[Finding]:
    """A finding for each entry that harmless texts contain."""
    hit = [(word, prediction.by_line.get(word.line, 0)) for word in words]
    return [
        Finding(word.line, word.text, "hits_harmless", MESSAGES["hits_harmless"].replace("{other}", str(num)))
        for word, num in hit
        if num
    ]


@cache
def harmless_texts() -> tuple[str, ...]:
    """Everyday sentences of lessons and public offices, in Chinese and English, written for this."""
    text = resources.files("filters").joinpath("data", "harmless.txt").read_text("utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))
