"""Whether a question is about the organisation's own affairs, which nobody outside can know: opening hours of
the school's library, the name of a teacher.

What tells it is a list in the preset; a general task that merely mentions a school is none. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from server.knowledge.floor import refers_back
from server.presets import OwnMatters
from server.presets.phrases import any_of, clauses, plain

MOST_CHARS: Final = 100  # whoever asks for opening hours is brief; a longer text tells a story or is a task
_GOES_ON: Final = re.compile(r"(?:那|还有|它|他|她|and\b|what about\b|how about\b)")


@dataclass(frozen=True, slots=True)
class _Lists:
    """The preset's, as what finds one of them."""

    ours: re.Pattern[str]
    questions: re.Pattern[str]
    matters: re.Pattern[str]
    asks: re.Pattern[str]
    always: re.Pattern[str]
    general: re.Pattern[str]


def is_own(question: str, own: OwnMatters, organisation: str = "", before: str | None = None) -> bool:
    """Whether it is about the organisation's own affairs.

    Args:
        question: as it was asked.
        own: the preset's lists.
        organisation: its name, which counts as one of `ours` and one of `matters`.
        before: a question before it that was declined, with which one that goes on is looked at.
    """
    lists = _compiled(own, organisation)
    if _is_own(question, lists):
        return True
    if not before or len(question) > MOST_CHARS:
        return False
    goes_on = _GOES_ON.match(plain(question)) or refers_back(question)
    return bool(goes_on) and _is_own(f"{before}\n{question}", lists)


def _is_own(question: str, lists: _Lists) -> bool:
    if len(question) > 4 * MOST_CHARS:
        return False
    text = plain(question)
    if len(text) > MOST_CHARS:
        return False
    if lists.general.search(text):
        return False
    if lists.always.search(text):
        return True
    return any(
        (lists.ours.search(clause) and lists.questions.search(clause))
        or (lists.matters.search(clause) and lists.asks.search(clause))
        for clause in clauses(text)
    )


@lru_cache(maxsize=8)
def _compiled(own: OwnMatters, organisation: str) -> _Lists:
    names = (organisation,) if any(char.isalnum() for char in organisation) else ()
    return _Lists(
        any_of((*own.ours, *names)),
        any_of(own.questions),
        any_of((*own.matters, *names)),
        any_of(own.asks),
        any_of(own.always),
        any_of(own.general),
    )
