"""Word documents as blocks: paragraphs and tables in their order, headings by their styles."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, Final

from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml.etree import XMLSyntaxError

from server.reading.blocks import Block
from server.reading.headings import level_of
from server.reading.problems import Unreadable

_HEADING: Final = re.compile(r"^(?:heading|标题)\s*([1-9])$", re.IGNORECASE)
_TITLES: Final = ("title", "标题")


def read_docx(content: bytes) -> Iterator[Block]:
    """The blocks of the document.

    Raises:
        Unreadable: it is damaged.
    """
    try:
        document = Document(io.BytesIO(content))
    except (PackageNotFoundError, XMLSyntaxError, KeyError, ValueError):
        raise Unreadable("document_damaged") from None
    levels: dict[str, int] = {}
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            yield from _rows(part)
        elif part.text.strip():
            yield Block(part.text, _level(part, levels))


def _level(paragraph: Paragraph, levels: dict[str, int]) -> int:
    style: Any = paragraph.style
    if style is None:
        return level_of(paragraph.text)
    if style.style_id not in levels:
        levels[style.style_id] = _level_of_style(style)
    return levels[style.style_id] or level_of(paragraph.text)


def _level_of_style(style: Any) -> int:
    """By its name, or by the outline level that it or what it rests on has."""
    for _ in range(10):
        if style is None:
            break
        name = (style.name or "").strip()
        numbered = _HEADING.match(name)
        if numbered:
            return int(numbered[1])
        if name.lower() in _TITLES:
            return 1
        outline = style.element.xpath("./w:pPr/w:outlineLvl/@w:val")
        if outline and outline[0].isdecimal() and int(outline[0]) < 9:
            return int(outline[0]) + 1
        style = getattr(style, "base_style", None)
    return 0


def _rows(table: Table) -> Iterator[Block]:
    for row in table.rows:
        cells: list[str] = []
        last: Any = None
        for cell in row.cells:
            if cell._tc is not last:  # cells that were joined come once for each column
                cells.append(" ".join(cell.text.split()))
            last = cell._tc
        text = " | ".join(cell for cell in cells if cell)
        if text:
            yield Block(text)
