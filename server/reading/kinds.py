"""What a file is, by its content: its name is the word of a stranger."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final, Literal

from filters.encodings import decode_lines
from server.reading.problems import Unreadable

Kind = Literal["pdf", "docx", "html", "markdown", "text"]

UNPACKED_BYTES: Final = 300 * 1024 * 1024
NUM_MEMBERS: Final = 20_000
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOOKED_AT_BYTES: Final = 4096
_HTML: Final = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_MARKDOWN: Final = re.compile(r"^(?:#{1,6}\s+\S|={3,}\s*$|```)", re.MULTILINE)
_CHARSET: Final = re.compile(
    rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([a-zA-Z0-9_:-]{2,20})""", re.IGNORECASE
)


def kind_of(content: bytes) -> Kind:
    """What the content is.

    Raises:
        Unreadable: it is nothing that can be read.
    """
    if not content.strip():
        raise Unreadable("document_empty")
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content.startswith(b"PK\x03\x04"):
        return _of_archive(content)
    if content.startswith(_OLE):
        # The old binary formats, and the envelope of every encrypted new one.
        encrypted = "EncryptedPackage".encode("utf-16-le") in content
        raise Unreadable("document_encrypted" if encrypted else "document_old_word")
    if content.startswith((b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"Rar!", b"7z\xbc")):
        raise Unreadable("document_unknown")
    if _HTML.search(content[:_LOOKED_AT_BYTES]):
        return "html"
    return "markdown" if _MARKDOWN.search(decode(content)) else "text"


def decode(content: bytes) -> str:
    """The text of a file of text: UTF-8, UTF-16 or GB 18030.

    Raises:
        Unreadable: it is no text.
    """
    lines = decode_lines(content)
    if lines is None:
        raise Unreadable("document_unknown")
    num_bad = sum(not line.readable for line in lines)
    if num_bad > max(2, len(lines) // 10):
        raise Unreadable("document_unknown")
    return "\n".join(line.text for line in lines)


def decode_html(content: bytes) -> str:
    """The text of a page: by the mark before it or the bytes themselves, and where those do not tell, by what
    the page says of itself."""
    told = _CHARSET.search(content[:_LOOKED_AT_BYTES])
    if told and told[1].lower() not in (b"utf-8", b"utf8", b"gb2312", b"gbk", b"gb18030"):
        try:
            return content.decode(told[1].decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(content)


def _of_archive(content: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError):
        raise Unreadable("document_damaged") from None
    if "word/document.xml" not in {member.filename for member in members}:
        raise Unreadable("document_unknown")
    if len(members) > NUM_MEMBERS or sum(member.file_size for member in members) > UNPACKED_BYTES:
        raise Unreadable("document_too_large")
    if any(member.flag_bits & 1 for member in members):
        raise Unreadable("document_encrypted")
    return "docx"
