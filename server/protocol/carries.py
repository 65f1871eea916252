"""What somebody sent just before, so that a word cut in two by messages is still one word.

Bounded for each person and in number of persons; the time is an argument. It keeps the end of a text
in memory only, and does not know what the filter makes of it.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from filters import Pipeline

FORGET_MS: Final = 120_000
# Whoever cut a word in two without meaning to must not be refused again and again.
FORGET_REFUSED_MS: Final = 30_000


class Carry:
    """The end of what one person sent, for a while."""

    __slots__ = ("_at_ms", "_tail")

    def __init__(self) -> None:
        self._tail = ""
        self._at_ms = 0

    def before(self, now_ms: int) -> str:
        """What a message of this moment is checked together with."""
        # A clock that is set back is no reason to remember for longer.
        if not 0 <= now_ms - self._at_ms < FORGET_MS:
            self._tail = ""
        return self._tail

    def keep(self, text: str, now_ms: int) -> None:
        """A message went on: its end is remembered."""
        self._tail = Pipeline.tail(text, self.before(now_ms))
        self._at_ms = now_ms

    def refused(self, now_ms: int) -> None:
        """A message was refused for what it makes together with this: it is forgotten sooner."""
        self._at_ms = min(self._at_ms, now_ms - FORGET_MS + FORGET_REFUSED_MS)


class CarryShelf:
    """One carry for each person; beyond `max_keys` the one that was used longest ago is forgotten."""

    def __init__(self, *, max_keys: int = 20_000) -> None:
        self._max_keys = max_keys
        self._carries: OrderedDict[str, Carry] = OrderedDict()

    def __len__(self) -> int:
        return len(self._carries)

    def drop(self, key: str) -> None:
        """Forget what this person sent just before."""
        self._carries.pop(key, None)

    def carry(self, key: str) -> Carry:
        """The carry of `key`, the same object as long as it is remembered."""
        carry = self._carries.get(key)
        if carry is None:
            carry = self._carries[key] = Carry()
            if len(self._carries) > self._max_keys:
                self._carries.popitem(last=False)
        self._carries.move_to_end(key)
        return carry
