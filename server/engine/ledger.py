"""The token ledgers: which ids of which conversation are cached, and which leave when memory is short.

A ledger may always be dropped: requests carry every id, so a miss is slow and never wrong. This module
does not know how keys and values are computed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from server.engine.cache import Slots
from server.engine.prompt import Prompt
from server.engine.spill import Spill
from server.engine.types import EngineRequest, Reason

_MAX_PREFIXES = 4  # system prompts kept ready
_MAX_TOMBSTONES = 10_000  # conversations remembered only for having been evicted


class Ledger:
    """The ids of a conversation whose keys and values are cached, in order.

    They lie in `slot` while a reply is computed, in `kept` (or on disk) between replies.
    """

    __slots__ = ("conversation", "ids", "kept", "reserved", "slot")

    def __init__(self, conversation: str) -> None:
        self.conversation = conversation
        self.ids: list[int] = []
        self.slot: int | None = None
        self.kept: torch.Tensor | None = None
        self.reserved = 0  # tokens that it may grow to

    def crop(self, length: int) -> None:
        """Keep the first `length` ids."""
        del self.ids[length:]


@dataclass(frozen=True, slots=True)
class Opening:
    """A ledger cropped to what a prompt shares with it, and why it shares no more."""

    ledger: Ledger
    reused: int
    reason: Reason


class Ledgers:
    """All ledgers of a process within a budget of bytes.

    Those that rest leave to `spill` when memory is short, the least recently used first.
    """

    def __init__(self, slots: Slots, token_bytes: int, budget_bytes: int, spill: Spill) -> None:
        self._slots = slots
        self._token_bytes = token_bytes
        self._budget_bytes = budget_bytes
        self._spill = spill
        self._idle: OrderedDict[str, Ledger] = OrderedDict()  # least recently used first; spilled ones too
        self._open: dict[str, Ledger] = {}
        self._forgotten: set[str] = set()  # open ones that are not to be kept
        self._tombstones: OrderedDict[str, None] = OrderedDict()
        self._prefixes: OrderedDict[tuple[int, ...], torch.Tensor] = OrderedDict()

    @property
    def num_bytes(self) -> int:
        """Bytes of keys and values held in memory, shared prefixes included."""
        running = sum(len(ledger.ids) for ledger in self._open.values()) * self._token_bytes
        return running + self._idle_bytes + self._prefix_bytes

    @property
    def _idle_bytes(self) -> int:
        return sum(ledger.kept.nbytes for ledger in self._idle.values() if ledger.kept is not None)

    @property
    def _prefix_bytes(self) -> int:
        return sum(kept.nbytes for kept in self._prefixes.values())

    def __len__(self) -> int:
        return len(self._idle) + len(self._open)

    def fits(self, num_tokens: int) -> bool:
        """Whether one more ledger of that length, beside those in use, stays within the budget."""
        tokens = num_tokens + sum(ledger.reserved for ledger in self._open.values())
        return tokens * self._token_bytes + self._prefix_bytes <= self._budget_bytes

    def open(self, request: EngineRequest, prompt: Prompt, ids: Sequence[int], room: int) -> Opening:
        """Take the ledger of a conversation for `ids` (the prompt and what was generated already).

        It may grow to `room` tokens: others that rest leave now to make that possible.
        """
        name = request.conversation
        assert name not in self._open, "one reply at a time for each conversation"
        self._forgotten.discard(name)
        ledger = self._idle.pop(name, None)
        evicted = name in self._tombstones
        self._tombstones.pop(name, None)
        if ledger is not None and ledger.kept is None:
            ledger.kept = self._spill.take(name)
            if ledger.kept is None:
                ledger, evicted = None, True
        known = ledger is not None
        ledger = ledger or Ledger(name)
        # The last id is computed in any case: its logits are what the answer begins with.
        common = _common(ledger.ids, ids)
        everything = common == len(ledger.ids)
        common = min(common, len(ids) - 1)
        self._place(ledger, tuple(ids[: prompt.num_system]), common)
        ledger.reserved = max(room, len(ids))
        self._make_room()
        reason: Reason
        if request.generated:
            reason = "restart"
        elif not known:
            reason = "evicted" if evicted else "restart" if request.turns else "new"
        elif everything:
            reason = "hit"
        else:
            reason = request.hint or ("truncated" if prompt.truncated else "edited")
        return Opening(ledger, len(ledger.ids), reason)

    def _place(self, ledger: Ledger, system: tuple[int, ...], common: int) -> None:
        """Bring a ledger into a slot with its first `common` ids, or with the system prompt if longer."""
        ledger.slot = self._slots.take()
        self._open[ledger.conversation] = ledger
        if common < len(system) and system in self._prefixes:
            self._prefixes.move_to_end(system)
            ledger.ids = list(system)
            kept: torch.Tensor | None = self._prefixes[system]
        else:
            ledger.crop(common)
            kept = ledger.kept[:, :common] if ledger.kept is not None and common else None
        if kept is not None:
            self._slots.load(ledger.slot, kept)
        ledger.kept = None

    def close(self, ledger: Ledger) -> bool:
        """The reply has ended: the ledger rests, as the most recently used.

        Returns:
            whether anything of the conversation may be kept: not if it was forgotten meanwhile.
        """
        name = ledger.conversation
        is_kept = name not in self._forgotten
        del self._open[name]
        assert ledger.slot is not None, "an open ledger has a slot"
        self._forgotten.discard(name)
        if is_kept and ledger.ids:  # none, when it was cancelled before its first step
            ledger.kept = self._slots.save(ledger.slot, len(ledger.ids))
            self._idle[name] = ledger
        self._slots.release(ledger.slot)
        ledger.slot, ledger.reserved = None, 0
        self._make_room()
        return is_kept

    def _make_room(self) -> None:
        reserved = sum(ledger.reserved for ledger in self._open.values()) * self._token_bytes
        surplus = reserved + self._idle_bytes + self._prefix_bytes - self._budget_bytes
        for name, ledger in list(self._idle.items()) if surplus > 0 else ():
            if surplus <= 0:
                break
            if ledger.kept is None:
                continue
            surplus -= ledger.kept.nbytes
            if not self._spill.put(name, ledger.kept.cpu()):
                del self._idle[name]
                self._tombstones[name] = None
            ledger.kept = None
        while len(self._tombstones) > _MAX_TOMBSTONES:
            self._tombstones.popitem(last=False)
        for name in [
            name for name, one in self._idle.items() if one.kept is None and name not in self._spill
        ]:
            del self._idle[name]  # the file had no room for it any longer
            self._tombstones[name] = None

    def forget(self, conversation: str) -> None:
        """Drop a conversation; one in use is dropped when it is closed."""
        self._idle.pop(conversation, None)
        self._spill.drop(conversation)
        self._tombstones.pop(conversation, None)
        if conversation in self._open:
            self._forgotten.add(conversation)

    def share_prefix(self, ledger: Ledger, num_tokens: int) -> None:
        """Keep the first ids of an open ledger (its system part) for conversations to come."""
        system = tuple(ledger.ids[:num_tokens])
        if not system or len(system) < num_tokens or system in self._prefixes or ledger.slot is None:
            return
        self._prefixes[system] = self._slots.save(ledger.slot, num_tokens)
        while len(self._prefixes) > _MAX_PREFIXES:
            self._prefixes.popitem(last=False)
        self._make_room()


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    """The length of the longest common prefix."""
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return place
    return min(len(one), len(other))
