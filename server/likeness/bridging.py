"""What two questions have in common beside how near the vectors of an embedding model lie.

Pure. Vectors bridge another wording, but siblings (等腰, 等边), parts of a thing and what is wanted of it
(怎么办, 在哪办) lie as near as wordings do. So vectors are heard only where both want the same, no piece is
exchanged for another, and none is put to the whole of what the other one says. What the signals weigh is
fitted for each model by whoever uses them. What speaks against two questions being one is decided before, by
`speaks_against`, and no vector overrules it.
"""

from __future__ import annotations

from typing import Final

from server.likeness.features import Features
from server.likeness.likeness import signals
from server.likeness.sameness import (
    TELLING,
    adds_a_word,
    asks_more,
    how_wanted,
    sameness,
    shared_chars,
    speaks_against,
)

_WANTED_ALIKE: Final = 0.5  # below: one wants something that the other does not want
_WORD_CHARS: Final = 2
_FRAME: Final = 0.5  # so much of a sentence stays the same when a thing is named in the place of another


def bridging(one: Features, other: Features) -> tuple[float, ...] | None:
    """What is weighed beside a cosine; None where vectors may not say anything.

    Returns:
        How sure words alone make it, how many characters each says that the other does not, whether one asks
        more, adds a word, or has a character more that makes another word of it.
    """
    mine, theirs = one.reading, other.reading
    if mine.is_empty or theirs.is_empty or speaks_against(mine, theirs) is not None:
        return None
    if how_wanted(mine, theirs) < _WANTED_ALIKE:
        return None
    one_says, other_says = "".join(mine.content), "".join(theirs.content)
    if _frame(one_says, other_says) > 0 or _frame(mine.key, theirs.key) >= _FRAME:
        return None
    if _is_of_it(one_says, other_says) or _is_of_it(other_says, one_says):
        return None
    _, left = shared_chars("\n".join(mine.content), "\n".join(theirs.content))
    return (
        sameness(mine, theirs),
        signals(one, other).gap,
        float(asks_more(mine, theirs) or asks_more(theirs, mine)),
        float(adds_a_word(mine, theirs) or adds_a_word(theirs, mine)),
        float(bool(left & TELLING)),
    )


def _is_of_it(one: str, other: str) -> bool:
    """Whether one asks about the whole of what the other asks something of: 浮力, 浮力的方向."""
    return bool(one) and one in other and len(other) - len(one) >= _WORD_CHARS


def _frame(one: str, other: str) -> float:
    """How much of the shorter one is the same at both ends, with a piece exchanged for another between."""
    shorter = min(len(one), len(other))
    begin = next((n for n in range(shorter) if one[n] != other[n]), shorter)
    end = next((n for n in range(shorter - begin) if one[-1 - n] != other[-1 - n]), shorter - begin)
    return (begin + end) / shorter if begin + end < shorter else 0.0
