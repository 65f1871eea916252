"""Several compiled lists looked for together, the most trusted one first: a class's upon its school's.

Each keeps its own tries, so that one large list is in memory once, however many small ones lie upon it.
It does not look at any text.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date

from filters.combos import Combo, Pairing, Side
from filters.detect import MAX_FORM_CHARS, DetectWalk
from filters.effects import Effect
from filters.lexicon import Below, Lexicon
from filters.types import Action, Direction, Options, Word, WordList
from filters.views import Views
from filters.walk import Walk

Tables = Sequence[Collection[str]]  # for each list, names of its tables


class Layers:
    """Compiled lists as one. Never changed after it is made.

    Numbers of entries, phrases and pairs run on from one list to the next. An allow phrase spares what its
    own list finds and what those upon it find: what somebody may write into a class's list changes
    nothing of what all classes are held to.
    """

    def __init__(self, lexicons: tuple[Lexicon, ...]) -> None:
        self._lexicons = lexicons
        self.options: Options = lexicons[0].options
        with_pairs = [lexicon for lexicon in lexicons if lexicon.combos]
        self.combos: list[Combo] = [] if len(with_pairs) != 1 else with_pairs[0].combos
        self.sides: Mapping[int, Side] = {} if len(with_pairs) != 1 else with_pairs[0].sides
        if len(with_pairs) > 1:
            self.combos = [combo for lexicon in with_pairs for combo in lexicon.combos]
            self.sides = ChainMap(*(lexicon.sides for lexicon in reversed(with_pairs)))

    @classmethod
    def of(cls, word_list: WordList, today: date | None, upon: Layers | None) -> Layers:
        """Compile a list, and put it upon others.

        Raises:
            WordListProblem: entries of which nothing can be looked for.
            ValueError: an option out of range, or one that must be the same in all lists is not.
        """
        if upon is None or upon.is_empty:
            return cls((Lexicon(word_list, today),))
        mine, theirs = word_list.options, upon.options
        if (mine.mask_char, mine.report) != (theirs.mask_char, theirs.report):
            raise ValueError("lists upon each other need the same mask_char and report")
        lexicon = Lexicon(word_list, today, upon.below())
        return upon if lexicon.is_empty else cls((*upon._lexicons, lexicon))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is looked for."""
        return all(lexicon.is_empty for lexicon in self._lexicons)

    def below(self) -> Below:
        """What a list must know that is put upon these."""
        last = self._lexicons[-1]
        return Below(
            last.first_entry + last.num_entries,
            last.first_phrase + len(last.allow),
            len(self.combos),
            last.scoped,
        )

    # --- what a number means --------------------------------------------------------------

    def named(self, entry: int) -> Word:
        """The word that an entry stands for."""
        lexicon = self._holder(entry)
        return lexicon.words[lexicon.owner[entry - lexicon.first_entry]]

    def owner_of(self, entry: int) -> int:
        """A number that all entries of one word share."""
        lexicon = self._holder(entry)
        return lexicon.first_entry + lexicon.owner[entry - lexicon.first_entry]

    def lane_of(self, entry: int) -> str:
        """The lane in which an entry is looked for."""
        lexicon = self._holder(entry)
        return lexicon.lane_of[entry - lexicon.first_entry]

    def effect(self, direction: Direction, entry: int) -> Effect:
        """How an entry looks when it alters the text."""
        lexicon = self._holder(entry)
        return lexicon.effect(direction, entry - lexicon.first_entry)

    def action(self, direction: Direction, entry: int, soft: bool) -> Action | None:
        """What a hit leads to."""
        lexicon = self._holder(entry)
        return lexicon.action(direction, entry - lexicon.first_entry, soft)

    def spares(self) -> Callable[[int, int], bool]:
        """Says whether an allow phrase is meant for an entry."""
        if len(self._lexicons) == 1 and not self._lexicons[0].scoped:
            return lambda phrase, entry: True

        def spares(phrase: int, entry: int) -> bool:
            lexicon = next(each for each in reversed(self._lexicons) if each.first_phrase <= phrase)
            if entry < lexicon.first_entry:
                return False
            categories = lexicon.allow[phrase - lexicon.first_phrase].categories
            return categories is None or self.named(entry).category in categories

        return spares

    def _holder(self, entry: int) -> Lexicon:
        for lexicon in reversed(self._lexicons):
            if lexicon.first_entry <= entry:
                return lexicon
        raise LookupError(entry)

    # --- looking --------------------------------------------------------------------------

    def walks(self, direction: Direction, tables: Tables | None) -> list[Walk | DetectWalk]:
        """Walks over these tables and all that can spare a match; None is what a stream must walk."""
        return [
            walk
            for place, lexicon in enumerate(self._lexicons)
            for walk in lexicon.walks(direction, None if tables is None else tables[place])
        ]

    def suspects(self, views: Views, direction: Direction) -> Tables:
        """The tables of which a text may contain something; empty if there are none."""
        return _or_nothing([lexicon.suspects(views, direction) for lexicon in self._lexicons])

    def late_tables(self, raw: str, direction: Direction) -> Tables:
        """The tables that streams do not walk and of which a text may contain something."""
        if not any(lexicon.has_late_tables(direction) for lexicon in self._lexicons):
            return ()
        views = Views(raw)
        return _or_nothing([lexicon.late_tables(views, direction) for lexicon in self._lexicons])

    def pairing(self) -> Pairing | None:
        """What joins the sides of pairs, if there are any."""
        return Pairing(self.combos, self.sides, self.longest_hit_chars()) if self.combos else None

    def longest_hit_chars(self) -> int:
        """No hit has more raw characters than this."""
        return max(lexicon.longest_hit_chars() for lexicon in self._lexicons)

    def longest_hold_chars(self) -> int:
        """No stream ever holds more characters than this."""
        within = max((combo.within for combo in self.combos), default=-1)
        hit = max(self.longest_hit_chars(), MAX_FORM_CHARS)
        return (hit + 1) * (1 if within < 0 else 3) + max(0, within) + 1


def _or_nothing(tables: list[list[str]]) -> Tables:
    return tables if any(tables) else ()
