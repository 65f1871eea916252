"""HTML pages as blocks: what a reader sees, without menus and scripts.

The parser takes one tag after another and builds no tree, so that depth costs nothing.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

from server.reading.blocks import Block
from server.reading.kinds import decode_html

_UNSEEN: Final = {"script", "style", "template", "noscript", "svg", "nav", "iframe", "object", "select"}
_BREAKS: Final = {
    "address", "article", "aside", "blockquote", "body", "br", "dd", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "hr", "html", "li", "main", "ol", "p", "pre",
    "section", "table",
    "tbody", "thead", "tfoot", "tr", "ul", "title", "caption", "head",
}  # fmt: skip
_HEADING: Final = re.compile(r"^h[1-6]$")


def read_html(content: bytes) -> list[Block]:
    """The blocks of the page."""
    reader = _Reader()
    reader.feed(decode_html(content))
    reader.close()
    reader.end_block()
    return reader.blocks


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._words: list[str] = []
        self._level = 0
        self._unseen = ""  # the tag that began what is not seen
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._unseen:
            self._depth += tag == self._unseen
        elif tag in _UNSEEN:
            self._unseen, self._depth = tag, 1
        elif _HEADING.match(tag):
            self.end_block()
            self._level = int(tag[1])
        elif tag in _BREAKS:
            self.end_block()
        elif tag in ("td", "th") and self._words:
            self._words.append(" | ")

    def handle_endtag(self, tag: str) -> None:
        if self._unseen:
            self._depth -= tag == self._unseen
            if not self._depth:
                self._unseen = ""
        elif tag in _BREAKS or _HEADING.match(tag):
            if tag == "title":
                self._words = []  # the page says it again where it is seen
            self.end_block()

    def handle_data(self, text: str) -> None:
        if not self._unseen:
            self._words.append(text)

    def end_block(self) -> None:
        text = " ".join("".join(self._words).split()).strip(" |")
        if text:
            self.blocks.append(Block(text, self._level))
        self._words = []
        self._level = 0
