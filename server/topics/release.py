"""Which numbers may move between two looks, so that nobody is made out by comparing them.

Pure. A number moves when the questions that are new in it are of enough people, and when no sum of all that
was ever told stands for fewer (`bundles`); where a few of them would give somebody away together, some stay.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

from server.topics.bundles import Bundles, Key, Moves, Told, Wanted

_TRIES: Final = 4  # to let a number move without some of its questions


def moves(
    told: Told,
    wanted: Wanted,
    small_group: int,
    refused: Callable[[Moves], Key | None] = lambda found: None,
) -> Moves:
    """What may be added to which numbers now; the others stay as they were told.

    Args:
        told: what is known already.
        wanted: what is true now.
        small_group: fewest people a sum may stand for.
        refused: names a number that must not move, for a reason of the caller's own.
    """
    known = {key: told.questions(key) for key in wanted.numbers}
    editions = {
        key: {question: edition for edition, ids in batches for question in ids}
        for key, batches in told.batches.items()
    }

    held: dict[Key, frozenset[int]] = {}

    def settled(chosen: Collection[Key]) -> dict[Key, frozenset[int]]:
        found = _settled(known, wanted, chosen, held, small_group)
        while (dropped := refused(found)) is not None:
            found = _settled(known, wanted, found.keys() - {dropped}, held, small_group)
        return found

    found = settled(wanted.numbers)
    systems = [Bundles(system, wanted, editions, found, small_group) for system in wanted.systems]
    dropped = set(found)
    while gone := _unsafe(systems, found, wanted):
        found = settled(found.keys() - gone)
    # Some of what was left out may move all the same, or most of its questions: the widest numbers first.
    for key in sorted(dropped, key=lambda key: (_depth(key, wanted.within), -len(wanted.numbers[key]), key)):
        for _ in range(_TRIES):
            if key in found or not (more := settled({*found, key})).keys() > found.keys():
                break
            moved = {name for name in more if more[name] != found.get(name)}
            touched = [system for system in systems if system.keys & moved]
            bad = next((system for system in touched if system.left(more)), None)
            if bad is None:
                found = more
            elif not (back := bad.held_back(more, key)):
                break
            else:
                held[key] = held.get(key, frozenset()) | back
        if key not in found:
            held.pop(key, None)
    return found


def _unsafe(systems: Sequence[Bundles], found: Moves, wanted: Wanted) -> set[Key]:
    """Numbers that had better stay, since together with others they give somebody away."""
    for system in systems:
        moved = system.keys & found.keys()  # what does not move tells nothing new
        if moved and (left := system.left(found)):
            near = {key for key in system.beside(left, found) if wanted.within(key)}
            return near or {key for key in moved if wanted.within(key)} or set(moved)
    return set()


def _settled(
    known: Mapping[Key, frozenset[int]],
    wanted: Wanted,
    chosen: Collection[Key],
    held: Moves,
    small_group: int,
) -> dict[Key, frozenset[int]]:
    """What is new in the chosen numbers and in those they lie within, if it is of enough people."""
    found: dict[Key, frozenset[int]] = {}
    for key in sorted(chosen, key=lambda key: (_depth(key, wanted.within), key)):
        new = wanted.numbers[key] - known[key] - held.get(key, frozenset())
        for wider in wanted.within(key):
            if new:
                new &= known.get(wider, frozenset()) | found.get(wider, frozenset())
        if has_many(new, wanted.asker_of, small_group):
            found[key] = new
    return found


def _depth(key: Key, within: Callable[[Key], Sequence[Key]]) -> int:
    return 1 + max((_depth(wider, within) for wider in within(key)), default=0)


def has_many(questions: Iterable[int], asker_of: Mapping[int, str], small_group: int) -> bool:
    """Whether questions are of a small group of people or more."""
    people = set()
    for question in questions:
        if (asker := asker_of.get(question)) is not None:
            people.add(asker)
            if len(people) >= small_group:
                return True
    return False
