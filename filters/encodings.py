"""Finds out how a text file is encoded, and reads its lines.

It does not know what the lines mean.
"""

from __future__ import annotations

import codecs
from typing import Final, NamedTuple

_UTF16_MARKS: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


class Line(NamedTuple):
    """A line without its end; one that is not readable shows what could be read."""

    number: int
    text: str
    readable: bool = True


def decode_lines(data: bytes) -> list[Line] | None:
    """All lines, or None if this is no text at all.

    UTF-8 with bad bytes is mostly valid GB 18030, read as nonsense; so the lines vote: where
    half of those that are not ASCII are UTF-8, the others are bad lines.
    """
    for mark, encoding in _UTF16_MARKS.items():
        if data.startswith(mark):
            return _decode_utf16(data[len(mark) :], encoding)
    data = data.removeprefix(codecs.BOM_UTF8)
    if b"\0" in data:
        unmarked = _unmarked_utf16(data)
        return _decode_utf16(data, unmarked) if unmarked else None
    raw_lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    telling = [line for line in raw_lines if not line.isascii()]
    num_utf8 = sum(_read(line, "utf-8") is not None for line in telling)
    encoding = "utf-8" if 2 * num_utf8 >= len(telling) else "gb18030"
    return [_line(number, line, encoding) for number, line in enumerate(raw_lines, 1)]


def _decode_utf16(data: bytes, encoding: str) -> list[Line]:
    text = data.decode(encoding, "replace").replace("\r\n", "\n").replace("\r", "\n")
    return [Line(number, line, "\ufffd" not in line) for number, line in enumerate(text.split("\n"), 1)]


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without its mark: zeros stand on one side of the ASCII signs, and nothing controls anything."""
    if len(data) % 2:
        return None
    encoding = "utf-16-le" if data[1::2].count(0) > data[::2].count(0) else "utf-16-be"
    text = _read(data, encoding)
    if text is None or any(char < " " and char not in "\t\r\n" for char in text):
        return None
    return encoding


def _line(number: int, line: bytes, encoding: str) -> Line:
    text = _read(line, encoding)
    return Line(number, line.decode(encoding, "replace"), False) if text is None else Line(number, text)


def _read(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None
