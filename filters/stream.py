"""Filters a text that is still being written, and lets out what no continuation can change.

Law: at every moment the concatenation of what came out is a prefix of `check(whole).text`, and
after `flush` it is equal to it. It does not know where the text comes from or goes to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from filters.render import Canvas
from filters.report import to_matches
from filters.trie import PART, allow_bit, altering, blocking
from filters.types import Action, Direction, Match
from filters.walk import Hit, Span

if TYPE_CHECKING:
    from filters.layers import Layers, Tables

_FAR: Final = 1 << 60
FEW_CHARS: Final = 2


class Stream:
    """One text on its way through. Made by `Pipeline.stream`.

    Held back is the text from the earliest of these on, and no more: a candidate that may still
    become a word that alters the text; such a word whose right boundary is not seen yet; such a
    word inside an allow phrase that may still be completed; a side of `A & B` or `A ! B` while the other
    may still come. Where a mask is certain, its characters go out unless a block may still begin
    there. The longest possible hold is `Pipeline.longest_hold_chars`.

    Lanes that only report are looked at when the text is over, and hold nothing.

    Fails closed: if anything raises in here, the stream counts as blocked and lets nothing out.
    """

    def __init__(
        self, layers: Layers, direction: Direction, tables: Tables | None = None, before: str = ""
    ) -> None:
        self.blocked = False
        self._layers = layers
        self._direction = direction
        self._walks = layers.walks(direction, tables)
        self._all_tables = tables is not None
        self._late: list[Hit] = []  # found in lanes that only report, at the end
        self._pairing = layers.pairing()
        self._may_block = blocking(direction)
        self._may_alter = altering(direction)
        self._may_spare = allow_bit(direction)
        self._spares = layers.spares()
        self._pieces: list[str] = []  # everything that came in
        self._before = len(before)
        self._end = 0
        self._open: list[Hit] = []  # found, but an allow phrase may still spare them
        self._recent: list[Span] = []  # allow phrases that a pair completed later may lie in
        self._found: list[Hit] = []  # certain
        self._canvas = Canvas(layers.options.mask_char)
        self._block_at: int | None = None
        self._busy = False  # whether any candidate lives
        self._over = False
        if before:
            self._canvas.skip(before)
            self._walk(before, last=False)

    @property
    def held_chars(self) -> int:
        """How many characters came in and are not decided yet."""
        return 0 if self.blocked or self._over else len(self._canvas.pending)

    @property
    def raw_text(self) -> str:
        """Everything that came in."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0][self._before :] if self._pieces else ""

    @property
    def matches(self) -> tuple[Match, ...]:
        """The certain matches so far, by position; after a block, those found up to it."""
        raw = "".join(self._pieces)
        return to_matches(self._layers, self._direction, self._found + self._late, raw, self._before)

    def feed(self, piece: str) -> str:
        """Take the next piece, give what may go out now; after a block that is nothing for ever."""
        if self._over:
            raise ValueError("feed after flush")
        return self._advance(piece, last=False)

    def flush(self) -> str:
        """Say that the text is over, get the rest."""
        if self._over:
            return ""
        rest = ""
        if not self.blocked:
            rest = self._advance("", last=True)
            if not self.blocked and not self._all_tables:
                self._look_late()
        self._over = True
        return rest

    def run(self, text: str) -> str:
        """Feed a whole text and flush at once; finds the matches behind a block, too."""
        passed = self._advance(text, last=True)
        self._over = True
        return passed

    def _look_late(self) -> None:
        try:
            late = self._layers.late_tables(self.raw_text, self._direction)
            if late:
                whole = Stream(self._layers, self._direction, late)
                whole.run(self.raw_text)
                self._late = whole._found
        except BaseException:
            self.blocked = True
            raise

    def _advance(self, piece: str, *, last: bool) -> str:
        if self.blocked:
            self._pieces.append(piece)
            return ""
        try:
            self._canvas.pending += piece
            self._walk(piece, last=last)
            return self._let_out()
        except BaseException:
            self.blocked = True
            raise

    def _walk(self, piece: str, *, last: bool) -> None:
        self._pieces.append(piece)
        spans: list[Span] = []
        found: list[Hit] = []
        busy = False
        for walk in self._walks:
            walk.feed(piece, self._end)
            if last:
                walk.finish()
            elif walk.live or walk.edge:
                busy = True
            if walk.hits:
                found += walk.hits
                walk.hits = []
            if walk.spans:
                spans += walk.spans
                walk.spans = []
        self._busy = busy
        self._end += len(piece)
        if self._before:
            found = [self._softened(hit, len(piece)) for hit in found]
        if self._pairing is not None:
            found = self._pair(found, spans, last=last)
        if found:
            self._open += found
        if spans:
            self._spare(spans)
        if self._open:
            self._decide()

    def _pair(self, found: list[Hit], spans: list[Span], *, last: bool) -> list[Hit]:
        assert self._pairing is not None
        self._recent += spans
        found = self._pairing.take(found)
        self._pairing.spare(self._survives(self._recent))
        found += self._pairing.settle(self._end, self._earliest_side(), last=last)
        stays = self._survives(self._recent)
        if self._recent:
            oldest = self._end - self._layers.longest_hold_chars()
            self._recent = [span for span in self._recent if span.end >= oldest]
        return list(filter(stays, found))

    def _earliest_side(self) -> int:
        first = _FAR
        for walk in self._walks:
            first = min(first, walk.earliest(PART, first))
            for hit in walk.edge:
                if hit.start < first and hit.entry in self._layers.sides:
                    first = hit.start
        return first

    def _survives(self, spans: list[Span]) -> Callable[[Hit], bool]:
        spares = self._spares

        def stays(hit: Hit) -> bool:
            return not any(
                span.start <= hit.start and hit.end <= span.end and spares(span.phrase, hit.entry)
                for span in spans
            )

        return stays

    def _spare(self, spans: list[Span]) -> None:
        """Drop the hits that lie wholly inside an allow phrase; later hits end too late for these spans."""
        stays = self._survives(spans)
        self._open = list(filter(stays, self._open))
        for walk in self._walks:
            # A side is spared as part of its pair only.
            walk.edge = [hit for hit in walk.edge if hit.entry in self._layers.sides or stays(hit)]

    def _decide(self) -> None:
        """Hits that began before every living allow phrase are certain."""
        allow_from = min(walk.earliest(self._may_spare, self._end) for walk in self._walks)
        still_open = []
        for hit in self._open:
            if allow_from <= hit.start:
                still_open.append(hit)
            elif hit.end > self._before:
                self._found.append(hit)
                self._act(hit)
        self._open = still_open

    def _act(self, hit: Hit) -> None:
        action = self._action(hit)
        if action is Action.BLOCK:
            if self._block_at is None or hit.start < self._block_at:
                self._block_at = max(hit.start, self._before)
        elif action and action.alters_text:
            self._canvas.cover(hit, self._layers.effect(self._direction, hit.entry))

    def _action(self, hit: Hit) -> Action | None:
        return self._layers.action(self._direction, hit.entry, hit.soft)

    def _softened(self, hit: Hit, length: int) -> Hit:
        """The end of one message and the beginning of the next make many a word that nobody meant."""
        if not hit.start < self._before < hit.end:
            return hit
        few = len(self._layers.named(hit.entry).text) <= FEW_CHARS
        # On purpose, one of the two messages is little else than its part of the word.
        meant = 2 * (self._before - hit.start) >= self._before or 2 * (hit.end - self._before) >= length
        return hit if meant and not few else hit._replace(soft=True)

    def _undecided_from(self, bits: int, *, blocks_only: bool) -> int:
        first = self._end

        def matters(hit: Hit) -> bool:
            action = self._action(hit)
            return action is Action.BLOCK or (not blocks_only and action is not None and action.alters_text)

        for walk in self._walks:
            first = min(first, walk.earliest(bits, first))
            for hit in walk.edge:
                if hit.start < first and matters(hit):
                    first = hit.start
        for hit in self._open:
            if hit.start < first and matters(hit):
                first = hit.start
        if self._pairing is not None:
            first = self._pairing.undecided_from(self._end, self._earliest_side(), first, matters)
        return first

    def _is_idle(self) -> bool:
        """Whether nothing at all is undecided, which is the rule."""
        return not (self._busy or self._open or self._pairing is not None or self._block_at is not None)

    def _let_out(self) -> str:
        canvas = self._canvas
        if self._is_idle():
            return canvas.render(self._end)
        upto = self._undecided_from(self._may_alter, blocks_only=False)
        reach = canvas.certain_until(upto)
        if reach > upto:
            # What is masked for certain need not wait for another mask to end.
            upto = min(reach, self._undecided_from(self._may_block, blocks_only=True))
        block_at = self._block_at
        if block_at is not None and block_at <= upto:
            upto = block_at
            self.blocked = True
        released = canvas.render(upto)
        if self.blocked:
            canvas.pending, self._open = "", []
        return released
