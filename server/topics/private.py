"""Takes contacts and numbers of people out of a text: what the filter's detectors find becomes stars.

Pure. It knows forms only (a mobile number, an identity card), no names. What is shown to others loses more
than what is asked: a sum with nine digits is a question, and in a table of questions it could be a number.
"""

from __future__ import annotations

from functools import cache

from filters import Action, Detector, DetectorKind, Direction, Pipeline, WordList, compile_pipeline

_SHOWN = frozenset(DetectorKind) - {DetectorKind.INVISIBLE}
_ASKED = _SHOWN - {DetectorKind.DIGITS, DetectorKind.IPV4, DetectorKind.URL}


def without_private_data(text: str) -> str:
    """The text with contacts and long numbers masked."""
    return _pipeline(_SHOWN).check(text, Direction.QUESTION).text


def private_pipeline() -> Pipeline:
    """What takes people's contacts and numbers out of questions before they are stored or answered."""
    return _pipeline(_ASKED)


@cache
def _pipeline(kinds: frozenset[DetectorKind]) -> Pipeline:
    detectors = tuple(
        Detector(f"private-{kind}", kind, "private", {Direction.QUESTION: Action.MASK})
        for kind in sorted(kinds)
    )
    return compile_pipeline(WordList(0, (), detectors=detectors))
