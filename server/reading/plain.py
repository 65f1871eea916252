"""Text and Markdown as blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from server.reading.blocks import Block
from server.reading.headings import level_of
from server.reading.kinds import decode

_ATX: Final = re.compile(r"^ {0,3}(#{1,6})\s+(.+?)\s*#*\s*$")
_UNDERLINE: Final = re.compile(r"^ {0,3}(=+|-{3,})\s*$")
_FENCE: Final = re.compile(r"^ {0,3}(```|~~~)")
_LINK: Final = re.compile(r"!?\[([^\]\[]{0,300})\]\([^)\s]{0,2000}(?:\s+\"[^\"]{0,200}\")?\)")
_MARKS: Final = re.compile(r"\*\*|__|`")


def read_text(content: bytes) -> Iterator[Block]:
    """Every line that is not empty is a paragraph; some are headings by their form."""
    for line in decode(content).split("\n"):
        if line.strip():
            yield Block(line, level_of(line))


def read_markdown(content: bytes) -> Iterator[Block]:
    """Headings, and paragraphs of lines that belong together, without the marks."""
    paragraph: list[str] = []
    fence = ""
    lines = decode(content).split("\n")
    if lines and lines[0].strip() == "---" and "---" in (line.strip() for line in lines[1:50]):
        end = next(number for number, line in enumerate(lines[1:50], 1) if line.strip() == "---")
        lines = lines[end + 1 :]
    for line in lines:
        fenced = _FENCE.match(line)
        if fence or fenced:
            if fenced and not fence:
                fence = fenced[1]
            elif fenced and fenced[1] == fence:
                fence = ""
            else:
                paragraph.append(line)
            continue
        heading = _ATX.match(line)
        under = _UNDERLINE.match(line) if paragraph else None
        if heading or not line.strip() or under:
            if under and len(paragraph) == 1:
                yield Block(_plain(paragraph[0]), 1 if under[1].startswith("=") else 2)
            elif paragraph:
                yield Block(_plain("\n".join(paragraph)))
            paragraph = []
            if heading:
                yield Block(_plain(heading[2]), len(heading[1]))
            continue
        paragraph.append(line)
    if paragraph:
        yield Block(_plain("\n".join(paragraph)))


def _plain(text: str) -> str:
    return _MARKS.sub("", _LINK.sub(r"\1", text))
