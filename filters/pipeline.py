"""The compiled filter: check a whole text, or open a stream.

Whole texts are screened first, for most contain nothing; only a suspicious one is walked, by
the code that walks streams. It does not know who asks, or what is done with a verdict.
"""

from __future__ import annotations

from copy import copy
from datetime import date
from typing import Final

from filters.layers import Layers
from filters.stream import Stream
from filters.types import Direction, Verdict, WordList, strongest
from filters.views import Views
from filters.walk import SENTENCE_ENDS

# What a text is checked together with of the one before it: enough for any word that people split.
CARRY_CHARS: Final = 48


class Pipeline:
    """A word list at work. Immutable: to change words, compile anew and swap the reference.

    Fails closed: `check` lets every exception through and never answers with an unchecked text,
    so a caller that has no verdict has nothing to pass on. A stream in which something raised
    is blocked.
    """

    def __init__(self, word_list: WordList, today: date | None = None, upon: Pipeline | None = None) -> None:
        self.version = word_list.version
        self._layers: Layers = Layers.of(word_list, today, None if upon is None else upon._layers)
        self.longest_hold_chars = self._layers.longest_hold_chars()

    def check(self, text: str, direction: Direction, *, before: str = "") -> Verdict:
        """The verdict on a whole text.

        Args:
            before: the `tail` of what the same person sent before. A word that began there is found,
                told as `carried`, and the part of it that stands in this text is treated. Who cuts a
                word in two sends little else: where neither text is mostly its part of the word, or
                the word has one or two characters only, it leads to a review at most.
        """
        views = Views(before + text)
        tables = self._layers.suspects(views, direction)
        folded = Views(text).folded if before else views.folded
        if not tables:
            return Verdict(None, text, (), folded, self.version)
        stream = Stream(self._layers, direction, tables, before)
        passed = stream.run(text)
        matches = stream.matches
        action = strongest(match.action for match in matches)
        return Verdict(action, passed, matches, folded, self.version)

    def as_version(self, version: int) -> Pipeline:
        """The same filter under another number; nothing is copied."""
        same = copy(self)
        same.version = version
        return same

    def stream(self, direction: Direction) -> Stream:
        """A new stream; it keeps this list to its end, whatever is published meanwhile."""
        return Stream(self._layers, direction)

    @staticmethod
    def tail(text: str, before: str = "") -> str:
        """What to keep of a person's texts for the next `check`; bounded, whatever they send.

        Behind the end of a sentence a new one begins: what stood before it is forgotten.
        """
        if before and before[-1] in SENTENCE_ENDS:
            before = ""
        return (before + text)[-CARRY_CHARS:]


def compile_pipeline(
    word_list: WordList, *, today: date | None = None, upon: Pipeline | None = None
) -> Pipeline:
    """Compile a list; takes up to a second for 50,000 words, so call it in a thread.

    It is Python throughout, so that other threads get their turns while it works.

    Args:
        today: leaves out what expired before; None leaves out nothing.
        upon: a compiled list that counts as well, and is shared, not copied. Its words are more trusted:
            an allow phrase spares what its own list and those put upon it find, nothing below.

    Raises:
        WordListProblem: entries of which nothing can be looked for.
        ValueError: an option out of range, or unlike that of the list below.
    """
    return Pipeline(word_list, today, upon)
