"""A block of vectors: those of some passages of one edition, in one file with a checksum.

A file has its name only when it is whole. Numbers are kept as bytes with one scale a vector: a fourth of the
memory, and cosines that differ by 0.003 at most (measured). It does not know which blocks are wanted.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from server.embedding import Vectors

SUFFIX: Final = ".vectors"
_MAGIC: Final = b"DAYIVEC1"
_MOST: Final = 127
_LEAST: Final = 1e-12


class DamagedBlock(Exception):
    """A file that is no whole block; its vectors are made anew."""


@dataclass(frozen=True, slots=True, eq=False)
class VectorBlock:
    """Vectors of neighbouring passages.

    Args:
        model: what made them; vectors of two models are never compared.
        edition: whose passages these are.
        title: of the document, as it was embedded with each passage.
        after: the last passage of the block before it; 0 for the first of an edition.
        passages: the id of each passage, in growing order.
        scales: by what each row of codes is multiplied.
        codes: one row for each passage.
    """

    model: str
    edition: int
    title: str
    after: int
    passages: NDArray[np.int64]
    scales: NDArray[np.float32]
    codes: NDArray[np.int8]

    @property
    def file_name(self) -> str:
        """Where it lies among other blocks."""
        return f"{self.edition:012}-{int(self.passages[0]):012}{SUFFIX}"


def block_of(
    model: str, edition: int, title: str, after: int, passages: Sequence[int], vectors: Vectors
) -> VectorBlock:
    """A block of vectors, one for each passage."""
    scales = np.maximum(np.abs(vectors).max(axis=1), _LEAST) / _MOST
    codes = np.rint(vectors / scales[:, None]).astype(np.int8)
    ids = np.array(passages, np.int64)
    return VectorBlock(model, edition, title, after, ids, scales.astype(np.float32), codes)


def write_block(block: VectorBlock, folder: Path) -> Path:
    """Write a block; the file has its name only when it is whole and on the disk."""
    num, num_dimensions = block.codes.shape
    header = json.dumps(
        {
            "model": block.model,
            "edition": block.edition,
            "title": block.title,
            "after": block.after,
            "num": num,
            "dimensions": num_dimensions,
        }
    ).encode()
    content = b"".join(
        (
            len(header).to_bytes(4, "little"),
            header,
            block.passages.astype("<i8").tobytes(),
            block.scales.astype("<f4").tobytes(),
            block.codes.tobytes(),
        )
    )
    file = folder / block.file_name
    being_written = file.with_suffix(".part")
    with being_written.open("wb") as stream:
        stream.write(_MAGIC + zlib.crc32(content).to_bytes(4, "little"))
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    being_written.replace(file)
    return file


def read_block(file: Path) -> VectorBlock:
    """Read a block.

    Raises:
        DamagedBlock: it is not what was written.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise DamagedBlock(str(error)) from error
    begin = len(_MAGIC) + 4
    if len(content) < begin + 4 or content[: len(_MAGIC)] != _MAGIC:
        raise DamagedBlock("no block of vectors")
    body = memoryview(content)[begin:]
    if zlib.crc32(body) != int.from_bytes(content[begin - 4 : begin], "little"):
        raise DamagedBlock("the checksum is another one")
    header_bytes = int.from_bytes(body[:4], "little")
    header: dict[str, Any] = json.loads(bytes(body[4 : 4 + header_bytes]))
    num, num_dimensions = header["num"], header["dimensions"]
    rest = body[4 + header_bytes :]
    return VectorBlock(
        model=header["model"],
        edition=header["edition"],
        title=header["title"],
        after=header["after"],
        passages=np.frombuffer(rest[: 8 * num], "<i8"),
        scales=np.frombuffer(rest[8 * num : 12 * num], "<f4"),
        codes=np.frombuffer(rest[12 * num :], np.int8).reshape(num, num_dimensions),
    )
