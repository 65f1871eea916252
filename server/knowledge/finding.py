"""Finds the passages that fit a question, or says that none does.

Words find (`index`) and, if there is an embedding model, vectors too (`passage_vectors`). It does not know
how documents come and go, nor what becomes of the passages.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from server.knowledge.floor import FLOOR, fit, says_nothing
from server.knowledge.fusion import order, relief, strengths
from server.knowledge.index import Hits, Index
from server.knowledge.passage_vectors import NearPassages, PassageVectors
from server.knowledge.terms import terms_of
from server.knowledge.types import Grounded, Nothing, Passage
from server.storage import passages
from server.storage.database import Database
from server.storage.passages import StoredPassage

MOST: Final = 4  # passages for a question, before the budget
_LOOKED_AT: Final = 12
# What is far behind the best one is about something else. In a base of a few passages scores say little, so
# what fits about as well is shown, too.
_WORTH_STRENGTH: Final = 0.5  # of that of the best by words
_WORTH_FIT: Final = 0.75
LOOKED_AT_CHARS: Final = 500  # of a question


class Shown(Protocol):
    """Which editions somebody may see."""

    def editions_for(self, class_id: str | None) -> frozenset[int] | None: ...

    @property
    def num_documents(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that has something of a question or is near it, and how well it fits."""

    passage: Passage
    fit: float
    fits: bool


class PassageFinder:
    """The documents as the chat asks them.

    Args:
        database: where the passages are.
        index: what they are found with.
        shelf: which of them somebody may see.
        vectors: how near passages are, if there is a model that says so.
    """

    def __init__(
        self, database: Database, index: Index, shelf: Shown, vectors: PassageVectors | None = None
    ) -> None:
        self._database = database
        self._index = index
        self._shelf = shelf
        self._vectors = vectors

    async def find(self, question: str, class_id: str | None) -> Grounded | Nothing:
        """The passages that fit a question of somebody in this class, best first."""
        candidates = await self.candidates(question, class_id)
        if not candidates or not candidates[0].fits:
            has_none = self._shelf.editions_for(class_id) == frozenset() or not self._shelf.num_documents
            return Nothing(is_empty=has_none or says_nothing(question[:LOOKED_AT_CHARS]))
        best = candidates[0]
        strongest = max(each.passage.score for each in candidates)
        return Grounded(
            tuple(each.passage for each in candidates[:MOST] if _is_worth_showing(each, best.fit, strongest))
        )

    async def candidates(self, question: str, class_id: str | None) -> list[Candidate]:
        """What comes closest, whether it fits or not."""
        editions = self._shelf.editions_for(class_id)
        question = question[:LOOKED_AT_CHARS]
        near = None if self._vectors is None else await self._vectors.near(question, editions, _LOOKED_AT)
        ranked = await asyncio.to_thread(_search, self._index, question, editions, near)
        if not ranked:
            return []
        async with self._database.read() as connection:
            rows = await passages.get_many(connection, [each.passage_id for each in ranked])
        found: list[Candidate] = []
        for each in ranked:
            row = rows.get(each.passage_id)  # None: deleted since, or another edition is in effect
            if row is not None and not any(_overlap(row, other.passage) for other in found):
                found.append(Candidate(_passage(row, each.strength), each.fit, each.fit >= FLOOR))
        return found


def passage_id(document_id: str, start: int, end: int) -> str:
    """The name of a passage: its place, so that it is found again when its document was read anew."""
    return f"{document_id}.{start}.{end}"


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage at its place, best first.

    Args:
        strength: by words and nearness.
        fit: how much of what is rare in the question it has, or may be taken to have, being near it.
    """

    passage_id: int
    document: int
    strength: float
    fit: float


def rank(question: str, hits: Hits, nearness_of: Mapping[int, float]) -> list[Ranked]:
    """Passages that were found, in the order of words and nearness; of what has no vector words decide."""
    fits = [fit(question, hits, hit) for hit in hits.hits]
    scores = [hit.score for hit in hits.hits]
    nearness = [nearness_of.get(hit.passage_id) for hit in hits.hits]
    strength = strengths(scores, nearness)
    return [
        Ranked(
            hits.hits[place].passage_id,
            hits.hits[place].document,
            strength[place],
            min(1.0, fits[place] + relief(nearness[place])),
        )
        for place in order(scores, fits, strength)
    ]


def _search(
    index: Index, question: str, editions: frozenset[int] | None, near: NearPassages | None
) -> list[Ranked]:
    if near is None:
        return rank(question, index.search(terms_of(question), _LOOKED_AT, editions), {})
    hits = index.search(terms_of(question), _LOOKED_AT, editions, near.passages)
    return rank(question, hits, near.nearness_of([hit.passage_id for hit in hits.hits]))


def _is_worth_showing(candidate: Candidate, best_fit: float, strongest: float) -> bool:
    if candidate.passage.score >= strongest - _WORTH_STRENGTH:
        return True
    return candidate.fit >= _WORTH_FIT * best_fit


def _passage(row: StoredPassage, score: float) -> Passage:
    return Passage(
        id=passage_id(row.document_id, row.start, row.end),
        document_id=row.document_id,
        title=row.title,
        text=row.text,
        heading=row.heading,
        page=row.page,
        score=score,
    )


def _overlap(row: StoredPassage, other: Passage) -> bool:
    """Whether more than half of a passage is in another one already."""
    if row.document_id != other.document_id:
        return False
    _, start, end = other.id.rsplit(".", 2)
    shared = min(row.end, int(end)) - max(row.start, int(start))
    return shared * 2 > row.end - row.start
