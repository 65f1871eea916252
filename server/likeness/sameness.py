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
_ANY_WAY: Final = frozenset({"apply", "calculate", "formula", "cause", "pay", "use", "feature"})
_SWAPPED: Final = 0.55
_PART_OF_IT: Final = 0.7  # what it is, and what something of it is
_UNSHARED: Final = 0.5
_OPEN_KIND: Final = 0.85
# "How much" may be any of them, and "what is it" asks for its content.
_AKIN: Final = ({"amount", "cost"}, {"amount", "length"}, {"amount", "age"}, {"what", "summary"})
_MILD: Final = frozenset({"how", "what"})
# Put before a word, or behind it, they make another word of it: 氢氧化钙, 副校长, 逆定理.
TELLING: Final = frozenset(
    "氢亚次过重反非超副单双多前后大小新旧男女老幼上下左右内外正负逆初末首总分主代准半全零异同"
)
_OTHER_WORD: Final = 0.6
_LONGEST_PIECE: Final = 24
_SHORT: Final = 4  # characters of a text in which a single one is a word


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
    if one.is_directed and other.is_directed and is_turned(one, other):
        return "direction"
    return None


def is_turned(one: Reading, other: Reading) -> bool:
    """Whether two things that both name come in the other order."""
    first, second = "\n".join(one.content), "\n".join(other.content)
    places = [(first.index(run), second.index(run)) for run in one.pieces & other.pieces]
    return any(a < c and b > d for a, b in places for c, d in places)


def _alike(one: Reading, other: Reading) -> float:
    """How much of what both say is said by the other one, too."""
    first, second = "\n".join(one.content), "\n".join(other.content)
    mine, theirs = len(first) - first.count("\n"), len(second) - second.count("\n")
    if mine and theirs:
        shared, left = shared_chars(first, second)
        alike = 2 * shared / (mine + theirs + _UNSHARED * (mine + theirs - 2 * shared))
    else:
        shared, left = 0, frozenset[str]()
        alike = float(not mine and not theirs and (bool(one.acts) or one.soft == other.soft))
    if one.named != other.named:
        alike *= _OPEN_KIND
    if left & TELLING:
        alike *= _OTHER_WORD
    alike *= how_wanted(one, other)
    i_say_more = shared < mine or asks_more(one, other)
    they_say_more = shared < theirs or asks_more(other, one)
    if (i_say_more and (they_say_more or adds_a_word(other, one))) or (
        they_say_more and adds_a_word(one, other)
    ):
        alike *= _SWAPPED  # each says something that the other one does not
    elif max(mine, theirs) - shared > 1 and one.aspects == other.aspects == {"what"}:
        alike *= _PART_OF_IT
    return alike


def how_wanted(one: Reading, other: Reading) -> float:
    """How well what is wanted of it agrees."""
    factor = 1.0
    if one.aspects != other.aspects and not one.aspects & other.aspects:
        if one.aspects | other.aspects in _AKIN:
            factor *= _MILD_ASPECT
        elif one.aspects | other.aspects == {"how", "why"}:
            factor *= _WHAT_OR_HOW  # how it came about, and why
        elif one.aspects | other.aspects <= _MILD:
            factor *= _MILD_ASPECT if not one.aspects or not other.aspects else _WHAT_OR_HOW
        else:
            factor *= _OTHER_ASPECT if one.aspects and other.aspects else _OPEN_ASPECT
    if one.weak != other.weak and not one.weak & other.weak:
        if one.weak and other.weak:
            factor *= _OTHER_WEAK
        elif (one.weak | other.weak) - _LIGHT:
            factor *= _OPEN_WEAK
    return factor


def asks_more(one: Reading, other: Reading) -> bool:
    """Whether one wants something of it, or names a way, that the other does not."""
    if one.weak - other.weak - _LIGHT:
        return True
    if one.aspects & other.aspects or one.aspects | other.aspects in (*_AKIN, {"how", "why"}):
        return False
    return bool(one.aspects - _MILD)


def adds_a_word(one: Reading, other: Reading) -> bool:
    """Whether one has a word more that says little, which is little only where the other has none for it."""
    return bool(one.soft - other.soft or one.weak - other.weak - _ANY_WAY)


def shared_chars(one: str, other: str) -> tuple[int, frozenset[str]]:
    """How many characters lie in pieces that both have, and which lie in none.

    Single characters are pieces only where they are whole runs, or little else is said.
    """
    one, other = sorted((one, other), key=lambda text: (len(text), text))
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
    return shared, frozenset(one + other)
