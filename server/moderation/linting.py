"""What the linter says, in the shape the desk gives out; and the one test an entry must pass.

With long lists it takes time: callers run it in a thread.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence

from filters import ParsedWord, lint
from server.moderation import problems
from server.moderation.snapshot import detector_of
from server.moderation.views import WORD_CHARS, FindingView

# The same that word files may not contain: what is typed here can be exported and read back.
_FORBIDDEN = frozenset({"Cc", "Cs", "Zl", "Zp"})


def check_word(text: str) -> str:
    """The text as it is stored.

    Raises:
        ClientProblem: 422 `bad_word`, when nothing of it can be looked for.
    """
    stripped = text.strip()
    if not 1 <= len(stripped) <= WORD_CHARS:
        raise problems.bad_word(stripped)
    if any(unicodedata.category(char) in _FORBIDDEN for char in stripped):
        raise problems.bad_word(stripped)
    if any(finding.code == "empty_fold" for finding in lint([stripped])):
        raise problems.bad_word(stripped)
    return stripped


def check_entry(text: str, kind: str) -> str:
    """The text of an entry of a list of this kind, as it is stored.

    Raises:
        ClientProblem: 422 `bad_word`, when nothing of it can be looked for, or it names no detector.
    """
    if kind != "detectors":
        return check_word(text)
    named = "".join(text.lower().split())
    try:
        detector_of(named)
    except ValueError:
        raise problems.bad_detector(text) from None
    return named


def check_detectors(parsed: Sequence[ParsedWord]) -> None:
    """Every entry of a file for a list of detectors names one.

    Raises:
        ClientProblem: 422 `bad_word`.
    """
    for each in parsed:
        if check_entry(each.text, "detectors") != each.text:
            raise problems.bad_detector(each.text)


def findings_for(entries: Sequence[str | ParsedWord], known: Collection[str]) -> tuple[FindingView, ...]:
    """What the linter finds in entries that come to those `known` in their list."""
    return tuple(FindingView.of(found) for found in lint(entries, known=known))
