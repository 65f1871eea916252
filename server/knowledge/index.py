"""The index of all passages: segments beside each other, ranked by BM25 over all of them.

Documents come and go without a rebuild: a new one is a segment of its own, one that is gone is skipped, and
small segments are joined now and then. Reading goes on meanwhile: what is searched never changes, it is
replaced. The index is a cache; which documents there are, and their texts, the database knows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from server.knowledge.segment import (
    DamagedSegment,
    Segment,
    join_segments,
    make_segment,
    open_segment,
    write_segment,
)
from server.knowledge.terms import Terms, are_characters

K1: Final = 0.9  # measured on CMRC 2018: 0.9 and 0.3 find best, and little depends on it
B: Final = 0.3
CHARACTER_WEIGHT: Final = 0.4  # beside pairs; without single characters one question in 200 more is missed
_COMMON: Final = 0.2  # single characters of more passages than this say nothing where passages are many
_MANY: Final = 5000
_FEW_SEGMENTS: Final = 8
_SUFFIX: Final = ".segment"


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that has something of the question.

    Args:
        passage_id: which one.
        score: comparable within one search only.
        has: for each term of the question whether the passage has it.
    """

    passage_id: int
    document: int
    score: float
    has: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found, best first.

    Args:
        terms: of the question, each once.
        num_having: how many passages have each.
        num_passages: of how many.
    """

    hits: tuple[Hit, ...]
    terms: Terms
    num_having: NDArray[np.int64]
    num_passages: int


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A segment, which of its passages are wanted, and its file."""

    segment: Segment
    wanted: NDArray[np.bool_]
    number: int

    @property
    def num_wanted(self) -> int:
        return int(np.count_nonzero(self.wanted))


class Index:
    """Every passage of every document.

    Args:
        folder: where segments are kept; None keeps them in memory only.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._parts: tuple[_Part, ...] = ()
        self._next = 1
        self._changing = Lock()

    def open(self, documents: Collection[int], *, owns_folder: bool = True) -> set[int]:
        """Take up what the folder has of these documents; return the numbers of those that it lacks.

        Args:
            documents: by their numbers.
            owns_folder: False where it is another process's: it is read, and what comes is kept in memory.
        """
        missing = set(documents)
        if self._folder is None:
            return missing
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for leftover in self._folder.glob("*.part") if owns_folder else ():
            leftover.unlink()
        parts = []
        # Newest first: where joining was cut short, the joined segment counts and its parts do not.
        for file in sorted(self._folder.glob(f"*{_SUFFIX}"), reverse=True):
            try:
                segment = open_segment(file)
            except DamagedSegment:
                if owns_folder:
                    file.unlink()
                continue
            self._next = max(self._next, int(file.stem) + 1)
            present = set(np.unique(segment.documents).tolist()) & missing
            if not present:
                if owns_folder:
                    file.unlink()
                continue
            missing -= present
            parts.append(_Part(segment, np.isin(segment.documents, list(present)), int(file.stem)))
        self._parts = tuple(reversed(parts))
        if not owns_folder:
            self._folder = None
        return missing

    def __len__(self) -> int:
        return sum(part.num_wanted for part in self._parts)

    def add(self, passages: Iterable[tuple[int, int, Terms]]) -> None:
        """Take in whole documents: of each passage its id, its document's number, its terms."""
        segment = make_segment(passages)
        if not len(segment):
            return
        with self._changing:
            self._parts = (*self._parts, self._kept(segment))
            self._join_small()

    def replace(self, document: int, passages: Iterable[tuple[int, int, Terms]]) -> None:
        """Take in a document in place of what there is of it; a search finds the one or the other."""
        segment = make_segment(passages)
        with self._changing:
            kept, gone = self._without(document)
            self._parts = (*kept, self._kept(segment)) if len(segment) else kept
            for part in gone:
                self._drop(part)
            self._join_small()

    def remove(self, document: int) -> None:
        """Skip a document from now on."""
        with self._changing:
            self._parts, gone = self._without(document)
            for part in gone:
                self._drop(part)

    def search(
        self,
        terms: Terms,
        most: int,
        documents: Collection[int] | None = None,
        also: Collection[int] = (),
    ) -> Hits:
        """The passages that have most of the terms.

        Args:
            terms: of the question.
            most: how many at most.
            documents: look in these only.
            also: passages to tell of as well, behind the others, whatever they have.
        """
        parts = self._parts
        among = None if documents is None else list(documents)
        terms = np.unique(terms)
        wanted = [
            part.wanted if among is None else part.wanted & np.isin(part.segment.documents, among)
            for part in parts
        ]
        num_passages = sum(int(np.count_nonzero(each)) for each in wanted)
        spans = [_spans(part.segment, terms) for part in parts]
        num_having = np.zeros(len(terms), np.int64)
        for starts, ends in spans:
            num_having += ends - starts
        if not num_passages or not len(terms):
            return Hits((), terms, num_having, num_passages)
        num_all = max(1, sum(len(part.segment) for part in parts))
        weights = np.log1p((num_all - num_having + 0.5) / (num_having + 0.5))
        single = are_characters(terms)
        weights[single] *= CHARACTER_WEIGHT
        if num_all > _MANY:
            weights[single & (num_having > _COMMON * num_all)] = 0
        mean_length = sum(float(part.segment.lengths.sum(dtype=np.int64)) for part in parts) / num_all
        best: list[tuple[float, int, int]] = []
        asked_for: list[tuple[float, int, int]] = []
        for which, (part, (starts, ends)) in enumerate(zip(parts, spans, strict=True)):
            scores = _scores(part.segment, starts, ends, weights, mean_length)
            scores[~wanted[which]] = 0
            top = np.argpartition(scores, -most)[-most:] if len(scores) > most else np.arange(len(scores))
            best += [(float(scores[place]), which, int(place)) for place in top if scores[place] > 0]
            if also:
                its = np.flatnonzero(np.isin(part.segment.passages, list(also)) & wanted[which])
                asked_for += [(float(scores[place]), which, int(place)) for place in its]
        best.sort(key=lambda each: (-each[0], each[1], each[2]))
        asked_for.sort(key=lambda each: (-each[0], each[1], each[2]))
        shown = best[:most]
        hits = []
        for score, which, place in shown + [each for each in asked_for if each not in shown]:
            segment = parts[which].segment
            has = np.array([_has(segment, *span, place) for span in zip(*spans[which], strict=True)])
            hits.append(Hit(int(segment.passages[place]), int(segment.documents[place]), score, has))
        return Hits(tuple(hits), terms, num_having, num_passages)

    def _without(self, document: int) -> tuple[tuple[_Part, ...], list[_Part]]:
        """The parts without a document, and those of which nothing is left."""
        kept: list[_Part] = []
        gone: list[_Part] = []
        for part in self._parts:
            its = part.segment.documents == document
            if its.any():
                part = _Part(part.segment, part.wanted & ~its, part.number)
            (kept if part.num_wanted else gone).append(part)
        return tuple(kept), gone

    def _kept(self, segment: Segment) -> _Part:
        number, self._next = self._next, self._next + 1
        if self._folder is not None:
            write_segment(segment, self._file(number))
            segment = open_segment(self._file(number))
        return _Part(segment, np.ones(len(segment), bool), number)

    def _drop(self, part: _Part) -> None:
        if self._folder is not None:
            self._file(part.number).unlink(missing_ok=True)

    def _file(self, number: int) -> Path:
        assert self._folder is not None
        return self._folder / f"{number:012}{_SUFFIX}"

    def _join_small(self) -> None:
        """Join the smallest segments, so that each passage is copied a few times only, however many come."""
        if len(self._parts) <= _FEW_SEGMENTS:
            return
        by_size = sorted(self._parts, key=lambda part: len(part.segment))
        few = _FEW_SEGMENTS // 2
        joined, size = by_size[:few], sum(len(part.segment) for part in by_size[:few])
        for part in by_size[few:]:
            if len(part.segment) > size:
                break
            joined.append(part)
            size += len(part.segment)
        one = self._kept(join_segments([(part.segment, part.wanted) for part in joined]))
        self._parts = (*(part for part in self._parts if part not in joined), one)
        for part in joined:
            self._drop(part)


def _spans(segment: Segment, terms: Terms) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the postings of each term begin and end."""
    places = np.searchsorted(segment.terms, terms)
    inside = np.minimum(places, max(0, len(segment.terms) - 1))
    known = segment.terms[inside] == terms if len(segment.terms) else np.zeros(len(terms), bool)
    starts = np.where(known, segment.starts[inside], 0).astype(np.int64)
    ends = np.where(known, segment.starts[inside + 1], 0).astype(np.int64)
    return starts, ends


def _scores(
    segment: Segment,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    weights: NDArray[np.float64],
    mean_length: float,
) -> NDArray[np.float32]:
    norms = (K1 * (1 - B + B * segment.lengths / mean_length)).astype(np.float32)
    scores = np.zeros(len(segment), np.float32)
    for start, end, weight in zip(starts.tolist(), ends.tolist(), weights.tolist(), strict=True):
        if end > start and weight > 0:
            places = segment.places[start:end]
            counts = segment.counts[start:end].astype(np.float32)
            scores[places] += np.float32(weight * (K1 + 1)) * counts / (counts + norms[places])
    return scores


def _has(segment: Segment, start: int, end: int, place: int) -> bool:
    at = start + int(np.searchsorted(segment.places[start:end], place))
    return at < end and int(segment.places[at]) == place
