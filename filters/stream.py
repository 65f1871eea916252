"""Filters a text that is still being written, and lets out what no continuation can change.

Law: at every moment the concatenation of what came out is a prefix of `check(whole).text`, and
after `flush` it is equal to it. It does not know where the text comes from or goes to.
"""

from __future__ import annotations

from bisect import insort
from typing import TYPE_CHECKING

from filters.lexicon import effect_of
from filters.report import to_matches
from filters.trie import ALLOW, ALTER_BITS, BLOCK_BITS, SHIFTS
from filters.types import Action, Direction, Match
from filters.walk import Hit, Walk

if TYPE_CHECKING:
    from filters.lexicon import Lexicon


class Stream:
    """One text on its way through.

    Held back is the text from the earliest of these on, and no more: a candidate that may still
    become a word that alters the text; such a word whose right boundary is not seen yet; such a
    word inside an allow phrase that may still be completed. Where a mask is certain, its
    characters go out unless a block may still begin there. The longest possible hold is
    `Pipeline.longest_hold_chars`.

    Fails closed: if anything raises in here, the stream counts as blocked and lets nothing out.
    """

    def __init__(self, lexicon: Lexicon, direction: Direction) -> None:
        self.blocked = False
        self._lexicon = lexicon
        self._actions = lexicon.actions[direction]
        self._walks = [Walk(sight) for sight in lexicon.sights(direction)]
        self._may_block = BLOCK_BITS << SHIFTS[direction]
        self._may_alter = (BLOCK_BITS | ALTER_BITS) << SHIFTS[direction]
        self._pieces: list[str] = []  # everything that came in
        self._end = 0
        self._pending = ""  # came in, but did not go out yet
        self._sent = 0  # raw position up to which text went out, changed or not
        self._open: list[Hit] = []  # found, but an allow phrase may still spare them
        self._found: list[Hit] = []  # certain
        self._due: list[Hit] = []  # certain, alter the text, begin at or after `_sent`; by start
        self._block_at: int | None = None
        self._masked_until = 0
        self._gone_until = 0  # replaced: the characters before this position have made way
        self._over = False

    @property
    def held_chars(self) -> int:
        """How many characters came in and are not decided yet."""
        return 0 if self.blocked or self._over else len(self._pending)

    @property
    def raw_text(self) -> str:
        """Everything that came in."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    @property
    def matches(self) -> tuple[Match, ...]:
        """The certain matches so far, by position; after a block, those found up to it."""
        return to_matches(self._lexicon, self._actions, self._found, self.raw_text)

    def feed(self, piece: str) -> str:
        """Take the next piece, give what may go out now; after a block that is nothing for ever."""
        if self._over:
            raise ValueError("feed after flush")
        return self._advance(piece, last=False)

    def flush(self) -> str:
        """Say that the text is over, get the rest."""
        if self._over:
            return ""
        rest = "" if self.blocked else self._advance("", last=True)
        self._over = True
        return rest

    def run(self, text: str) -> str:
        """Feed a whole text and flush at once; finds the matches behind a block, too."""
        passed = self._advance(text, last=True)
        self._over = True
        return passed

    def _advance(self, piece: str, *, last: bool) -> str:
        self._pieces.append(piece)
        if self.blocked:
            return ""
        try:
            self._pending += piece
            spans: list[tuple[int, int]] = []
            for walk in self._walks:
                walk.feed(piece, self._end)
                if last:
                    walk.finish()
                if walk.hits:
                    self._open += walk.hits
                    walk.hits = []
                if walk.spans:
                    spans += walk.spans
                    walk.spans = []
            self._end += len(piece)
            if spans:
                self._spare(spans)
            if self._open:
                self._decide()
            return self._let_out()
        except BaseException:
            self.blocked = True
            raise

    def _spare(self, spans: list[tuple[int, int]]) -> None:
        """Drop the hits that lie wholly inside an allow phrase; later hits end too late for these spans."""

        def stays(hit: Hit) -> bool:
            return not any(start <= hit.start and hit.end <= end for start, end in spans)

        self._open = list(filter(stays, self._open))
        for walk in self._walks:
            walk.edge = list(filter(stays, walk.edge))

    def _decide(self) -> None:
        """Hits that began before every living allow phrase are certain."""
        allow_from = min(walk.earliest(ALLOW, self._end) for walk in self._walks)
        still_open = []
        for hit in self._open:
            if allow_from <= hit.start:
                still_open.append(hit)
                continue
            self._found.append(hit)
            action = self._actions[hit.word]
            if action is Action.BLOCK:
                if self._block_at is None or hit.start < self._block_at:
                    self._block_at = hit.start
            elif action and action.alters_text:
                if hit.start < self._sent:  # it begins under a mask that is out already
                    self._cover(hit)
                else:
                    insort(self._due, hit)
        self._open = still_open

    def _undecided_from(self, bits: int, *, blocks_only: bool) -> int:
        first = self._end
        for walk in self._walks:
            first = min(first, walk.earliest(bits, first))
            for hit in walk.edge:
                if hit.start < first and self._matters(hit, blocks_only):
                    first = hit.start
        for hit in self._open:
            if hit.start < first and self._matters(hit, blocks_only):
                first = hit.start
        return first

    def _matters(self, hit: Hit, blocks_only: bool) -> bool:
        action = self._actions[hit.word]
        return action is Action.BLOCK or (not blocks_only and action is not None and action.alters_text)

    def _let_out(self) -> str:
        upto = self._undecided_from(self._may_alter, blocks_only=False)
        if self._due or self._masked_until > upto:
            # What is masked for certain need not wait for another mask to end.
            reach = max(upto, self._masked_until)
            for hit in self._due:
                if hit.start > reach:
                    break
                if self._effect(hit) is Action.MASK:
                    reach = max(reach, hit.end)
            if reach > upto:
                upto = min(reach, self._undecided_from(self._may_block, blocks_only=True))
        block_at = self._block_at
        if block_at is not None and block_at <= upto:
            upto = block_at
            self.blocked = True
        released = self._render(upto)
        if self.blocked:
            self._pending, self._open, self._due = "", [], []
        return released

    def _effect(self, hit: Hit) -> Action:
        action = self._actions[hit.word]
        assert action is not None
        return effect_of(self._lexicon.words[hit.word], action)

    def _cover(self, hit: Hit) -> None:
        if self._effect(hit) is Action.MASK:
            self._masked_until = max(self._masked_until, hit.end)
        else:
            self._gone_until = max(self._gone_until, hit.end)

    def _render(self, upto: int) -> str:
        """The text from `_sent` to `upto` as it goes out.

        A character under a mask becomes the mask character; a character under a replaced word
        goes, and where such a word begins uncovered, its replacement (the longest one's) comes.
        """
        length = upto - self._sent
        due = self._due
        if max(self._masked_until, self._gone_until) <= self._sent and not (due and due[0].start < upto):
            released, self._pending, self._sent = self._pending[:length], self._pending[length:], upto
            return released
        out: list[str] = []
        base, at, num_done = self._sent, self._sent, 0
        while at < upto:
            covered = at < self._masked_until or at < self._gone_until
            head: Hit | None = None
            while num_done < len(due) and due[num_done].start == at:
                hit = due[num_done]
                self._cover(hit)
                if self._effect(hit) is Action.REPLACE and (head is None or hit.end > head.end):
                    head = hit
                num_done += 1
            next_at = min(upto, due[num_done].start) if num_done < len(due) else upto
            if at < self._masked_until:
                next_at = min(next_at, self._masked_until)
                out.append(self._lexicon.options.mask_char * (next_at - at))
            elif at < self._gone_until:
                next_at = min(next_at, self._gone_until)
                if head is not None and not covered:
                    out.append(self._lexicon.words[head.word].replacement or "")
            else:
                out.append(self._pending[at - base : next_at - base])
            at = next_at
        del due[:num_done]
        self._pending, self._sent = self._pending[length:], upto
        return "".join(out)
