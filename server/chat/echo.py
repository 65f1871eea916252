"""Leaves out the question where an answer begins by repeating it, as small models do.

Pure. It knows nothing of what the answer says besides, and lets through what only begins like the question.
"""

from __future__ import annotations

from typing import Final

_ASKING: Final = "？?"
_BETWEEN: Final = " \t\r\n"


class EchoCut:
    """An answer while it comes, without the question at its start.

    Args:
        question: as it was asked.
    """

    def __init__(self, question: str) -> None:
        self._question = question.strip().rstrip(_ASKING + _BETWEEN)
        self._held: str | None = ""  # None: the beginning is decided
        self.was_cut = False

    def feed(self, piece: str) -> str:
        """More of the answer; what of it is let out."""
        if self._held is None:
            return piece
        self._held += piece
        said = self._held.lstrip()
        if len(said) <= len(self._question):
            return "" if self._question.startswith(said) else self._release()
        after = said[len(self._question) :]
        # Without a mark it is the beginning of a sentence: 居住证办理 and 居住证办理需要……
        if not said.startswith(self._question) or after[0] not in _ASKING:
            return self._release()
        rest = after.lstrip(_ASKING + _BETWEEN)
        if not rest:
            return ""
        self._held, self.was_cut = None, True
        return rest

    def flush(self) -> str:
        """The answer is over; what is let out of the rest: one that is nothing but the question stays."""
        return self._release()

    def _release(self) -> str:
        held, self._held = self._held or "", None
        return held
