"""How well groups and likeness agree with people, on pairs of questions that people have labelled.

Pure. `pairs.csv` holds school and public-service questions; its `half` says on which pairs a threshold may be
chosen (`tune`) and which ones judge it (`judge`); no family of questions is in both.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import count

from server.topics.grouping import Grouping
from server.topics.likeness import features_of, likeness


@dataclass(frozen=True, slots=True)
class Pair:
    """Two questions, and whether people say that they are one question in two wordings."""

    question: str
    other: str
    same: bool
    kind: str  # wording | hard | easy
    half: str  # tune | judge


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was found of the pairs that are the same, and what was found wrongly."""

    found: int
    wrong: int
    missed: int

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = 2 * self.found
        return both / (both + self.wrong + self.missed) if both else 0.0


def shipped_pairs() -> tuple[Pair, ...]:
    """The pairs that come with the program."""
    lines = files("server.topics").joinpath("pairs.csv").read_text("utf-8").splitlines()
    return tuple(
        Pair(row["question"], row["other"], row["same"] == "1", row["kind"], row["half"])
        for row in csv.DictReader(lines)
    )


def judge_grouping(pairs: Sequence[Pair], threshold: float) -> Agreement:
    """Let all questions of some pairs be grouped, one after another, and look which pairs came together."""
    ids = count(1)
    grouping = Grouping(lambda: str(next(ids)), threshold)
    questions = dict.fromkeys(text for pair in pairs for text in (pair.question, pair.other))
    groups = {text: grouping.add(text).group for text in questions}
    return _agreement(
        (groups[pair.question] is not None and groups[pair.question] == groups[pair.other], pair.same)
        for pair in pairs
    )


def judge_likeness(pairs: Sequence[Pair], threshold: float) -> Agreement:
    """Look at each pair alone, all features counting as equally rare."""
    return _agreement(
        (likeness(features_of(pair.question), features_of(pair.other)) >= threshold, pair.same)
        for pair in pairs
    )


def _agreement(pairs: Iterable[tuple[bool, bool]]) -> Agreement:
    found = wrong = missed = 0
    for together, same in pairs:
        found += together and same
        wrong += together and not same
        missed += same and not together
    return Agreement(found, wrong, missed)
