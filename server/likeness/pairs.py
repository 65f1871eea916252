"""Pairs of questions that people have labelled, and how well a judge agrees with them.

Pure. `pairs.csv` holds school and public-service questions; its `half` says on which pairs a threshold may be
chosen (`tune`) and which ones judge it (`judge`); no family of questions is in both. `fresh` was written
later, before anybody had seen what the program makes of it, and then looked at: the weights of `likeness` are
fitted to it and to `tune`. `blind` was judged once, after all of that; later its errors were looked at
when lists of words grew, but nothing was ever fitted to it. `author_a`, `author_b`,
`author_e` and `author_f` were written by two strangers, whose wordings often tell a whole story; they are
fitted to, and lists of words learned from them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Pair:
    """Two questions, and whether people say that they are one question in two wordings."""

    question: str
    other: str
    same: bool
    kind: str  # wording | hard | easy
    half: str  # tune | judge | fresh | blind | author_a, b, e, f | seen


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was found of the pairs that are the same, and what was found wrongly."""

    found: int
    wrong: int
    missed: int

    @classmethod
    def of(cls, pairs: Iterable[tuple[bool, bool]]) -> Agreement:
        """Count what a judge put together against what is the same."""
        found = wrong = missed = 0
        for together, same in pairs:
            found += together and same
            wrong += together and not same
            missed += same and not together
        return cls(found, wrong, missed)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = 2 * self.found
        return both / (both + self.wrong + self.missed) if both else 0.0


def shipped_pairs() -> tuple[Pair, ...]:
    """The pairs that come with the program."""
    return tuple(
        Pair(row["question"], row["other"], row["same"] == "1", row["kind"], row["half"])
        for row in _rows("pairs.csv")
    )


def seen_pairs() -> tuple[Pair, ...]:
    """Pairs that were written beside the rules while they grew: hard ones, which judge nothing."""
    return tuple(
        Pair(row["question"], row["other"], row["same"] == "1", "", "seen") for row in _rows("pairs_seen.csv")
    )


def _rows(file: str) -> csv.DictReader[str]:
    return csv.DictReader(files("server.likeness").joinpath(file).read_text("utf-8").splitlines())
