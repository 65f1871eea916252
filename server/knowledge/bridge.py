"""When vectors say that a wording asks what an approved answer answers: measured for each embedding model.

Pure. Cosines of two models mean different things, so each model is held against the labelled pairs that
may be looked at (`tune`, `fresh`, `seen`): how much its cosine weighs beside what the words say, and from
where on at most one in a hundred that it adds would be wrong. Every pair is judged by weights that were
fitted without its family of questions. A model whose cosine says nothing that words do not say is not used.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from server.embedding import Vectors
from server.likeness import (
    SURE,
    Features,
    Pair,
    bridging,
    features_of,
    fitted,
    read,
    sameness,
    seen_pairs,
    shipped_pairs,
)

FORMAT: Final = 1  # raised when anything changes that a kept bridge rests on
PRECISION: Final = 0.99  # of what vectors add
_HALVES: Final = ("tune", "fresh")
_NUM_FOLDS: Final = 10
_NUM_DRAWS: Final = 4  # of families into folds: one draw alone would be luck
# Of the surprise at the labels, by knowing the cosine. Random weights give 0.09: they know shared characters.
_LEAST_GAIN: Final = 0.15
_FAR: Final = 0.995  # of texts of different families lie less near than where vectors begin to count
_LEAST_ADDED: Final = 10
_TOP: Final = 0.99
_KEPT_FEATURES: Final = 4096

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bridge:
    """What a model's cosines are worth.

    Args:
        weights: of the cosine, then of the signals of `bridging`.
        bias: what is added to their sum.
        threshold: from which sum on an answer is given; None: this model is of no use here.
        least_cosine: below it vectors say nothing.
        precision: of the pairs that it would add, how many are right.
        recall: how many of the same pairs are found with it …
        recall_without: … and without.
        gain: how much less surprising the labels are with the cosine than without.
        num_added: how many pairs it would add.
    """

    weights: tuple[float, ...]
    bias: float
    threshold: float | None
    least_cosine: float
    precision: float
    recall: float
    recall_without: float
    gain: float
    num_added: int

    def sureness(self, question: str, wording: str, cosine: float) -> float:
        """How sure it is that both ask the same, by vectors: at least `SURE`, or 0."""
        if self.threshold is None or not cosine >= self.least_cosine:
            return 0.0
        signals = bridging(_features(question), _features(wording))
        if signals is None:
            return 0.0
        total = self.bias + sum(map(float.__mul__, self.weights, (cosine, *signals)))
        if total < self.threshold:
            return 0.0
        least, likely = _likely(self.threshold), _likely(total)
        return SURE + (_TOP - SURE) * (likely - least) / (1 - least)

    def as_row(self) -> dict[str, Any]:
        """For keeping."""
        return {"format": FORMAT, **asdict(self), "weights": list(self.weights)}

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Bridge | None:
        """A kept one; None where it was made of something else."""
        if row.get("format") != FORMAT:
            return None
        values = {name: row[name] for name in cls.__dataclass_fields__}
        return cls(**{**values, "weights": tuple(values["weights"])})


def texts_to_embed() -> list[str]:
    """The questions of the pairs that a bridge is built on."""
    return sorted({text for pair in _pairs() for text in (pair.question, pair.other)})


def digest_of_pairs() -> str:
    """Changes with the pairs, and so with what a kept bridge rests on."""
    rows = [f"{pair.question}\n{pair.other}\n{pair.same}" for pair in _pairs()]
    return hashlib.sha256("\n\n".join(rows).encode()).hexdigest()[:16]


def build(texts: Sequence[str], vectors: Vectors) -> Bridge:
    """Measure a model.

    Args:
        texts: those of `texts_to_embed`.
        vectors: what the model makes of them.
    """
    pairs, row_of = _pairs(), {text: row for row, text in enumerate(texts)}
    mine = vectors[[row_of[pair.question] for pair in pairs]]
    theirs = vectors[[row_of[pair.other] for pair in pairs]]
    cosines = np.einsum("ij,ij->i", mine, theirs).astype(np.float64)
    found = [bridging(features_of(pair.question), features_of(pair.other)) for pair in pairs]
    num_signals = max(len(each or ()) for each in found)
    words = np.array([each or (0.0,) * num_signals for each in found])
    is_open = np.array([each is not None for each in found])
    same = np.array([pair.same for pair in pairs])
    by_words = np.array([sameness(read(pair.question), read(pair.other)) >= SURE for pair in pairs])
    families = _families(pairs)
    signals = np.column_stack([cosines, words])
    scores, surprise = _judged(signals, same, is_open, families)
    _, surprise_without = _judged(words, same, is_open, families)
    gain = 1 - surprise / surprise_without
    least_cosine = _strange(texts, vectors, pairs, families)
    asked = is_open & ~by_words & (cosines >= least_cosine)
    threshold, num_added, precision = _threshold(scores[asked], same[asked])
    if gain < _LEAST_GAIN or num_added < _LEAST_ADDED:
        threshold, num_added = None, 0
    weights, bias = fitted(signals[is_open], same[is_open].astype(float))
    num_found, num_same = int((by_words & same).sum()), int(same.sum())
    return Bridge(
        weights=tuple(map(float, weights)),
        bias=bias,
        threshold=threshold,
        least_cosine=least_cosine,
        precision=precision,
        recall=(num_found + round(num_added * precision)) / num_same,
        recall_without=num_found / num_same,
        gain=gain,
        num_added=num_added,
    )


def _pairs() -> list[Pair]:
    return [pair for pair in shipped_pairs() if pair.half in _HALVES] + list(seen_pairs())


def _judged(
    signals: Floats, same: NDArray[np.bool_], is_open: NDArray[np.bool_], families: Sequence[int]
) -> tuple[Floats, float]:
    """What others' weights say of each pair, and how surprising the labels are then."""
    scores = np.zeros(len(same))
    for draw in range(_NUM_DRAWS):
        dice = random.Random(draw)  # noqa: S311 -- no secret
        fold_of = [dice.randrange(_NUM_FOLDS) for _ in range(max(families) + 1)]
        folds = np.array([fold_of[family] for family in families])
        for fold in range(_NUM_FOLDS):
            others = is_open & (folds != fold)
            weights, bias = fitted(signals[others], same[others].astype(float))
            scores[folds == fold] += (signals[folds == fold] @ weights + bias) / _NUM_DRAWS
    signs = np.where(same[is_open], 1.0, -1.0)
    return scores, float(np.logaddexp(0.0, -signs * scores[is_open]).mean())


def _threshold(scores: Floats, same: NDArray[np.bool_]) -> tuple[float | None, int, float]:
    """The lowest score from which on enough is right, how many that gives, and how many of them are."""
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(same[order])
    precise = np.flatnonzero(right / np.arange(1, len(order) + 1) >= PRECISION)
    if not len(precise):
        return None, 0, 0.0
    last = int(precise[-1])
    return float(scores[order[last]]), last + 1, float(right[last] / (last + 1))


def _strange(texts: Sequence[str], vectors: Vectors, pairs: Sequence[Pair], families: Sequence[int]) -> float:
    """How near questions of different families come, but for the odd one."""
    family_of = {}
    for pair, family in zip(pairs, families, strict=True):
        family_of[pair.question] = family_of[pair.other] = family
    of_text = np.array([family_of[text] for text in texts])
    others = np.triu(of_text[:, None] != of_text[None, :])
    return float(np.quantile((vectors @ vectors.T)[others], _FAR))


def _families(pairs: Sequence[Pair]) -> list[int]:
    """Numbers of families: questions that any pair connects."""
    parent: dict[str, str] = {}

    def root(text: str) -> str:
        while parent.setdefault(text, text) != text:
            text = parent[text]
        return text

    for pair in pairs:
        parent[root(pair.question)] = root(pair.other)
    roots = [root(pair.question) for pair in pairs]
    number_of = {each: number for number, each in enumerate(dict.fromkeys(roots))}
    return [number_of[each] for each in roots]


def _likely(total: float) -> float:
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, total))))


@lru_cache(_KEPT_FEATURES)
def _features(text: str) -> Features:
    return features_of(text)
