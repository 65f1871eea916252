"""The text on its way out: what is masked, what is replaced, what has gone.

It does not know why something is covered, nor when it may go out.
"""

from __future__ import annotations

from bisect import insort
from typing import NamedTuple

from filters.effects import Effect
from filters.walk import Hit


class Cover(NamedTuple):
    """A stretch that goes out changed: masked, or replaced by a text."""

    start: int
    end: int
    entry: int  # of two that cover the same, the first in the list counts
    text: str | None


class Canvas:
    """The characters that have not gone out, and the covers that lie on them."""

    def __init__(self, mask_char: str) -> None:
        self.pending = ""  # came in, but did not go out yet
        self._mask_char = mask_char
        self._sent = 0  # raw position up to which text went out, changed or not
        self._due: list[Cover] = []  # begin at or after `_sent`; by start
        self._masked_until = 0
        self._gone_until = 0  # replaced: the characters before this position have made way

    def skip(self, before: str) -> None:
        """Begin behind a text that went out earlier."""
        self._sent = len(before)

    def cover(self, hit: Hit, effect: Effect) -> None:
        """Lay the effect of a certain hit on the text."""
        start, end = hit.start + effect.keep_start, hit.end - effect.keep_end
        if start >= end:  # nothing would be hidden of so short a word
            start, end = hit.start, hit.end
        cover = Cover(start, end, hit.entry, effect.text)
        if start < self._sent:  # it begins under a mask that is out already
            self._lay(cover)
        else:
            insort(self._due, cover)

    def certain_until(self, upto: int) -> int:
        """How far the text is masked for certain without a break from `upto` on."""
        if not self._due and self._masked_until <= upto:
            return upto
        reach = max(upto, self._masked_until)
        for cover in self._due:
            if cover.start > reach:
                break
            if cover.text is None:
                reach = max(reach, cover.end)
        return reach

    def render(self, upto: int) -> str:
        """The text up to a raw position as it goes out.

        A character under a mask becomes the mask character; a character under a replaced word
        goes, and where such a word begins uncovered, its replacement (the longest one's) comes.
        """
        length = upto - self._sent
        due = self._due
        if max(self._masked_until, self._gone_until) <= self._sent and not (due and due[0].start < upto):
            released, self.pending, self._sent = self.pending[:length], self.pending[length:], upto
            return released
        out: list[str] = []
        base, at, num_done = self._sent, self._sent, 0
        while at < upto:
            covered = at < self._masked_until or at < self._gone_until
            head: Cover | None = None
            while num_done < len(due) and due[num_done].start == at:
                cover = due[num_done]
                self._lay(cover)
                if cover.text is not None and (head is None or cover.end > head.end):
                    head = cover
                num_done += 1
            next_at = min(upto, due[num_done].start) if num_done < len(due) else upto
            if at < self._masked_until:
                next_at = min(next_at, self._masked_until)
                out.append(self._mask_char * (next_at - at))
            elif at < self._gone_until:
                next_at = min(next_at, self._gone_until)
                if head is not None and not covered:
                    out.append(head.text or "")
            else:
                out.append(self.pending[at - base : next_at - base])
            at = next_at
        del due[:num_done]
        self.pending, self._sent = self.pending[length:], upto
        return "".join(out)

    def _lay(self, cover: Cover) -> None:
        if cover.text is None:
            self._masked_until = max(self._masked_until, cover.end)
        else:
            self._gone_until = max(self._gone_until, cover.end)
