"""What the record keeps of a hit beside its word: its list, and its text as far as the policy says.

Where the record is kept, and who may read it, is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from filters import Direction, Pipeline
from server.protocol.effects import Hits
from server.settings import HitText

AROUND_CHARS = 16  # of the text at either side of a hit
MASK = "*"


@dataclass(frozen=True, slots=True)
class HitNote:
    """What is kept of one match."""

    list_name: str = ""
    text: str | None = None
    sealed: bytes | None = None


class HitNotes:
    """Notes hits by one policy.

    Args:
        policy: none, masked or sealed.
        list_of: the name of the list of a word's id.
        private: by class, finds contacts, numbers and listed names of people.
        seal: encrypts a text so that this server cannot read it.
    """

    def __init__(
        self,
        policy: HitText = "none",
        *,
        list_of: Callable[[str], str] = lambda word_id: "",
        private: Callable[[str | None], Pipeline] | None = None,
        seal: Callable[[str], bytes] | None = None,
    ) -> None:
        self._policy = policy
        self._list_of = list_of
        self._private = private
        self._seal = seal

    def of(self, hits: Hits, class_id: str | None = None) -> list[HitNote]:
        """A note for each match, in their order; `class_id`: of whoever asked."""
        sealed = self._seal(hits.text) if self._policy == "sealed" and self._seal else None
        masked = self._masked(hits, class_id) if self._policy == "masked" else None
        return [
            HitNote(
                self._list_of(match.word_id),
                None if masked is None else around(masked, match.start, match.end),
                sealed,
            )
            for match in hits.matches
        ]

    def _masked(self, hits: Hits, class_id: str | None) -> str:
        # Every hit of the text, also the neighbour's: two hits side by side would show each other.
        spans = [(match.start, match.end) for match in hits.matches]
        if self._private is not None:
            found = self._private(class_id).check(hits.text, Direction.QUESTION).matches
            spans += [(match.start, match.end) for match in found]
        return masked(hits.text, spans)


def masked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with every character of the spans hidden."""
    shown = list(text)
    for start, end in spans:
        shown[start:end] = MASK * len(shown[start:end])
    return "".join(shown)


def around(text: str, start: int, end: int) -> str:
    """The part of the text around a span, on one line."""
    first, last = max(0, start - AROUND_CHARS), end + AROUND_CHARS
    part = " ".join(text[first:last].split())
    return ("…" if first > 0 else "") + part + ("…" if last < len(text) else "")
