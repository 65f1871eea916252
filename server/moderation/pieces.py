"""A snapshot as bytes: rows in pieces that are told apart by their digests, so that a process which follows
reads only those that it does not know.

A piece ends after an entry whose id says so, not after a number of them: what is added or taken away changes
its own piece and no other. What rows mean is not known here.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from operator import attrgetter
from typing import Any, Final, NamedTuple

from server.storage.words import StoredList, StoredWord

Pieces = Mapping[str, tuple[StoredWord, ...]]  # by digest
FORMAT: Final = 2
_MAGIC: Final = b"dayi-words\n"
_SIZE: Final = struct.Struct(">I")
_ENDS_PIECE: Final = 0x1FF  # an entry in so many ends a piece
_DIGEST_CHARS: Final = 32
_COLUMNS: Final = tuple(StoredWord.__dataclass_fields__)
_VALUES: Final = attrgetter(*_COLUMNS)


class Read(NamedTuple):
    """What was read; `pieces` is for the next reading."""

    lists: tuple[StoredList, ...]
    words: tuple[StoredWord, ...]
    pieces: Pieces


def write(lists: Sequence[StoredList], words: Sequence[StoredWord]) -> bytes:
    """Lists and entries as bytes."""
    texts = [_dumps(list(map(_VALUES, rows))) for rows in _cut(words)]
    parts = [zlib.compress(text) for text in texts]
    head = {
        "format": FORMAT,
        "lists": [asdict(each) for each in lists],
        "word_columns": _COLUMNS,
        "pieces": [(_digest(_COLUMNS, text), len(part)) for text, part in zip(texts, parts, strict=True)],
    }
    packed = zlib.compress(_dumps(head))
    return b"".join((_MAGIC, _SIZE.pack(len(packed)), packed, *parts))


def read(content: bytes, known: Pieces) -> Read:
    """Lists and entries of bytes; those of known pieces are taken over as they are.

    Raises:
        ValueError: it is damaged, or of a format that this release does not know.
    """
    try:
        if not content.startswith(_MAGIC):
            return _read_first_format(content)
        place = len(_MAGIC) + _SIZE.size
        (num_bytes,) = _SIZE.unpack_from(content, len(_MAGIC))
        head = json.loads(zlib.decompress(content[place : place + num_bytes]))
        if head["format"] != FORMAT:
            raise ValueError(f"format {head['format']}")
        place += num_bytes
        columns, pieces = tuple(head["word_columns"]), {}
        words: list[StoredWord] = []
        for digest, num_bytes in head["pieces"]:
            rows = known.get(digest)
            if rows is None:
                rows = _rows(content[place : place + num_bytes], columns, digest)
            pieces[digest] = rows
            words += rows
            place += num_bytes
        return Read(tuple(StoredList(**each) for each in head["lists"]), tuple(words), pieces)
    except (zlib.error, struct.error, KeyError, TypeError, IndexError) as error:
        raise ValueError(f"damaged snapshot: {error!r}") from error


def _cut(words: Sequence[StoredWord]) -> Iterator[Sequence[StoredWord]]:
    first = 0
    for end, word in enumerate(words, 1):
        if zlib.crc32(word.id.encode()) & _ENDS_PIECE == 0 or end == len(words):
            yield words[first:end]
            first = end


def _rows(part: bytes, columns: tuple[str, ...], digest: str) -> tuple[StoredWord, ...]:
    text = zlib.decompress(part)
    if _digest(columns, text) != digest:
        raise ValueError("damaged snapshot: a piece is not what it was")
    return _words(columns, json.loads(text))


def _words(columns: tuple[str, ...], rows: list[Any]) -> tuple[StoredWord, ...]:
    if columns == _COLUMNS:  # the rule, and several times faster
        return tuple(StoredWord(*row) for row in rows)
    return tuple(StoredWord(**dict(zip(columns, row, strict=True))) for row in rows)


def _read_first_format(content: bytes) -> Read:
    """One compressed JSON object, as earlier releases wrote it."""
    head = json.loads(zlib.decompress(content))
    if head["format"] != 1:
        raise ValueError(f"format {head['format']}")
    words = _words(tuple(head["word_columns"]), head["words"])
    return Read(tuple(StoredList(**each) for each in head["lists"]), words, {})


def _digest(columns: tuple[str, ...], text: bytes) -> str:
    """The same for the same rows, and for nothing else."""
    return hashlib.sha256(_dumps(columns) + text).hexdigest()[:_DIGEST_CHARS]


def _dumps(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()
