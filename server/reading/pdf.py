"""PDF as blocks with page numbers; lines that were broken for the page's width are joined."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pypdfium2
from pypdfium2.raw import FPDF_ERR_PASSWORD

from server.reading.blocks import Block
from server.reading.headings import level_of
from server.reading.problems import Unreadable

NUM_PAGES: Final = 5000
TITLE_CHARS: Final = 40
_FULL: Final = 0.75  # a line shorter than this part of the longest one ends its paragraph
_ENDS: Final = re.compile(r"[。！？；：.!?:;]”?$")
_ITEM: Final = re.compile(r"^(?:[（(]?[一二三四五六七八九十\d]{1,3}[）)、.．]|第.{1,5}[章条节]|[•·●■◆▪-]\s)")
_PAGE_NUMBER: Final = re.compile(r"^[-—–\s]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*/\s*\d{1,4})?[-—–\s]*$")


def read_pdf(content: bytes) -> Iterator[Block | tuple[int, int]]:
    """The blocks of each page, and after each page how many are done of how many.

    Raises:
        Unreadable: encrypted, damaged, without any text, or too long.
    """
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        encrypted = getattr(error, "err_code", None) == FPDF_ERR_PASSWORD
        raise Unreadable("document_encrypted" if encrypted else "document_damaged") from None
    num_pages = len(document)
    if num_pages > NUM_PAGES:
        raise Unreadable("document_too_large")
    has_text = False
    for number in range(num_pages):
        try:
            page = document[number]
            text = page.get_textpage().get_text_range()
        except pypdfium2.PdfiumError:
            raise Unreadable("document_damaged") from None
        for block in _blocks(text, number + 1):
            # What a page begins a document with, on a short line of its own, is its title.
            is_title = not has_text and len(block.text) <= TITLE_CHARS and not _ENDS.search(block.text)
            has_text = True
            yield Block(block.text, 1, block.page) if is_title else block
        page.close()
        yield number + 1, num_pages
    if not has_text:
        raise Unreadable("document_scanned")


def _blocks(text: str, page: int) -> Iterator[Block]:
    # A hyphen that broke a word comes as U+FFFE.
    lines = [line.strip() for line in text.replace("\ufffe", "").replace("\r", "\n").split("\n")]
    lines = [line for line in lines if line and not _PAGE_NUMBER.match(line)]
    longest = max(map(len, lines), default=0)
    paragraph = ""
    for line in lines:
        level = level_of(line)
        if paragraph and (level or _ITEM.match(line)):
            yield Block(paragraph, 0, page)
            paragraph = ""
        if level:
            yield Block(line, level, page)
            continue
        needs_gap = paragraph and paragraph[-1].isascii() and paragraph[-1] != "-" and line[0].isascii()
        paragraph += (" " if needs_gap else "") + line
        if len(line) < _FULL * longest or (_ENDS.search(line) and len(line) < longest - 1):
            yield Block(paragraph, 0, page)
            paragraph = ""
    if paragraph:
        yield Block(paragraph, 0, page)
