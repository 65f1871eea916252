"""How alike two questions are: a number from 0 to 1, by what they share and by where they part.

Pure. Some signals of two readings are looked at by small trees, which were fitted to labelled pairs by
`python -m bench.fitting`. How questions are read is known in `reading`, `fields` and `features`, who asks
them and what is made of the number is not known here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Final

from server.likeness.features import Features
from server.likeness.fields import told
from server.likeness.reading import Reading
from server.likeness.sameness import SURE, how_wanted, is_turned, sameness, shared_chars
from server.likeness.trees import added_up, shipped_trees

_MOST_GAP_CHARS: Final = 4
_MOST_BEYOND_CHARS: Final = 6
_MOST_FIELDS: Final = 5
_MOST_WEIGHT: Final = 8.0
_LEAST_TOLD: Final = 0.12
_SAID_BY_BOTH: Final = 0.7  # where nothing is named in Chinese, or all of it in English
_SAID_BY_ONE: Final = 0.5
_OTHER_STEP: Final = 0.5  # of what the trees say, where two part in nothing but a step
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
    """What is looked at in two questions. The shorter one is that which tells less.

    Args:
        cover: how much of the shorter one the other one says, too, character by character.
        gap: how many characters each of the two says that the other does not say.
        beyond: how many characters one of them says that the other does not say.
        wanted: how well what is wanted of it agrees.
        same_wanted: both want something, and of that something the same.
        other_wanted: both want something, and nothing the same.
        what_how: one asks what it is, the other how.
        open_how: one asks how, the other for nothing in particular.
        by_way: one asks how, say, the other where, which is often the same.
        other_act: another thing is done with it.
        open_act: only one says what is done with it.
        only_act: that, and they part in nothing else.
        more_acts: they share something that is done, and differ in something else.
        other_step: of what changes matters (lost, moved, annulled), something is said by one of them only.
        same_weak: both have one of the words that many questions have.
        other_weak: both have such words, and none is the same.
        open_weak: only one has such a word.
        other_kind: another thing of a kind, or another number that says which.
        more_kinds: they share things of a kind, and one of the two names more of them.
        other_latin: each has a word in Latin letters that the other does not have.
        other_number: both name numbers of something, and others.
        other_mark: a word that says which one of a kind is in one of them only.
        denied: something is denied in one of them only.
        turned: one thing becomes another, the other way round.
        frame: how much of the longer one stands word for word at the beginning and the end of both.
        chars: how many of all characters both have.
        lengths: by how much the one is longer, as a share of the longer one.
        told: how much of the shorter one the other one tells, words of one field counted in part.
        named: how much of it in the same words.
        missed: how much is left of it, as a weight.
        retold: how much of the longer one the shorter one tells.
        beside: how much is left of that.
        sure: how sure it is that both ask the same.
        size: how much the shorter one tells, as a weight.
        fields_held: how many of the fields of the one with fewer the other one has.
        fields_shared: how many of all their fields both have, as a share.
        num_fields: and as a number.
    """

    cover: float
    gap: float
    beyond: float
    wanted: float
    same_wanted: bool
    other_wanted: bool
    what_how: bool
    open_how: bool
    by_way: bool
    other_act: bool
    open_act: bool
    only_act: bool
    more_acts: bool
    other_step: bool
    same_weak: bool
    other_weak: bool
    open_weak: bool
    other_kind: bool
    more_kinds: bool
    other_latin: bool
    other_number: bool
    other_mark: bool
    denied: bool
    turned: bool
    frame: float
    chars: float
    lengths: float
    told: float
    named: float
    missed: float
    retold: float
    beside: float
    sure: float
    size: float
    fields_held: float
    fields_shared: float
    num_fields: float


# Acts that make another matter of it: who applies for a card has not lost it.
# fmt: off
_STEPS: Final = frozenset((
    "annul", "activate", "unlock", "modify", "transfer", "appeal", "reissue", "renew", "move", "close",
    "movein", "moveout", "lapse", "cancel", "freeze", "suspend", "resume", "makeup", "correct", "bind",
    "unbind", "giveback", "lend", "leave", "inherit", "handover", "reset", "prove", "discover", "lose",
    "repair", "prevent", "treat", "scrap", "adopt", "sell", "mortgage", "demolish", "quit", "postpone",
))
# fmt: on
NAMES: Final = tuple(field.name for field in fields(Signals))
_looked_at: Final = attrgetter(*NAMES)


def likeness(one: Features, other: Features) -> float:
    """How alike two questions are, from 0 to 1; 1 only where nothing but polite words differs.

    Two that would be given one approved answer are alike, whatever the trees say.
    """
    sure = sameness(one.reading, other.reading)
    if sure == 1:
        return 1.0
    if not (one.reading.content or other.reading.content):
        return max(sure, _SAID_BY_BOTH * _without_content(one, other))
    less, more = sorted((one, other), key=_by_what_is_told)
    if sure < SURE and less.telling.units and told(less.telling, more.telling).freely < _LEAST_TOLD:
        return 0.0  # most of what a question is held against, which need not be weighed
    found = signals(one, other)
    likely = 1 / (1 + math.exp(-added_up(shipped_trees(*NAMES), _looked_at(found))))
    if found.only_act and found.other_step:
        likely *= _OTHER_STEP
    return max(likely, SURE) if sure >= SURE else likely


def _without_content(one: Features, other: Features) -> float:
    """How alike two questions are that name nothing in Chinese: those who wrote the pairs seldom did that."""
    mine, theirs = one.latin, other.latin
    if not mine or not theirs:
        same = one.reading.acts == other.reading.acts and one.reading.soft == other.reading.soft
        return float(same and not mine and not theirs) * how_wanted(one.reading, other.reading)
    shared = len(mine & theirs) / min(len(mine), len(theirs))
    return shared if mine <= theirs or theirs <= mine else shared * _SAID_BY_ONE


def signals(one: Features, other: Features) -> Signals:
    """Hold two questions against each other."""
    mine, theirs = one.reading, other.reading
    less, more = sorted((one, other), key=_by_what_is_told)
    here, there = told(less.telling, more.telling), told(more.telling, less.telling)
    in_fields, fewest, all_fields = _fields(one, other)
    cover, gap, beyond = _overlap(one, other)
    longest = max(len(mine.key), len(theirs.key), 1)
    share_acts, share_weak = bool(mine.acts & theirs.acts), bool(mine.weak & theirs.weak)
    share_aspects, both_want = bool(mine.aspects & theirs.aspects), bool(mine.aspects and theirs.aspects)
    kinds = [_held(set(names), set(theirs.kinds.get(kind, ()))) for kind, names in mine.kinds.items()]
    return Signals(
        cover=cover,
        gap=gap,
        beyond=beyond,
        wanted=how_wanted(mine, theirs),
        same_wanted=share_aspects,
        other_wanted=both_want and not share_aspects,
        what_how=_one_each(mine, theirs, frozenset({"what"})),
        open_how=_one_each(mine, theirs, frozenset()),
        by_way=not share_aspects and mine.aspects | theirs.aspects in _NEAR,
        other_act=bool(mine.acts and theirs.acts) and not share_acts,
        open_act=bool(mine.acts) != bool(theirs.acts),
        only_act=bool(mine.acts) != bool(theirs.acts) and gap == 0,
        more_acts=share_acts and mine.acts != theirs.acts,
        other_step=mine.acts & _STEPS != theirs.acts & _STEPS,
        same_weak=share_weak,
        other_weak=bool(mine.weak and theirs.weak) and not share_weak,
        open_weak=bool(mine.weak) != bool(theirs.weak),
        other_kind="other" in kinds
        or any(numbers != other.which.get(unit, numbers) for unit, numbers in one.which.items()),
        more_kinds="more" in kinds,
        other_latin=not (one.latin <= other.latin or other.latin <= one.latin),
        other_number=bool(mine.content and mine.numbers and theirs.numbers)
        and mine.numbers != theirs.numbers,
        other_mark=mine.marks != theirs.marks,
        denied=mine.num_negations != theirs.num_negations,
        turned=mine.is_directed and theirs.is_directed and is_turned(mine, theirs),
        frame=_framed(mine.key, theirs.key) / longest,
        chars=len(one.telling.chars & other.telling.chars)
        / max(1, len(one.telling.chars | other.telling.chars)),
        lengths=abs(len(mine.key) - len(theirs.key)) / longest,
        told=here.freely,
        named=here.by_name,
        missed=here.missed,
        retold=there.freely,
        beside=min(there.missed, _MOST_WEIGHT),
        sure=sameness(mine, theirs),
        size=min(less.telling.weight, _MOST_WEIGHT),
        fields_held=in_fields / max(1, fewest),
        fields_shared=in_fields / max(1, all_fields),
        num_fields=min(in_fields, _MOST_FIELDS),
    )


def _by_what_is_told(question: Features) -> tuple[int, str]:
    return len(question.telling.units), question.telling.text


def _fields(one: Features, other: Features) -> tuple[int, int, int]:
    """How many fields both have, how many the one with fewer, and how many there are in all."""
    mine, theirs = one.telling.fields, other.telling.fields
    shared = len(mine & theirs)
    return shared, min(len(mine), len(theirs)), len(mine) + len(theirs) - shared


def _one_each(one: Reading, other: Reading, wanted: frozenset[str]) -> bool:
    """Whether one of the two asks how, and the other for something else."""
    return (one.aspects == wanted and "how" in other.aspects) or (
        other.aspects == wanted and "how" in one.aspects
    )


def _framed(one: str, other: str) -> int:
    """How many characters stand at the beginning and at the end of both."""
    shorter = min(len(one), len(other))
    start = next((place for place in range(shorter) if one[place] != other[place]), shorter)
    left = shorter - start
    return start + next((place for place in range(left) if one[-1 - place] != other[-1 - place]), left)


def _held(one: set[str], other: set[str]) -> str:
    """How things of one kind that two questions name go together: `other` things, `more` of them, or fine."""
    if not one or not other or one == other:
        return ""
    return "more" if one < other or other < one else "other"


def _overlap(one: Features, other: Features) -> tuple[float, float, float]:
    """How much of the shorter one is said by both, and how many characters neither and not both share."""
    first, second = "\n".join(one.reading.content), "\n".join(other.reading.content)
    mine, theirs = len(first) - first.count("\n"), len(second) - second.count("\n")
    shared = shared_chars(first, second)[0] if mine and theirs else 0
    shared += _LATIN_CHARS * len(one.latin & other.latin)
    mine += _LATIN_CHARS * len(one.latin)
    theirs += _LATIN_CHARS * len(other.latin)
    if not mine and not theirs:
        same = one.reading.acts == other.reading.acts and one.reading.soft == other.reading.soft
        return float(same), 0.0, 0.0
    gap, beyond = sorted((mine - shared, theirs - shared))
    return shared / max(1, min(mine, theirs)), min(gap, _MOST_GAP_CHARS), min(beyond, _MOST_BEYOND_CHARS)
