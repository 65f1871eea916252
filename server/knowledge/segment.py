"""A segment of the index: for each term the passages that have it, as arrays that never change.

A segment is written as one file with a checksum, and mapped into memory when it is opened. It does not know
which of its passages are still wanted, nor how they are ranked.
"""

from __future__ import annotations

import json
import mmap
import os
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from server.knowledge.terms import Terms

_MAGIC: Final = b"DAYIKNW1"
_ALIGN_BYTES: Final = 64
_MOST_OF_A_TERM: Final = 255
_TYPES: Final = {
    "terms": "<u8",
    "starts": "<u4",
    "places": "<u4",
    "counts": "u1",
    "passages": "<i8",
    "documents": "<i8",
    "lengths": "<u4",
}


class DamagedSegment(Exception):
    """A file that is no whole segment; it is made anew from the database."""


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Some passages, and where each term occurs in them.

    Args:
        terms: every term, in growing order.
        starts: where the postings of each term begin; one more than there are terms.
        places: the passage of each posting, by its place in the segment.
        counts: how often the term is in it, at most 255.
        passages: the id of each passage.
        documents: the number of the document of each passage.
        lengths: how many terms each passage has.
    """

    terms: NDArray[np.uint64]
    starts: NDArray[np.uint32]
    places: NDArray[np.uint32]
    counts: NDArray[np.uint8]
    passages: NDArray[np.int64]
    documents: NDArray[np.int64]
    lengths: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.passages)


def make_segment(passages: Iterable[tuple[int, int, Terms]]) -> Segment:
    """A segment of passages, each with its id, the number of its document, and its terms."""
    ids, documents, lengths, terms, counts = [], [], [], [], []
    for passage_id, document, found in passages:
        unique, num_times = np.unique(found, return_counts=True)
        ids.append(passage_id)
        documents.append(document)
        lengths.append(len(found))
        terms.append(unique)
        counts.append(np.minimum(num_times, _MOST_OF_A_TERM).astype(np.uint8))
    sizes = [len(each) for each in terms]
    places = np.repeat(np.arange(len(ids), dtype=np.uint32), sizes)
    return _sorted(
        np.concatenate(terms) if terms else np.empty(0, np.uint64),
        places,
        np.concatenate(counts) if counts else np.empty(0, np.uint8),
        passages=np.array(ids, np.int64),
        documents=np.array(documents, np.int64),
        lengths=np.array(lengths, np.uint32),
    )


def join_segments(parts: Sequence[tuple[Segment, NDArray[np.bool_]]]) -> Segment:
    """One segment of several, with those of their passages that are still wanted."""
    terms, places, counts, offset = [], [], [], 0
    for segment, wanted in parts:
        renumbered = np.cumsum(wanted, dtype=np.uint32) - 1 + offset
        kept = wanted[segment.places]
        of_each = np.repeat(segment.terms, np.diff(segment.starts))
        terms.append(of_each[kept])
        places.append(renumbered[segment.places[kept]].astype(np.uint32))
        counts.append(segment.counts[kept])
        offset += int(wanted.sum())
    return _sorted(
        np.concatenate(terms),
        np.concatenate(places),
        np.concatenate(counts),
        passages=np.concatenate([segment.passages[wanted] for segment, wanted in parts]),
        documents=np.concatenate([segment.documents[wanted] for segment, wanted in parts]),
        lengths=np.concatenate([segment.lengths[wanted] for segment, wanted in parts]),
    )


def write_segment(segment: Segment, file: Path) -> None:
    """Write a segment; the file has its name only when it is whole and on the disk."""
    table, blobs, place = {}, [], 0
    for name, kind in _TYPES.items():
        blob = np.ascontiguousarray(getattr(segment, name), dtype=kind).tobytes()
        table[name] = [place, len(blob)]
        padded = blob + bytes(-len(blob) % _ALIGN_BYTES)
        blobs.append(padded)
        place += len(padded)
    header = json.dumps(table).encode()
    header += b" " * (-(len(_MAGIC) + 8 + len(header)) % _ALIGN_BYTES)
    crc = zlib.crc32(header)
    for blob in blobs:
        crc = zlib.crc32(blob, crc)
    being_written = file.with_suffix(".part")
    with being_written.open("wb") as stream:
        stream.write(_MAGIC + crc.to_bytes(4, "little") + len(header).to_bytes(4, "little") + header)
        for blob in blobs:
            stream.write(blob)
        stream.flush()
        os.fsync(stream.fileno())
    being_written.replace(file)


def open_segment(file: Path) -> Segment:
    """Map a segment into memory.

    Raises:
        DamagedSegment: it is not what was written.
    """
    try:
        with file.open("rb") as stream:
            mapped = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError) as error:
        raise DamagedSegment(str(error)) from error
    begin = len(_MAGIC) + 8
    if len(mapped) < begin or bytes(mapped[: len(_MAGIC)]) != _MAGIC:
        raise DamagedSegment("not a segment")
    crc = int.from_bytes(mapped[begin - 8 : begin - 4], "little")
    if zlib.crc32(mapped[begin:]) != crc:
        raise DamagedSegment("the checksum is another one")
    header_bytes = int.from_bytes(mapped[begin - 4 : begin], "little")
    table: dict[str, list[int]] = json.loads(bytes(mapped[begin : begin + header_bytes]))
    body = mapped[begin + header_bytes :]
    arrays: dict[str, Any] = {
        name: np.frombuffer(body[start : start + size], dtype=_TYPES[name])
        for name, (start, size) in table.items()
    }
    return Segment(**arrays)


def _sorted(
    terms: NDArray[np.uint64],
    places: NDArray[np.uint32],
    counts: NDArray[np.uint8],
    *,
    passages: NDArray[np.int64],
    documents: NDArray[np.int64],
    lengths: NDArray[np.uint32],
) -> Segment:
    order = np.lexsort((places, terms))
    terms = terms[order]
    unique, first = np.unique(terms, return_index=True)
    return Segment(
        terms=unique,
        starts=np.append(first, len(terms)).astype(np.uint32),
        places=places[order],
        counts=counts[order],
        passages=passages,
        documents=documents,
        lengths=lengths,
    )
