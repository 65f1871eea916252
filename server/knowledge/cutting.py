"""Cuts a document into passages: at headings, then at sentences, none much longer than the target. Pure.

It does not know what a passage is good for, nor how the document was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from server.reading.blocks import Block, Piece

# Measured on CMRC 2018 whose texts were one long document each (`dayi bench knowledge`): shorter passages
# separate an answer from what it speaks about, longer ones fill the model's question with what was not asked.
TARGET_CHARS: Final = 360
OVERLAP_CHARS: Final = 60
LONGEST_CHARS: Final = 2 * TARGET_CHARS
HEADING_CHARS: Final = 120
_SENTENCE: Final = re.compile(r"[^。！？；!?;\n]*(?:[。！？；!?;]+[”’」』）)\"']*|\n|$)|\S", re.DOTALL)
_ENGLISH_END: Final = re.compile(r"(?<=[a-z0-9)][.])\s+(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    page: int | None
    heading: str


def text_of(blocks: Sequence[Block]) -> str:
    """The text of a document as it is kept and shown."""
    return "\n".join(block.text for block in blocks)


def cut(blocks: Sequence[Block], *, target: int = TARGET_CHARS, overlap: int = OVERLAP_CHARS) -> list[Piece]:
    """The passages of a document, in their order, by their places in `text_of(blocks)`.

    Args:
        blocks: the document.
        target: characters of a passage, about.
        overlap: how much of the end of a passage the next one under the same headings begins with, about.
    """
    pieces: list[Piece] = []
    for section in _sections(blocks):
        pieces += _pack(section, target, overlap)
    return pieces


def sentence_starts(text: str) -> list[int]:
    """Where the sentences of a text begin, and where the last one ends."""
    spans = list(_sentences(text))
    return [start for start, _ in spans] + [end for _, end in spans[-1:]]


def _sections(blocks: Sequence[Block]) -> Iterator[list[_Sentence]]:
    """Sentences under one heading each."""
    place = 0
    path: list[tuple[int, str]] = []
    section: list[_Sentence] = []
    has_text = False
    for block in blocks:
        if block.level:
            if has_text:
                yield section
                section, has_text = [], False
            path = [(level, title) for level, title in path if level < block.level]
            path.append((block.level, " ".join(block.text.split())[:HEADING_CHARS]))
        heading = " › ".join(title for _, title in path)
        if block.level:
            # A heading stays with the text under it; one with no text goes to what follows.
            section = [_Sentence(each.start, each.end, each.page, heading) for each in section]
            section.append(_Sentence(place, place + len(block.text), block.page, heading))
        else:
            section += [
                _Sentence(place + start, place + end, block.page, heading)
                for start, end in _sentences(block.text)
            ]
            has_text = True
        place += len(block.text) + 1
    if section:
        yield section


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    for found in _SENTENCE.finditer(text):
        start, end = found.span()
        if not found.group().strip():
            continue
        last = start
        for gap in _ENGLISH_END.finditer(text, start, end):
            yield from _parts(text, last, gap.start())
            last = gap.end()
        yield from _parts(text, last, end)


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence, or pieces of one that goes on for too long."""
    while end - start > LONGEST_CHARS:
        window = text[start : start + TARGET_CHARS]
        comma = max(window.rfind(mark) for mark in "，,、 ")
        length = comma + 1 if comma > TARGET_CHARS // 3 else TARGET_CHARS
        yield start, start + length
        start += length
    if text[start:end].strip():
        yield start, end


def _pack(sentences: list[_Sentence], target: int, overlap: int) -> Iterator[Piece]:
    first = 0
    while first < len(sentences):
        last = first
        while last + 1 < len(sentences) and sentences[last + 1].end - sentences[first].start <= target:
            last += 1
        # A short rest is not worth a passage of its own.
        rest = sentences[-1].end - sentences[last].end
        if 0 < rest <= target // 4:
            last = len(sentences) - 1
        one = sentences[first]
        yield Piece(one.start, sentences[last].end, one.heading, one.page)
        if last + 1 >= len(sentences):
            return
        following = last + 1
        # As much of the end as leaves room for something new.
        while (
            following - 1 > first
            and sentences[last].end - sentences[following - 1].start <= overlap
            and sentences[last + 1].end - sentences[following - 1].start <= target
        ):
            following -= 1
        first = following
