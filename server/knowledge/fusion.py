"""Words and nearness together: in which order passages come, and what may be less like in words.

The best by words counts 1, the others their share of it; nearness (`vector_scale`) is added with a weight.
Without vectors everything is as the words say. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

# Chosen with m3e-small on CMRC 2018, on the questions of `dayi bench answers` and on those in
# `bench/passage_questions` (bench/LOG.md says which chose what). Of weights from 0.5 to 2 recall in CMRC 2018
# is 0.98 to 0.99; questions in other words gain with the weight.
_NEARNESS_WEIGHT: Final = 1.5
_HAS_ALL: Final = 0.9  # of what is rare in a question: such a passage is not put behind by nearness
# A passage that is about as near as an answer is to its question may have less of what is rare in it.
# Nearness takes nothing away: tried, and it refused as much of what fits as of what does not.
_NEAR: Final = 0.8
_RELIEF_OF_NEARNESS: Final = 0.4
_MOST_RELIEF: Final = 0.2


def strengths(scores: Sequence[float], nearness: Sequence[float | None]) -> list[float]:
    """How strong each passage is, by words and nearness; only differences mean something.

    Args:
        scores: of BM25.
        nearness: of each; None where it has no vector yet.
    """
    best = max(scores, default=0.0) or 1.0
    near = max((each for each in nearness if each is not None), default=0.0)
    # What has no vector yet counts as near as its words are like: it is found as it was without vectors.
    return [
        score / best + _NEARNESS_WEIGHT * (near * score / best if its is None else its)
        for score, its in zip(scores, nearness, strict=True)
    ]


def order(scores: Sequence[float], fits: Sequence[float], strength: Sequence[float]) -> list[int]:
    """The places of passages, best first.

    Args:
        scores: of BM25.
        fits: how much of what is rare in the question each has (`floor`).
        strength: of each.
    """
    places = sorted(range(len(scores)), key=lambda place: (-strength[place], -scores[place]))
    first = max(places, key=lambda place: scores[place], default=None)
    if first is not None and fits[first] >= _HAS_ALL and fits[places[0]] < fits[first]:
        places.remove(first)
        places.insert(0, first)
    return places


def relief(nearness: float | None) -> float:
    """How much less of what is rare in the question suffices, where a passage is near."""
    if nearness is None:
        return 0.0
    return min(_MOST_RELIEF, max(0.0, _RELIEF_OF_NEARNESS * (nearness - _NEAR)))
