"""Whether two questions ask the same, so surely that one answer may be given to both.

Pure. Grouping may be generous; an answer that people approved may not be given to another question. So what
speaks against it comes first: another number, a negation, another thing of a kind, another act, a thing
turned into another in the other direction. Only then it counts how much of what both say is said by the
other one, too. Better to miss a wording than to answer a question that was not asked.
"""

from __future__ import annotations

from typing import Final

from server.likeness.reading import Reading

SURE: Final = 0.6  # chosen on one half of `pairs.csv`, judged on the other: see `dayi bench likeness`

# How much is left of a sureness where one says what the other leaves open, or says it otherwise.
_OTHER_ASPECT: Final = 0.3
_OPEN_ASPECT: Final = 0.55
_MILD_ASPECT: Final = 0.98  # one asks how, the other what, or nothing in particular
_WHAT_OR_HOW: Final = 0.7
_OTHER_WEAK: Final = 0.6
_OPEN_WEAK: Final = 0.85
_LIGHT: Final = frozenset(
    {"apply", "calculate", "content", "express", "write", "use", "pay", "cause", "feature"}
)
_SWAPPED: Final = 0.55
_UNSHARED: Final = 0.5
_OPEN_KIND: Final = 0.85
_MILD: Final = frozenset({"how", "what"})
_LONGEST_PIECE: Final = 24
_SHORT: Final = 4  # characters of a text in which a single one is a word
# What is wanted of a formula, a definition or a way is often the same thing.
_AKIN: Final = (frozenset({"how", "what"}), frozenset({"how", "papers"}))


def sameness(one: Reading, other: Reading) -> float:
    """How sure it is that both ask the same: 1 for the same words, 0 where something speaks against it."""
    if one.key and one.key == other.key:
        return 1.0
    if one.is_empty or other.is_empty or speaks_against(one, other) is not None:
        return 0.0
    return min(0.99, _alike(one, other))


def speaks_against(one: Reading, other: Reading) -> str | None:
    """What makes two questions different ones, whatever they have in common; None where nothing does."""
    if one.numbers != other.numbers:
        return "number"
    if one.num_negations != other.num_negations:
        return "negation"
    if one.foreign != other.foreign:
        return "foreign"
    if one.acts != other.acts:
        return "act"
    if one.marks != other.marks:
        return "mark"
    for kind, names in one.kinds.items():
        others = other.kinds.get(kind)
        if others is None:
            continue
        if set(names) != set(others):
            return "kind"
    if one.is_directed and other.is_directed and _is_turned(one, other):
        return "direction"
    return None


def _is_turned(one: Reading, other: Reading) -> bool:
    """Whether two things that both name come in the other order."""
    first, second = "\n".join(one.content), "\n".join(other.content)
    places = [(first.index(run), second.index(run)) for run in one.pieces & other.pieces]
    return any(a < c and b > d for a, b in places for c, d in places)


def _alike(one: Reading, other: Reading) -> float:
    """How much of what both say is said by the other one, too."""
    first, second = "\n".join(one.content), "\n".join(other.content)
    mine, theirs = len(first) - first.count("\n"), len(second) - second.count("\n")
    if mine and theirs:
        shared = _shared(first, second)
        alike = 2 * shared / (mine + theirs + _UNSHARED * (mine + theirs - 2 * shared))
    else:
        shared = 0
        alike = float(not mine and not theirs and (bool(one.acts) or one.soft == other.soft))
    if one.named != other.named:
        alike *= _OPEN_KIND
    alike *= _wanted(one, other)
    i_say_more = shared < mine or _asks_more(one, other)
    they_say_more = shared < theirs or _asks_more(other, one)
    return alike * _SWAPPED if i_say_more and they_say_more else alike


def _wanted(one: Reading, other: Reading) -> float:
    """How well what is wanted of it agrees."""
    factor = 1.0
    if one.aspects != other.aspects and not one.aspects & other.aspects:
        if one.aspects | other.aspects <= _MILD:
            factor *= _MILD_ASPECT if not one.aspects or not other.aspects else _WHAT_OR_HOW
        else:
            factor *= _OTHER_ASPECT if one.aspects and other.aspects else _OPEN_ASPECT
    if one.weak != other.weak and not one.weak & other.weak:
        if one.weak and other.weak:
            factor *= _OTHER_WEAK
        elif (one.weak | other.weak) - _LIGHT:
            factor *= _OPEN_WEAK
    return factor


def _asks_more(one: Reading, other: Reading) -> bool:
    """Whether one wants something of it, or names a way, that the other does not."""
    if one.weak - other.weak - _LIGHT:
        return True
    return bool(one.aspects - _MILD) and not one.aspects & other.aspects


def _shared(one: str, other: str) -> int:
    """How many characters lie in pieces that both have; single characters only if they are whole runs."""
    if len(one) > len(other):
        one, other = other, one
    shared = 0
    for size in range(min(len(one), _LONGEST_PIECE), 0, -1):
        place = 0
        while place + size <= len(one):
            piece = one[place : place + size]
            is_word = size > 1 or len(one) <= _SHORT or f"\n{piece}\n" in f"\n{one}\n"
            if is_word and "\n" not in piece and "\t" not in piece and piece in other:
                shared += size
                other = other.replace(piece, "\t", 1)
                one = f"{one[:place]}\t{one[place + size :]}"
            place += 1
    return shared
