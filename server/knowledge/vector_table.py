"""The vectors of all passages beside each other, and how near each is to a question.

All are compared, exactly: in bytes, 100,000 vectors are read in a few milliseconds, so there is no structure
to build or to keep true. They lie in memory (half a megabyte for a thousand), and in files that are a cache:
which editions there are, the database knows. Reading goes on while vectors come and go. It does not know how
vectors are made, nor what nearness means.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from server.embedding import Vectors
from server.knowledge.vector_blocks import (
    SUFFIX,
    DamagedBlock,
    VectorBlock,
    block_of,
    read_block,
    write_block,
)

_AT_ONCE: Final = 2_000  # so many vectors as floats stay in the processor's cache
_LEAST_ROWS: Final = 256
_NONE: Final = 0  # no edition has this number: the row is of one that is gone

Cosines = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """What there is at one moment. Behind `num` rows there may be room for more."""

    num: int
    passages: NDArray[np.int64]
    editions: NDArray[np.int64]
    scales: NDArray[np.float32]
    codes: NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """How near every passage is to one question.

    Args:
        passages: the id of each row.
        wanted: which rows somebody may see.
        cosines: of each row.
    """

    passages: NDArray[np.int64]
    wanted: NDArray[np.bool_]
    cosines: Cosines

    def nearest(self, most: int) -> list[int]:
        """The passages that are nearest, best first."""
        seen = np.where(self.wanted, self.cosines, -np.inf)
        top = np.argpartition(seen, -most)[-most:] if len(seen) > most else np.arange(len(seen))
        top = top[np.lexsort((top, -seen[top]))]
        return [int(each) for each in self.passages[top[self.wanted[top]]]]

    def of(self, passages: Sequence[int]) -> dict[int, float]:
        """The cosines of those of these passages that have a vector."""
        rows = np.flatnonzero(np.isin(self.passages, list(passages)) & self.wanted)
        return dict(zip(self.passages[rows].tolist(), self.cosines[rows].tolist(), strict=True))


class VectorTable:
    """Vectors of one model.

    Args:
        model: its name; what another one made is not taken up.
        folder: where blocks are kept; None keeps them in memory only.
    """

    def __init__(self, model: str, folder: Path | None = None) -> None:
        self._model = model
        self._folder = folder
        self._rows = _empty(0, 0)
        self._last: dict[int, int] = {}
        self._num_of: dict[int, int] = {}
        self._changing = Lock()

    def open(self, titles: Mapping[int, str], *, owns_folder: bool = True) -> None:
        """Take up what the folder has of these editions, by their documents' titles; delete the rest.

        Args:
            titles: of the documents, by their editions.
            owns_folder: False where it is another process's: it is read, and what comes is kept in memory.
        """
        if self._folder is None:
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for leftover in self._folder.glob("*.part") if owns_folder else ():
            leftover.unlink()
        blocks: list[VectorBlock] = []
        for file in sorted(self._folder.glob(f"*{SUFFIX}")):
            try:
                block = read_block(file)
            except (DamagedBlock, FileNotFoundError):
                if owns_folder:
                    file.unlink(missing_ok=True)
                continue
            # Blocks of an edition follow each other: behind one that is missing all are made anew.
            follows = block.after == self.last_of(block.edition) and _are_alike(block, blocks)
            if block.model != self._model or titles.get(block.edition) != block.title or not follows:
                if owns_folder:
                    file.unlink()
                continue
            blocks.append(block)
            self._count(block)
        if blocks:
            self._rows = _joined(blocks)
        if not owns_folder:
            self._folder = None

    def __len__(self) -> int:
        return sum(self._num_of.values())

    def num_of(self, edition: int) -> int:
        """How many vectors there are of an edition."""
        return self._num_of.get(edition, 0)

    def last_of(self, edition: int) -> int:
        """The last passage of an edition that has a vector; 0 where none has."""
        return self._last.get(edition, 0)

    def add(self, edition: int, title: str, passages: Sequence[int], vectors: Vectors) -> None:
        """Take in the vectors of the passages that follow those of the edition that are here.

        Raises:
            ValueError: they are of another length than the others.
        """
        with self._changing:
            if self._rows.num and self._rows.codes.shape[1] != vectors.shape[1]:
                raise ValueError(f"vectors of {vectors.shape[1]} numbers among others")
            block = block_of(self._model, edition, title, self.last_of(edition), passages, vectors)
            if self._folder is not None:
                write_block(block, self._folder)
            self._rows = _with(self._rows, block)
            self._count(block)

    def remove(self, edition: int) -> None:
        """Forget an edition, here and on the disk."""
        with self._changing:
            if self._folder is not None:
                for file in self._folder.glob(f"{edition:012}-*{SUFFIX}"):
                    file.unlink()
            self._last.pop(edition, None)
            if self._num_of.pop(edition, 0):
                self._rows = _without(self._rows, edition)

    def look(self, question: NDArray[np.float32], editions: Collection[int] | None = None) -> Look:
        """How near all passages are to a question; only these editions are seen."""
        rows = self._rows
        cosines = np.zeros(rows.num, np.float32)
        if rows.num and len(question) == rows.codes.shape[1]:
            floats = np.empty((_AT_ONCE, len(question)), np.float32)
            for start in range(0, rows.num, _AT_ONCE):
                end = min(start + _AT_ONCE, rows.num)
                np.copyto(floats[: end - start], rows.codes[start:end])
                # Row by row: a product of matrices would wait for threads, and the engine has the cores.
                np.vecdot(floats[: end - start], question, out=cosines[start:end])
            cosines *= rows.scales[: rows.num]
        its = rows.editions[: rows.num]
        wanted = its != _NONE if editions is None else np.isin(its, list(editions))
        return Look(rows.passages[: rows.num], wanted, cosines)

    def _count(self, block: VectorBlock) -> None:
        self._last[block.edition] = int(block.passages[-1])
        self._num_of[block.edition] = self.num_of(block.edition) + len(block.passages)


def _are_alike(block: VectorBlock, blocks: list[VectorBlock]) -> bool:
    return not blocks or blocks[0].codes.shape[1] == block.codes.shape[1]


def _empty(num: int, num_dimensions: int) -> _Rows:
    return _Rows(
        0,
        np.zeros(num, np.int64),
        np.zeros(num, np.int64),
        np.zeros(num, np.float32),
        np.zeros((num, num_dimensions), np.int8),
    )


def _joined(blocks: list[VectorBlock]) -> _Rows:
    return _Rows(
        num=sum(len(block.passages) for block in blocks),
        passages=np.concatenate([block.passages for block in blocks]),
        editions=np.concatenate([np.full(len(block.passages), block.edition) for block in blocks]),
        scales=np.concatenate([block.scales for block in blocks]),
        codes=np.concatenate([block.codes for block in blocks]),
    )


def _with(rows: _Rows, block: VectorBlock) -> _Rows:
    """One block more, behind the others: whoever reads meanwhile does not look there."""
    start, end = rows.num, rows.num + len(block.passages)
    if end > len(rows.passages) or rows.codes.shape[1] != block.codes.shape[1]:
        rows = _with_room(rows, max(_LEAST_ROWS, 2 * end), block.codes.shape[1])
    rows.passages[start:end] = block.passages
    rows.editions[start:end] = block.edition
    rows.scales[start:end] = block.scales
    rows.codes[start:end] = block.codes
    return replace(rows, num=end)


def _with_room(rows: _Rows, num: int, num_dimensions: int) -> _Rows:
    larger = _empty(num, num_dimensions)
    for name in ("passages", "editions", "scales", "codes"):
        if rows.num:
            getattr(larger, name)[: rows.num] = getattr(rows, name)[: rows.num]
    return replace(larger, num=rows.num)


def _without(rows: _Rows, edition: int) -> _Rows:
    """The same without an edition; where half of the rows are gone, the others move together."""
    editions = rows.editions.copy()
    editions[editions == edition] = _NONE
    kept = np.flatnonzero(editions[: rows.num] != _NONE)
    if 2 * len(kept) >= rows.num:
        return replace(rows, editions=editions)
    return _Rows(len(kept), rows.passages[kept], editions[kept], rows.scales[kept], rows.codes[kept])
