"""Takes the marks of Markdown out of an answer while it comes, for a desk that writes plain paragraphs.

Pure. Headings, quotes, bullets, bold type and backticks lose their marks and keep their words; numbers of a
list stay, and what is no mark (a sum, a dash) stays as it is.
"""

from __future__ import annotations

import re
from typing import Final

_OF_A_LINE: Final = r" {0,3}(?:#{1,6} +|> ?|[-*+] +)"
_FIRST: Final = re.compile(rf"(?:\A|(?<=\n)){_OF_A_LINE}|\*\*|`")
_LATER: Final = re.compile(rf"(?<=\n){_OF_A_LINE}|\*\*|`")
# What may become a mark with the next character.
_LINE_OPEN: Final = r" {0,3}(?:#{0,6}|>|[-+]|\*+) *\Z"
_OPEN_FIRST: Final = re.compile(rf"(?:\A|\n){_LINE_OPEN}|\*+\Z")
_OPEN_LATER: Final = re.compile(rf"\n{_LINE_OPEN}|\*+\Z")


class PlainText:
    """An answer without marks."""

    def __init__(self) -> None:
        self._held = ""
        self._has_begun = False
        self.was_changed = False

    def feed(self, piece: str) -> str:
        """More of the answer; what of it is let out."""
        self._held += piece
        found = (_OPEN_LATER if self._has_begun else _OPEN_FIRST).search(self._held)
        return self._release(len(self._held) if found is None else found.start())

    def flush(self) -> str:
        """The answer is over; what is let out of the rest."""
        return self._release(len(self._held))

    def _release(self, end: int) -> str:
        if end == 0:
            return ""
        part, self._held = self._held[:end], self._held[end:]
        text = (_LATER if self._has_begun else _FIRST).sub("", part)
        self._has_begun = True
        self.was_changed |= text != part
        return text
