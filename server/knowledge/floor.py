"""Whether the best passage answers the question at all, or merely has some words of it.

What decides is how much of what is rare in the question the passage has: a number from 0 to 1 that means the
same in a small base and in a large one, which a BM25 score does not. Pure.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np

from server.knowledge.index import CHARACTER_WEIGHT, Hit, Hits
from server.knowledge.terms import are_characters, terms_of

# Measured on CMRC 2018 (`dayi bench knowledge`): at 0.5, 96 of 100 questions about the base keep their
# passage, and 92 of 100 questions whose passage was taken out of the base get none.
FLOOR: Final = 0.5


def fit(question: str, hits: Hits, hit: Hit) -> float:
    """How much of what the question is about a passage has, from 0 to 1."""
    asked = np.unique(terms_of(_nothing().sub(" ", question)))
    chosen = np.isin(hits.terms, asked)
    if not chosen.any():  # nothing but words that say nothing
        chosen = np.ones(len(hits.terms), bool)
    num_all = max(hits.num_passages, int(hits.num_having.max(initial=0)))
    weights = np.log1p((num_all - hits.num_having + 0.5) / (hits.num_having + 0.5))
    weights[are_characters(hits.terms)] *= CHARACTER_WEIGHT
    weights = np.where(chosen, weights, 0.0)
    total = float(weights.sum())
    return float(weights[hit.has].sum()) / total if total else 0.0


@cache
def _nothing() -> re.Pattern[str]:
    """Words that do not say what a question is about."""
    lines = files("server.knowledge").joinpath("floor.txt").read_text("utf-8").splitlines()
    words = [word for line in lines if not line.startswith("#") for word in line.split()]
    words.sort(key=len, reverse=True)
    return re.compile(
        "|".join(rf"\b{word}\b" if word.isascii() else re.escape(word) for word in words), re.IGNORECASE
    )
