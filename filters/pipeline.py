"""The compiled filter: check a whole text, or open a stream.

Whole texts are screened first, for most contain nothing; only a suspicious one is walked, by
the code that walks streams. It does not know who asks, or what is done with a verdict.
"""

from __future__ import annotations

from filters.fold import fold
from filters.lexicon import Lexicon
from filters.stream import Stream
from filters.types import Direction, Verdict, WordList, strongest


class Pipeline:
    """A word list at work. Immutable: to change words, compile anew and swap the reference.

    Fails closed: `check` lets every exception through and never answers with an unchecked text,
    so a caller that has no verdict has nothing to pass on. A stream in which something raised
    is blocked.
    """

    def __init__(self, word_list: WordList) -> None:
        self.version = word_list.version
        self._lexicon = Lexicon(word_list)
        self.longest_hold_chars = self._lexicon.longest_hold_chars()

    def check(self, text: str, direction: Direction) -> Verdict:
        """The verdict on a whole text."""
        folded = fold(text)
        if not self._suspects(text, folded, direction):
            return Verdict(None, text, (), folded, self.version)
        stream = Stream(self._lexicon, direction)
        passed = stream.run(text)
        matches = stream.matches
        action = strongest(match.action for match in matches)
        return Verdict(action, passed, matches, folded, self.version)

    def stream(self, direction: Direction) -> Stream:
        """A new stream; it keeps this list to its end, whatever is published meanwhile."""
        return Stream(self._lexicon, direction)

    def _suspects(self, text: str, folded: str, direction: Direction) -> bool:
        for lane in self._lexicon.lanes:
            looked_at = fold(text, keep_ignored=True) if lane.keep_ignored else folded
            if lane.screens[direction].suspects(looked_at):
                return True
        return False


def compile_pipeline(word_list: WordList) -> Pipeline:
    """Compile a list; takes up to a second for 50,000 words, so call it in a thread.

    Raises:
        WordListProblem: entries of which nothing can be looked for.
        ValueError: an option out of range.
    """
    return Pipeline(word_list)
