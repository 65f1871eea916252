"""How well groups and likeness agree with people, on the labelled pairs of questions. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from server.likeness import Agreement, Pair, features_of, likeness
from server.topics.grouping import Grouping


def judge_grouping(pairs: Sequence[Pair], threshold: float) -> Agreement:
    """Let all questions of some pairs be grouped, one after another, and look which pairs came together."""
    ids = count(1)
    grouping = Grouping(lambda: str(next(ids)), threshold)
    questions = dict.fromkeys(text for pair in pairs for text in (pair.question, pair.other))
    groups = {text: grouping.add(text).group for text in questions}
    return Agreement.of(
        (groups[pair.question] is not None and groups[pair.question] == groups[pair.other], pair.same)
        for pair in pairs
    )


def judge_likeness(pairs: Sequence[Pair], threshold: float) -> Agreement:
    """Look at each pair alone, all features counting as equally rare."""
    return Agreement.of(
        (likeness(features_of(pair.question), features_of(pair.other)) >= threshold, pair.same)
        for pair in pairs
    )
