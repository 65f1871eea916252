"""How alike two questions are: a number from 0 to 1, by what they share and by where they part.

Pure. A few signals of two readings are weighed; the weights were fitted to labelled pairs by
`python -m bench.fitting`, which says on which. How questions are read is known in `reading` and `features`,
who asks them and what is made of the number is not known here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter, mul
from typing import Final

from server.likeness.features import Features
from server.likeness.sameness import how_wanted, is_turned, shared_chars

_MOST_GAP_CHARS: Final = 4
_LATIN_CHARS: Final = 2  # a word in Latin letters counts as a Chinese one of so many characters
# Wanted alike: where, who (a telephone) and how; how, and by what rule.
_NEAR: Final = (
    {"how", "where"},
    {"how", "phone"},
    {"where", "phone"},
    {"how", "papers"},
    {"how", "rule"},
)


@dataclass(frozen=True, slots=True)
class Signals:
    """What is looked at in two questions; of a pair that differs in nothing, all are 0 but two, which are 1.

    Args:
        cover: how much of the shorter one the other one says, too.
        wanted: how well what is wanted of it agrees.
        gap: how many characters each of the two says that the other does not say.
        other_act: another thing is done with it.
        open_act: only one says what is done with it.
        only_act: that, and they part in nothing else.
        more_acts: they share something that is done, and differ in something else.
        other_kind: another thing of a kind, or another number that says which.
        more_kinds: they share things of a kind, and one of the two names more of them.
        other_latin: each has a word in Latin letters that the other does not have.
        turned: one thing becomes another, the other way round.
        by_way: one asks how, say, the other where, which is often the same.
    """

    cover: float
    wanted: float
    gap: float
    other_act: bool
    open_act: bool
    only_act: bool
    more_acts: bool
    other_kind: bool
    more_kinds: bool
    other_latin: bool
    turned: bool
    by_way: bool


# Printed by `python -m bench.fitting`.
WEIGHTS: Final[Mapping[str, float]] = {
    "cover": 2.14,
    "wanted": 3.94,
    "gap": -0.57,
    "other_act": -2.82,
    "open_act": -1.18,
    "only_act": -0.79,
    "more_acts": -3.17,
    "other_kind": -2.73,
    "more_kinds": -1.26,
    "other_latin": -2.38,
    "turned": -2.71,
    "by_way": 2.54,
}
BIAS: Final = -4.18
_weighed: Final = attrgetter(*WEIGHTS)


def likeness(one: Features, other: Features) -> float:
    """How alike two questions are, from 0 to 1; 1 only where nothing but polite words differs."""
    if one.reading.key and one.reading.key == other.reading.key:
        return 1.0
    found = signals(one, other)
    return 1 / (1 + math.exp(-BIAS - sum(map(mul, WEIGHTS.values(), _weighed(found)))))


def signals(one: Features, other: Features) -> Signals:
    """Hold two questions against each other."""
    mine, theirs = one.reading, other.reading
    cover, gap = _overlap(one, other)
    share_acts = bool(mine.acts & theirs.acts)
    opens_act = bool(mine.acts) != bool(theirs.acts)
    kinds = [_held(set(names), set(theirs.kinds.get(kind, ()))) for kind, names in mine.kinds.items()]
    return Signals(
        cover=cover,
        wanted=how_wanted(mine, theirs),
        gap=gap,
        other_act=bool(mine.acts and theirs.acts) and not share_acts,
        open_act=opens_act,
        only_act=opens_act and gap == 0,
        more_acts=share_acts and mine.acts != theirs.acts,
        other_kind="other" in kinds
        or any(numbers != other.which.get(unit, numbers) for unit, numbers in one.which.items()),
        more_kinds="more" in kinds,
        other_latin=not (one.latin <= other.latin or other.latin <= one.latin),
        turned=mine.is_directed and theirs.is_directed and is_turned(mine, theirs),
        by_way=not mine.aspects & theirs.aspects and mine.aspects | theirs.aspects in _NEAR,
    )


def _held(one: set[str], other: set[str]) -> str:
    """How things of one kind that two questions name go together: `other` things, `more` of them, or fine."""
    if not one or not other or one == other:
        return ""
    return "more" if one < other or other < one else "other"


def _overlap(one: Features, other: Features) -> tuple[float, float]:
    """How much of the shorter one is said by both, and how many characters neither shares."""
    first, second = "\n".join(one.reading.content), "\n".join(other.reading.content)
    mine, theirs = len(first) - first.count("\n"), len(second) - second.count("\n")
    shared = shared_chars(first, second)[0] if mine and theirs else 0
    shared += _LATIN_CHARS * len(one.latin & other.latin)
    mine += _LATIN_CHARS * len(one.latin)
    theirs += _LATIN_CHARS * len(other.latin)
    if not mine and not theirs:
        return float(one.reading.acts == other.reading.acts and one.reading.soft == other.reading.soft), 0.0
    return shared / max(1, min(mine, theirs)), min(mine - shared, theirs - shared, _MOST_GAP_CHARS)
