"""Turns a word list into tries and screens, once, when it is compiled.

Decides for every entry how it is looked for. It does not look at any text, nor know the layers beside it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final, NamedTuple

from filters.detect import DetectWalk, Lookout, may_contain
from filters.effects import Effect, effect_of, rank_of, soften
from filters.entries import DETECTOR, Entries
from filters.forms import automaton_of, form_of
from filters.lanes import NEEDS_LETTER, PLAIN, signs_of
from filters.screen import Screen
from filters.trie import ALLOW_BITS, PART, Trie, allow_bit, altering, wanted
from filters.types import (
    Action,
    Detector,
    DetectorKind,
    Direction,
    Options,
    Word,
    WordList,
    WordListProblem,
)
from filters.views import Views
from filters.walk import MAX_HIDDEN, MAX_REPEATS, PART_RANK, Sight, Walk

MAX_GAP: Final = 32


class Table(NamedTuple):
    """The keys of one way to look at a text, and a quick test whether any can be in it."""

    trie: Trie
    screen: Screen


class Below(NamedTuple):
    """What a list that is put upon others must know of them: how many numbers are taken.

    `scoped`: whether any of their allow phrases is meant for some categories only.
    """

    num_entries: int = 0
    num_phrases: int = 0
    num_combos: int = 0
    scoped: bool = False


NOTHING: Final = Below()


class Lexicon:
    """A compiled word list. Never changed after it is made, so that any number may read it at once.

    Args:
        below: of the lists it is put upon; the numbers of its own entries and phrases begin behind theirs.

    Raises:
        WordListProblem: an entry of which nothing can be looked for; its `line` is its place
            in the list, counted from 1, allow phrases after the words.
        ValueError: an option out of range.
    """

    def __init__(self, word_list: WordList, today: date | None = None, below: Below = NOTHING) -> None:
        self.first_entry, self.first_phrase = below.num_entries, below.num_phrases
        self.options: Options = word_list.options
        if not 0 <= self.options.max_gap <= MAX_GAP:
            raise ValueError(f"max_gap must be 0 to {MAX_GAP}")
        lines = [line for line, word in enumerate(word_list.words, 1) if _counts(word.expires, today)]
        self.words: tuple[Word, ...] = tuple(word_list.words[line - 1] for line in lines)
        self.allow = tuple(phrase for phrase in word_list.allow if _counts(phrase.expires, today))
        self.scoped = below.scoped or any(phrase.categories is not None for phrase in self.allow)
        num_words = len(self.words)
        entries = self._entries = Entries(self.words, word_list)
        self.words, self.owner, self.lane_of = entries.words, entries.owner, entries.lane_of
        self._own_sides = entries.sides
        problems = [
            (line, "empty_fold", word.text)
            for number, (line, word) in enumerate(zip(lines, self.words[:num_words], strict=True))
            if not entries.add_word(number, word)
        ]
        problems += [
            (len(word_list.words) + 1 + place, "empty_fold", phrase.text)
            for place, phrase in enumerate(self.allow)
            if not entries.add_allow(place, phrase)
        ]
        if problems:
            raise WordListProblem(problems)
        self.combos = [combo._replace(entry=below.num_entries + combo.entry) for combo in entries.combos]
        self.sides = {
            below.num_entries + entry: side._replace(combo=below.num_combos + side.combo)
            for entry, side in entries.sides.items()
        }
        self.actions = {direction: self._entry_actions(direction) for direction in Direction}
        self._effects = {
            direction: [
                effect_of(word, actions.get(direction), self.options)
                for word, actions in zip(self.words, entries.actions, strict=True)
            ]
            for direction in Direction
        }
        self.tables = {
            name: Table(trie, Screen(entries.keys.pop(name, ()), few_symbols=name == "homophone"))
            for name, trie in entries.tries.items()
        }
        self._known_ranks: dict[Direction, tuple[bytes, bytes]] = {}
        self._sights = {direction: self._sights_for(direction) for direction in Direction}
        self._lookouts = {
            direction: self._lookout(word_list.detectors, num_words, direction) for direction in Direction
        }
        self._sought = {direction: self._tables_sought(direction) for direction in Direction}

    @property
    def num_entries(self) -> int:
        """How many things can be found."""
        return len(self.owner)

    @property
    def is_empty(self) -> bool:
        """Whether it neither finds nor spares anything."""
        return not self.words and not self.allow

    def effect(self, direction: Direction, entry: int) -> Effect:
        """How an entry, by its number in this list, looks when it alters the text."""
        return self._effects[direction][self.owner[entry]]

    def action(self, direction: Direction, entry: int, soft: bool) -> Action | None:
        """What a hit of such an entry leads to."""
        action = self.actions[direction][entry]
        return soften(action) if soft else action

    def longest_hit_chars(self) -> int:
        """No hit has more raw characters than this."""
        longest = max(table.trie.longest for table in self.tables.values())
        return (
            longest
            * (1 + self.options.max_gap + MAX_HIDDEN)
            * (MAX_REPEATS if "repeat" in self.tables else 1)
        )

    def walks(self, direction: Direction, tables: Collection[str] | None) -> list[Walk | DetectWalk]:
        """Walks over these tables and all that can spare a match; None is what a stream must walk."""
        if tables is None:
            tables = [name for name in (*self.tables, DETECTOR) if self.must_walk(name, direction)]
        spare = allow_bit(direction)
        walks: list[Walk | DetectWalk] = [
            Walk(sight)
            for name, sight in self._sights[direction].items()
            if name in tables or sight.trie.below[0] & spare
        ]
        lookout = self._lookouts[direction]
        if lookout is not None and DETECTOR in tables:
            walks.append(DetectWalk(lookout, direction))
        return walks

    def suspects(self, views: Views, direction: Direction) -> list[str]:
        """The tables of which a text may contain something."""
        return [name for name in self._sought[direction] if self._suspects(name, views, direction)]

    def has_late_tables(self, direction: Direction) -> bool:
        """Whether there are tables that streams do not walk."""
        return any(not self.must_walk(name, direction) for name in self._sought[direction])

    def late_tables(self, views: Views, direction: Direction) -> list[str]:
        """The tables that streams do not walk and of which a text may contain something."""
        late = [name for name in self._sought[direction] if not self.must_walk(name, direction)]
        return [name for name in late if self._suspects(name, views, direction)]

    def _suspects(self, name: str, views: Views, direction: Direction) -> bool:
        if name == DETECTOR:
            return self._lookouts[direction] is not None and may_contain(views.raw)
        units = views.units(name)
        return units is not None and self.tables[name].screen.suspects(units, self._sights[direction][name])

    def must_walk(self, name: str, direction: Direction) -> bool:
        """Whether a stream must look at a table while it runs; one that only reports can wait."""
        if name == DETECTOR:
            lookout = self._lookouts[direction]
            return lookout is not None and any(action and action.alters_text for action in lookout.actions)
        below = self.tables[name].trie.below[0]
        return name == PLAIN or bool(below & (altering(direction) | allow_bit(direction) | PART))

    def _tables_sought(self, direction: Direction) -> list[str]:
        hope = wanted(direction, unjoined=True) & ~ALLOW_BITS
        names = [name for name, table in self.tables.items() if table.trie.below[0] & hope]
        return [*names, DETECTOR] if self._lookouts[direction] is not None else names

    def _lookout(self, detectors: tuple[Detector, ...], first: int, direction: Direction) -> Lookout | None:
        places = range(first, first + len(detectors))
        entries = [self.first_entry + place for place in places]
        actions = [self.actions[direction][place] for place in places]
        if not any(actions):
            return None
        forms = [form_of(detector.kind, detector.min_digits) for detector in detectors]
        unseen = [n for n, each in enumerate(detectors) if each.kind is DetectorKind.INVISIBLE]
        automaton = automaton_of(tuple((detector.kind, detector.min_digits) for detector in detectors))
        return Lookout(automaton, forms, entries, actions, frozenset(unseen), {})

    def _entry_actions(self, direction: Direction) -> list[Action | None]:
        actions = [each.get(direction) for each in self._entries.actions]
        actions += [actions[owner] for owner in self.owner[len(self.words) :]]
        for entry, reviews in enumerate(self._entries.reviews):
            if reviews:
                actions[entry] = soften(actions[entry])
        return actions

    def _ranks(self, direction: Direction) -> tuple[bytes, bytes]:
        """How much each entry weighs, and how much across the end of a sentence."""
        actions, effects = self.actions[direction], self._effects[direction]
        for other, known in self._known_ranks.items():
            if self.actions[other] == actions and self._effects[other] == effects:
                return known  # the rule: most lists do the same everywhere
        effects = effects + [effects[owner] for owner in self.owner[len(effects) :]]
        # In loops, not in one long call: other threads get their turns between two steps.
        pairs = list(zip(effects, actions, strict=True))
        ranks = bytearray([rank_of(effect, action) for effect, action in pairs])
        soft_ranks = bytes([rank_of(effect, soften(action)) for effect, action in pairs])
        for entry in self._own_sides:
            if ranks[entry]:
                ranks[entry] = PART_RANK
        self._known_ranks[direction] = bytes(ranks), soft_ranks
        return self._known_ranks[direction]

    def _sights_for(self, direction: Direction) -> dict[str, Sight]:
        ranks, soft_ranks = self._ranks(direction)
        bounds, short = bytes(self._entries.bounds), bytes(self._entries.short)
        return {
            name: Sight(
                trie=table.trie,
                signs=signs_of(name),
                rank=ranks,
                soft_rank=soft_ranks,
                bounds=bounds,
                short=short,
                hope=wanted(direction, unjoined=True),
                hope_joined=wanted(direction, unjoined=False),
                max_gap=self.options.max_gap,
                tell_all=self.options.report == "all" or self.scoped,
                repeats=name == "repeat",
                needs_letter=name in NEEDS_LETTER,
                first_entry=self.first_entry,
                first_phrase=self.first_phrase,
            )
            for name, table in self.tables.items()
        }


def _counts(expires: date | None, today: date | None) -> bool:
    return expires is None or today is None or today <= expires
