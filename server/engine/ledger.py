"""The token ledgers: which ids of which conversation are cached, and which leave when memory is short.

A ledger may always be dropped: requests carry every id, so a miss is slow and never wrong. This module
does not know how keys and values are computed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from server.engine.cache import Cache
from server.engine.prompt import Prompt
from server.engine.shape import ModelShape
from server.engine.types import EngineRequest, Reason

_MAX_PREFIXES = 4  # system prompts kept ready
_MAX_TOMBSTONES = 10_000  # conversations remembered only for having been evicted


class Ledger:
    """The ids of a conversation whose keys and values are cached, in order."""

    __slots__ = ("cache", "conversation", "ids")

    def __init__(self, conversation: str, cache: Cache) -> None:
        self.conversation = conversation
        self.cache = cache
        self.ids: list[int] = []

    def crop(self, length: int) -> None:
        """Keep the first `length` ids."""
        del self.ids[length:]
        self.cache.crop(length)

    def extend(self, ids: Sequence[int]) -> None:
        """The model has just cached these ids."""
        self.ids.extend(ids)
        assert len(self.ids) == self.cache.length, "ledger and cache differ"


@dataclass(frozen=True, slots=True)
class Opening:
    """A ledger cropped to what a prompt shares with it, and why it shares no more."""

    ledger: Ledger
    reused: int
    reason: Reason


class Ledgers:
    """All ledgers of a process within a budget of bytes; those in use are never evicted."""

    def __init__(self, shape: ModelShape, device: torch.device, budget_bytes: int) -> None:
        self._shape = shape
        self._device = device
        self._budget_bytes = budget_bytes
        self._idle: OrderedDict[str, Ledger] = OrderedDict()  # least recently used first
        self._open: dict[str, Ledger] = {}
        self._forgotten: set[str] = set()  # open ones that are not to be kept
        self._tombstones: OrderedDict[str, None] = OrderedDict()
        self._prefixes: OrderedDict[tuple[int, ...], torch.Tensor] = OrderedDict()

    @property
    def num_bytes(self) -> int:
        """Bytes of keys and values held, shared prefixes included."""
        ledgers = [*self._idle.values(), *self._open.values()]
        return sum(ledger.cache.num_bytes for ledger in ledgers) + self._prefix_bytes

    @property
    def _prefix_bytes(self) -> int:
        return sum(kept.numel() * kept.element_size() for kept in self._prefixes.values())

    def __len__(self) -> int:
        return len(self._idle) + len(self._open)

    def fits(self, num_tokens: Sequence[int]) -> bool:
        """Whether open ledgers of these lengths, in tokens, stay within the budget together."""
        # A growing buffer exists twice for a moment; one block a ledger of slack stands for its rounding.
        tokens = sum(num_tokens) + 128 * len(num_tokens)
        return tokens * self._shape.kv_bytes_per_token + self._prefix_bytes <= self._budget_bytes

    def open(self, request: EngineRequest, prompt: Prompt, ids: Sequence[int]) -> Opening:
        """Take the ledger of a conversation for `ids` (the prompt and what was generated already)."""
        name = request.conversation
        assert name not in self._open, "one reply at a time for each conversation"
        self._forgotten.discard(name)
        ledger = self._idle.pop(name, None)
        evicted = name in self._tombstones
        self._tombstones.pop(name, None)
        known = ledger is not None and bool(ledger.ids)
        if ledger is None:
            ledger = Ledger(name, Cache(self._shape, self._device))
        self._open[name] = ledger
        # The last id is computed in any case: its logits are what the answer begins with.
        common = _common(ledger.ids, ids)
        everything = common == len(ledger.ids)
        common = min(common, len(ids) - 1)
        ledger.crop(common)
        system = tuple(ids[: prompt.num_system])
        if common < prompt.num_system and system in self._prefixes:
            self._prefixes.move_to_end(system)
            self.reserve(ledger, len(system))
            ledger.crop(0)
            ledger.cache.put(self._prefixes[system])
            ledger.extend(system)
            common = len(system)
        reason: Reason
        if request.generated:
            reason = "restart"
        elif not known:
            reason = "evicted" if evicted else "restart" if request.turns else "new"
        elif everything:
            reason = "hit"
        else:
            reason = request.hint or ("truncated" if prompt.truncated else "edited")
        return Opening(ledger, common, reason)

    def reserve(self, ledger: Ledger, num_tokens: int) -> None:
        """Let an open ledger grow to `num_tokens`; idle ledgers leave, oldest use first, to make room."""
        growth_bytes = ledger.cache.growth_bytes(num_tokens)
        if growth_bytes:
            while self._idle and self.num_bytes + growth_bytes > self._budget_bytes:
                name, _ = self._idle.popitem(last=False)
                self._tombstones[name] = None
            while len(self._tombstones) > _MAX_TOMBSTONES:
                self._tombstones.popitem(last=False)
        ledger.cache.reserve(num_tokens)

    def close(self, ledger: Ledger) -> None:
        """The reply has ended: the ledger is idle, and the most recently used."""
        del self._open[ledger.conversation]
        if ledger.conversation in self._forgotten:
            self._forgotten.discard(ledger.conversation)
        else:
            self._idle[ledger.conversation] = ledger

    def forget(self, conversation: str) -> None:
        """Drop a conversation; one in use is dropped when it is closed."""
        self._idle.pop(conversation, None)
        self._tombstones.pop(conversation, None)
        if conversation in self._open:
            self._forgotten.add(conversation)

    def share_prefix(self, ledger: Ledger, num_tokens: int) -> None:
        """Keep the first ids of a ledger (its system part) for conversations to come."""
        system = tuple(ledger.ids[:num_tokens])
        if not system or len(system) < num_tokens or system in self._prefixes:
            return
        self._prefixes[system] = ledger.cache.copy(num_tokens)
        while len(self._prefixes) > _MAX_PREFIXES:
            self._prefixes.popitem(last=False)


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    """The length of the longest common prefix."""
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return place
    return min(len(one), len(other))
